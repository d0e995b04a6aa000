"""Progress on the terminal: what happens now, and since when."""

from __future__ import annotations

import sys
import time

_started = time.monotonic()


def say(message: str) -> None:
    """One line with the seconds since the start, on standard error."""
    print(f"[{time.monotonic() - _started:5.0f} s] {message}", file=sys.stderr, flush=True)
