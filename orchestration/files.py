"""Files as the project reads and writes them: known by content, replaced as a whole."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sha256_of_all(files: Iterable[Path], root: Path) -> str:
    """One SHA-256 over the names (relative to `root`) and contents of files, in their order."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.relative_to(root).as_posix().encode())
        digest.update(bytes.fromhex(sha256_of(file)))
    return digest.hexdigest()


def write_whole(file: Path, text: str) -> None:
    """Write a file aside and rename it, so that no reader and no kill ever sees half of it."""
    aside = file.with_name(f".{file.name}.writing")
    aside.write_text(text)
    aside.rename(file)


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """One process at a time; the system frees the lock of one that was killed."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
