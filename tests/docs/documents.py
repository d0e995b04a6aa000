"""What can go wrong in documents: a link into nothing, a command that is gone, a word about
the machine something was written on."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

_FENCE = re.compile(r"^(```|~~~).*?^\1", re.M | re.S)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.M)
_MAKE = re.compile(r"(?:^ {4}|`)make ([a-z][a-z-]*)", re.M)
_TARGET = re.compile(r"^([a-z][a-z-]*):", re.M)

# Paths that exist on one machine only, and hosts that a lock alone may name.
_PLACES = re.compile(r"(?<![\w.}$*])/(?:work|root)/")
_HOSTS = re.compile(r"https?://[^\s\"'/]*(?:pypi|pythonhosted|npmjs|artifactory|nexus)[^\s\"']*")
LOCKS = {"uv.lock", "package-lock.json"}


def project_files(root: Path) -> list[Path]:
    """Every file of the project: tracked, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=root,
        capture_output=True,
        check=True,
        text=True,
    )
    return [root / name for name in listed.stdout.split("\0") if name and (root / name).is_file()]


def documents(files: Iterable[Path], root: Path) -> list[Path]:
    """The Markdown files; a site's pages link to addresses of the site and are left out."""
    pages = {"pages", "partials"}
    return [
        file
        for file in files
        if file.suffix == ".md" and not pages & set(file.relative_to(root).parts)
    ]


def anchors(text: str) -> set[str]:
    """The anchors of a document's headings, as they are made on code hosts."""
    found: set[str] = set()
    for heading in _HEADING.findall(_FENCE.sub("", text)):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        base = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        number, anchor = 0, base
        while anchor in found:
            number += 1
            anchor = f"{base}-{number}"
        found.add(anchor)
    return found


def broken_links(file: Path) -> Iterator[str]:
    """Relative links of a document that lead to no file, folder or heading."""
    text = _CODE.sub(lambda code: "`" * len(code[0]), _FENCE.sub("", file.read_text()))
    for link in _LINK.findall(text):
        if re.match(r"[a-z][a-z+.-]*:", link):
            continue
        place, _, anchor = link.partition("#")
        target = file.parent / place if place else file
        if not target.exists():
            yield f"{file.name}: there is no {place}"
        elif anchor and target.suffix == ".md" and anchor not in anchors(target.read_text()):
            yield f"{file.name}: {place or 'it'} has no heading #{anchor}"


def unknown_targets(file: Path, makefile: Path) -> list[str]:
    """Targets that a document tells to make and the Makefile does not have."""
    known = set(_TARGET.findall(makefile.read_text()))
    return sorted(set(_MAKE.findall(file.read_text())) - known)


def foreign_words(file: Path) -> Iterator[str]:
    """Paths of one machine, and registries outside the locks."""
    try:
        text = file.read_text()
    except UnicodeDecodeError:
        return
    patterns = [_PLACES] if file.name in LOCKS else [_PLACES, _HOSTS]
    for pattern in patterns:
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{file.name}:{line}: {match[0]}"
