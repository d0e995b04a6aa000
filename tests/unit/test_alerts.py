"""Who is told when something fails, and in which words."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from orchestration.alerts import Alert, AlertTargetError, send, target, to_log
from orchestration.failures import told

ALERT = Alert("Fairlead: publish stopped", "raw_suite failed", "run-1")
received: list[Alert] = []


def keep(alert: Alert) -> None:
    received.append(alert)


@pytest.fixture
def posts() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """The address of a webhook, and what was posted to it."""
    found: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook", found
    server.shutdown()


def test_alerts_are_logged_unless_a_target_is_named(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("FAIRLEAD_ALERTS", raising=False)
    assert target() is to_log
    send(ALERT)
    assert "publish stopped" in caplog.text
    assert "run-1" in caplog.text


def test_a_target_of_ones_own_is_named_by_its_import(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRLEAD_ALERTS", f"{__name__}:keep")
    received.clear()
    send(ALERT)
    assert received == [ALERT]


def test_a_webhook_gets_the_words_as_json(
    monkeypatch: pytest.MonkeyPatch, posts: tuple[str, list[dict[str, str]]]
) -> None:
    address, found = posts
    monkeypatch.setenv("FAIRLEAD_ALERTS", address)
    send(ALERT)
    assert found == [{"text": "Fairlead: publish stopped\nraw_suite failed\nrun run-1"}]


@pytest.mark.parametrize("setting", ["nowhere", "no.such.module:name", f"{__name__}:absent"])
def test_a_target_that_does_not_exist_is_refused_with_what_may_be_said(setting: str) -> None:
    with pytest.raises(AlertTargetError, match=r"log, an https:// address, or package"):
        target(setting)


def test_an_alert_that_cannot_be_sent_is_logged_and_stops_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refuse(alert: Alert) -> None:
        raise ConnectionError("no route")

    with caplog.at_level(logging.ERROR):
        send(ALERT, refuse)
    assert "no route" in caplog.text
    assert "raw_suite failed" in caplog.text


def test_words_of_other_libraries_are_not_passed_on() -> None:
    assert "Zebulon" not in told("load", "ConversionException", "could not convert 'Zebulon'")
    assert told("site", "ShellError", "the pages do not build\n") == (
        "site failed: the pages do not build"
    )
