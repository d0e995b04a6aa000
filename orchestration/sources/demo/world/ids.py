"""Ids in the forms that vendors give them, each from a digest: no counter is shared."""

from __future__ import annotations

import hashlib
import unicodedata
import uuid

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def pagerduty_id(prefix: str, length: int, *parts: object) -> str:
    """An id in the vendor's form: a letter and characters of base 36."""
    number = int.from_bytes(hashlib.sha256("/".join(map(str, parts)).encode()).digest()[:12], "big")
    text = ""
    for _ in range(length):
        number, place = divmod(number, 36)
        text += ALPHABET[place]
    return prefix + text


def slug(text: str) -> str:
    """ASCII, lower case, words joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(plain.lower().replace(".", " ").split())


def uuid_of(*parts: object) -> str:
    """An id as Opsgenie gives it."""
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))
