"""The local server serves one site, to this machine alone."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.reports.serve import open_server, serve, serving


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "methods").mkdir()
    (tmp_path / "_app").mkdir()
    (tmp_path / "index.html").write_text("start")
    (tmp_path / "methods" / "index.html").write_text("methods")
    (tmp_path / "_app" / "engine.wasm").write_bytes(b"\0asm")
    with serving(tmp_path) as address:
        yield address


def answer(address: str) -> tuple[str, str]:
    """(content type, text)"""
    with urllib.request.urlopen(address) as response:
        return response.headers["Content-Type"], response.read().decode()


def test_the_engine_has_its_type(address: str) -> None:
    assert answer(f"{address}/_app/engine.wasm")[0] == "application/wasm"


@pytest.mark.parametrize("path", ["/", "/some-page", "/some-page/", "/_app/"])
def test_an_address_without_a_file_leads_to_the_start_page(address: str, path: str) -> None:
    assert answer(address + path)[1] == "start"


def test_a_page_s_own_start_page_comes_first(address: str) -> None:
    assert answer(f"{address}/methods/")[1] == "methods"


@pytest.mark.parametrize("path", ["/data/absent.parquet", "/../secret.txt"])
def test_a_missing_file_is_not_found(address: str, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        answer(address + path)


def test_only_this_machine_is_served(tmp_path: Path) -> None:
    server = open_server(tmp_path)
    try:
        assert server.server_address[0] == "127.0.0.1"
    finally:
        server.server_close()


def test_nothing_published_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="publish a release first"):
        serve(tmp_path)
