"""Which failures are worth another try: those that pass by themselves."""

from collections.abc import Iterator
from contextlib import contextmanager

from dagster import RetryRequested

from orchestration.progress import say
from orchestration.reports.toolchain import ToolchainError
from orchestration.sources.api.errors import ServiceUnavailable
from orchestration.warehouse.connection import WarehouseBusy, wait_until_free
from orchestration.workspace import Workspace

# Another process holds the file; a registry or a service does not answer.
_PASSING = (WarehouseBusy, ToolchainError, ServiceUnavailable, ConnectionError, TimeoutError)
_RETRIES = 2
_WAIT_SECONDS = 20


def wait_for_databases(folders: Workspace) -> None:
    """Return when no other process holds a database of the home; tried again like other steps."""
    with retried():
        for file in folders.databases:
            wait_until_free(file)


@contextmanager
def retried() -> Iterator[None]:
    """Try the step again after what passes; everything else fails at once, as it would again."""
    try:
        yield
    except _PASSING as problem:
        say(f"{problem}\n  tried up to {_RETRIES} times more, every {_WAIT_SECONDS} s")
        raise RetryRequested(max_retries=_RETRIES, seconds_to_wait=_WAIT_SECONDS) from problem
