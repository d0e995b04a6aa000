"""The manifest of a release, and the chain that releases form."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from orchestration.files import sha256_of

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class ReleasedFile:
    """One Parquet file: path relative to the release, sha256, rows."""

    path: str
    sha256: str
    n_rows: int


@dataclass(frozen=True)
class Manifest:
    """What a release holds and what it was made from.

    `previous_sha256` is the hash of the manifest before it (None for the first): to change
    an old release, every later one would have to change too.
    """

    release_id: str
    sequence: int
    as_of: str
    known_at: str
    policy_version: str
    project_version: str
    git_commit: str | None
    packages: dict[str, str]
    checks: dict[str, int]
    previous_release_id: str | None
    previous_sha256: str | None
    files: list[ReleasedFile] = field(default_factory=list)

    def content_sha256(self) -> str:
        """The hash of what readers see: files and the policy they were decided under."""
        parts = [f"{file.path} {file.sha256}" for file in self.files]
        return hashlib.sha256(
            "\n".join([self.policy_version, self.as_of, *sorted(parts)]).encode()
        ).hexdigest()

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2, sort_keys=True) + "\n"


def read_manifest(release: Path) -> Manifest:
    """Read the manifest of a release folder."""
    data = json.loads((release / MANIFEST).read_text())
    files = [ReleasedFile(**file) for file in data.pop("files")]
    return Manifest(**data, files=files)


def manifest_sha256(release: Path) -> str:
    return sha256_of(release / MANIFEST)


def releases_in(folder: Path) -> list[Path]:
    """Whole releases, oldest first; what a killed run left aside is not one."""
    found = [
        child
        for child in folder.iterdir()
        if (child / MANIFEST).is_file() and not child.name.startswith(".")
    ]
    return sorted(found, key=lambda release: read_manifest(release).sequence)


def chain_problems(folder: Path) -> list[str]:
    """What is wrong with the releases of a folder, in words; empty when all is right."""
    problems: list[str] = []
    previous: Path | None = None
    for release in releases_in(folder):
        manifest = read_manifest(release)
        expected = manifest_sha256(previous) if previous else None
        if manifest.previous_sha256 != expected:
            problems.append(
                f"{release.name}: does not follow "
                f"{previous.name if previous else 'the start of the chain'}; "
                "a release was changed or removed"
            )
        problems.extend(_file_problems(release, manifest))
        previous = release
    return problems


def _file_problems(release: Path, manifest: Manifest) -> list[str]:
    problems = []
    listed = {file.path for file in manifest.files}
    present = {
        path.relative_to(release).as_posix()
        for path in release.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }
    for path in sorted(present - listed):
        problems.append(f"{release.name}: {path} is not in its manifest")
    for file in manifest.files:
        if file.path not in present:
            problems.append(f"{release.name}: {file.path} is missing")
        elif sha256_of(release / file.path) != file.sha256:
            problems.append(f"{release.name}: {file.path} was changed after its release")
    return problems
