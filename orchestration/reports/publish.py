"""Publishing: a shell and a release's files become an audience's site.

`sites_dir/<audience>` is a link to a complete version below `sites_dir/.versions`. A
version is written aside and renamed when it is whole, then the link is replaced in one
step: whenever a publish is killed, readers have the old site or the new one, and the
next publish clears up.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from orchestration.files import sha256_of
from orchestration.reports.site_data import (
    SiteDataError,
    data_differences,
    data_manifest,
    expected_data,
    release_files,
)
from orchestration.reports.toolchain import Log

SITE_FILE = "site.json"
# What static pages made by other tools consist of. Nothing with rows, nothing that a
# browser would open in another program.
BESIDE_TYPES = frozenset(
    [
        ".html",
        ".css",
        ".js",
        ".map",
        ".json",
        ".jsonl",
        ".svg",
        ".png",
        ".gif",
        ".ico",
        ".woff",
        ".woff2",
        ".ttf",
        ".otf",
        ".eot",
    ]
)
NOTHING_BESIDE: Mapping[str, Path] = MappingProxyType({})


def publish_site(
    audience: str,
    release_dir: Path,
    sites_dir: Path,
    shell_dir: Path,
    log: Log = print,
    beside: Mapping[str, Path] = NOTHING_BESIDE,
) -> Path:
    """Publish a release's files in the shell and return `sites_dir/<audience>`.

    `beside` is name → folder of static files that other tools made; they are placed in
    the site at `<name>/`. A page of that name keeps its place, with the files beside it.

    Nothing happens when the same release, shell and files beside it are published
    already and intact.

    Raises SiteDataError when the release, a folder beside it or the result is not
    exactly what the site may ship; the site of before then stays.
    """
    sources = release_files(audience, release_dir)
    hashes = {table: sha256_of(path) for table, path in sources.items()}
    expected = expected_data(audience, hashes)
    static = _files_beside(beside)
    description: dict[str, object] = {
        "audience": audience,
        "release": release_dir.name,
        "shell": shell_dir.name,
        "tables": hashes,
    }
    if static:
        description["beside"] = {name: sha256_of(path) for name, path in static.items()}
    version = hashlib.sha256(json.dumps(description, sort_keys=True).encode()).hexdigest()[:16]
    site = sites_dir / audience
    if _is_published(site, description) and not data_differences(site, expected):
        log(f"The {audience} site already shows release {release_dir.name}")
        return site

    versions = sites_dir / ".versions" / audience
    versions.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=versions, prefix=".aside-") as scratch:
        aside = Path(scratch) / version
        _link_tree(shell_dir, aside)
        _place_data(audience, sources, hashes, aside)
        _place_beside(static, aside)
        (aside / SITE_FILE).write_text(json.dumps(description, indent=1, sort_keys=True) + "\n")
        if differences := data_differences(aside, expected):
            raise SiteDataError(f"the {audience} site is not published: {'; '.join(differences)}")
        complete = _unused(versions, version)
        aside.rename(complete)
    _point(site, complete)
    _clear(versions, keep=complete)
    log(f"The {audience} site shows release {release_dir.name}")
    return site


def _is_published(site: Path, description: Mapping[str, object]) -> bool:
    try:
        published: dict[str, object] = json.loads((site / SITE_FILE).read_text())
    except (OSError, ValueError):
        return False
    return published == description


def _link_tree(shell_dir: Path, target: Path) -> None:
    """The shell's files under `target`, linked where possible: they are 50 MB."""

    def link(source: str, destination: str) -> None:
        try:
            os.link(source, destination)
        except OSError:
            # Another file system, or one without links.
            shutil.copy2(source, destination)

    shutil.copytree(shell_dir, target, copy_function=link)


def _place_data(
    audience: str, sources: dict[str, Path], hashes: dict[str, str], site: Path
) -> None:
    for table, source in sources.items():
        target = site / "data" / audience / table / f"{table}.parquet"
        target.parent.mkdir(parents=True)
        # Copied, not linked: a release is immutable, and a site must not be a way to
        # change it.
        shutil.copyfile(source, target)
    (site / "data" / "manifest.json").write_text(data_manifest(audience, hashes))


def _files_beside(beside: Mapping[str, Path]) -> dict[str, Path]:
    """Address in the site → file, of every file in the folders beside it."""
    files: dict[str, Path] = {}
    unfit: list[str] = []
    for name, folder in sorted(beside.items()):
        if not re.fullmatch(r"[a-z][a-z0-9-]*", name) or name == "data":
            raise SiteDataError(
                f"'{name}' cannot be the name of a folder beside the pages: use small "
                "letters, digits and hyphens; 'data' is the tables' own"
            )
        if not folder.is_dir():
            raise SiteDataError(f"{folder}, to be shown as {name}/, is not a folder")
        for path in sorted(folder.rglob("*")):
            address = f"{name}/{path.relative_to(folder).as_posix()}"
            if path.is_symlink() or not (path.is_dir() or path.suffix.lower() in BESIDE_TYPES):
                unfit.append(address)
            elif path.is_file():
                files[address] = path
    if unfit:
        raise SiteDataError(
            f"{', '.join(unfit[:5])}{' and others' if len(unfit) > 5 else ''} cannot stand "
            f"beside the pages; only files of these kinds can: {' '.join(sorted(BESIDE_TYPES))}"
        )
    return files


def _place_beside(static: Mapping[str, Path], site: Path) -> None:
    for address, source in static.items():
        target = site / address
        if target.exists():
            raise SiteDataError(f"{address} would take the place of a file of the site's own")
        target.parent.mkdir(parents=True, exist_ok=True)
        # Copied, not linked: tools write their pages anew in place.
        shutil.copyfile(source, target)


def _unused(versions: Path, name: str) -> Path:
    """A version folder of this name; a damaged one may still be in its place."""
    candidate, attempt = versions / name, 1
    while candidate.exists():
        attempt += 1
        candidate = versions / f"{name}-{attempt}"
    return candidate


def _point(site: Path, version: Path) -> None:
    """Make `site` a link to the version, in one step."""
    aside = site.with_name(f".{site.name}-{os.getpid()}")
    aside.unlink(missing_ok=True)
    aside.symlink_to(os.path.relpath(version, site.parent))
    if site.is_dir() and not site.is_symlink():
        raise SiteDataError(f"{site} is a folder, not a published site; move it away first")
    aside.replace(site)


def _clear(versions: Path, keep: Path) -> None:
    """Remove earlier versions and what killed publishes left."""
    for path in versions.iterdir():
        if path != keep:
            shutil.rmtree(path, ignore_errors=True)
