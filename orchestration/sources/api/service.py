"""What differs between services: where they are, how a token is shown, what it must allow."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from orchestration.sources.api.errors import ExtractError, TokenError

_LOCAL = {"localhost", "127.0.0.1", "::1"}
_PRINTABLE = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True)
class Service:
    """A REST API: `authorization` takes the token, `rights` says what it needs to allow."""

    source: str
    name: str
    url: str
    token_variable: str
    authorization: str
    headers: Mapping[str, str]
    rights: str

    def token(self) -> str:
        """The token, from the environment and nowhere else. Raises TokenError."""
        token = os.environ.get(self.token_variable, "").strip()
        if not token:
            raise TokenError(
                f"{self.token_variable} is not set. Make a token of {self.name} ({self.rights})"
                f" and set it in the environment: export {self.token_variable}=…"
            )
        if not _PRINTABLE.fullmatch(token):
            raise TokenError(
                f"{self.token_variable} holds a character that no token has; set it again"
            )
        return token

    def base(self, url: str | None) -> str:
        """The address of the API, by default the public one. Raises ExtractError.

        A token is shown to https only, or to this machine.
        """
        base = (url or self.url).rstrip("/")
        try:
            parts = urlsplit(base)
            host, _ = parts.hostname, parts.port
        except ValueError:
            host, parts = None, urlsplit("")
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and host in _LOCAL)
        if not host or not is_safe or "@" in parts.netloc or parts.query or parts.fragment:
            raise ExtractError(
                f"the address of {self.name} must be https://HOST[/PATH], for example {self.url}"
            )
        return base
