"""A small server for looking at sites on one's own machine: 127.0.0.1 alone."""

from __future__ import annotations

import contextlib
import io
import os
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO

from orchestration.reports.content_policy import CONTENT_POLICY

HOST = "127.0.0.1"


class SiteHandler(SimpleHTTPRequestHandler):
    """Serves one site's folder; addresses of pages lead to the start page."""

    extensions_map = {  # noqa: RUF012 - the base class declares it so
        **SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".json": "application/json",
        ".jsonl": "application/x-ndjson",
        ".wasm": "application/wasm",
        ".parquet": "application/vnd.apache.parquet",
        ".webmanifest": "application/manifest+json",
    }
    protocol_version = "HTTP/1.1"

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        """The file asked for, or the start page for an address that names no file."""
        path = self.path.split("?", 1)[0].split("#", 1)[0]
        names_a_file = "." in path.rsplit("/", 1)[-1]
        if not names_a_file and not self._has_page(path):
            self.path = "/index.html"
        return super().send_head()

    def list_directory(self, path: str | os.PathLike[str]) -> io.BytesIO | None:
        """No listings: a reader gets pages only."""
        self.send_error(HTTPStatus.NOT_FOUND)
        return None

    def end_headers(self) -> None:
        """Built files have their hash in the name; others may change any time."""
        immutable = "/immutable/" in self.path
        self.send_header(
            "Cache-Control",
            "public, max-age=31536000, immutable" if immutable else "no-cache",
        )
        # The start page has the policy too; only a header reaches the query engine's
        # worker.
        self.send_header("Content-Security-Policy", CONTENT_POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: one page is a hundred requests."""

    def _has_page(self, path: str) -> bool:
        return (Path(self.translate_path(path)) / "index.html").is_file()


def open_server(site: Path, port: int = 0) -> ThreadingHTTPServer:
    """A server for one site, not yet serving; port 0 takes any free one."""
    return ThreadingHTTPServer((HOST, port), partial(SiteHandler, directory=str(site)))


@contextlib.contextmanager
def serving(site: Path, port: int = 0) -> Iterator[str]:
    """Serve one site in the background; yields its address, `http://127.0.0.1:<port>`."""
    server = open_server(site, port)
    thread = threading.Thread(
        # Asked to stop, it looks this often.
        target=partial(server.serve_forever, poll_interval=0.05),
        daemon=True,
    )
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def serve(sites_dir: Path, port: int = 8400, log: Callable[[str], None] = print) -> None:
    """Serve every published site until interrupted: at `port`, `port + 1` and so on.

    Each site has a port of its own because a browser then keeps them apart like
    different hosts.

    Raises FileNotFoundError when nothing is published, OSError when a port is taken.
    """
    sites = sorted(path for path in sites_dir.glob("*") if (path / "index.html").is_file())
    if not sites:
        raise FileNotFoundError(f"no site is published in {sites_dir}; publish a release first")
    with contextlib.ExitStack() as stack:
        for offset, site in enumerate(sites):
            address = stack.enter_context(serving(site, port + offset if port else 0))
            log(f"{site.name}: {address}")
        log("Press Ctrl+C to stop")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
