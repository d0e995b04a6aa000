"""Landing: files become raw tables, by contract and with every row counted."""

from orchestration.landing.contracts import (
    ContractError,
    Key,
    Stream,
    load_contracts,
)
from orchestration.landing.load import StreamLoad, load_landing, load_stream
from orchestration.landing.tables import ensure_raw

__all__ = [
    "ContractError",
    "Key",
    "Stream",
    "StreamLoad",
    "ensure_raw",
    "load_contracts",
    "load_landing",
    "load_stream",
]
