"""Alerts: who is told when a step fails or extracts stop coming.

The target is chosen by FAIRLEAD_ALERTS:

    log                 the default: a line in the log
    https://…           JSON {"text": …} to a webhook, as chat tools take it
    package.module:name a callable of your own, which is given the Alert
"""

from __future__ import annotations

import json
import logging
import os
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TextIO

_LOG = logging.getLogger("fairlead.alerts")
_PATIENCE_SECONDS = 10


class AlertTargetError(Exception):
    """FAIRLEAD_ALERTS names no target; the message says what it may be."""


@dataclass(frozen=True)
class Alert:
    """What happened and what to do, without a value of any record."""

    title: str
    text: str
    run_id: str


Target = Callable[[Alert], None]


def to_log(alert: Alert) -> None:
    _LOG.error("%s\n%s\nrun %s", alert.title, alert.text, alert.run_id)


@contextmanager
def logged_to(stream: TextIO) -> Iterator[None]:
    """For a while, alerts to the log go to a stream of their own."""
    handler = logging.StreamHandler(stream)
    _LOG.addHandler(handler)
    _LOG.propagate = False
    try:
        yield
    finally:
        _LOG.propagate = True
        _LOG.removeHandler(handler)


def to_webhook(url: str) -> Target:
    """A target that posts to a webhook over https."""

    def post(alert: Alert) -> None:
        body = json.dumps({"text": f"{alert.title}\n{alert.text}\nrun {alert.run_id}"})
        request = urllib.request.Request(
            url, data=body.encode(), headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=_PATIENCE_SECONDS):
            pass

    return post


def target(setting: str | None = None) -> Target:
    """The target of a setting, by default of FAIRLEAD_ALERTS. Raises AlertTargetError."""
    setting = setting or os.environ.get("FAIRLEAD_ALERTS") or "log"
    if setting == "log":
        return to_log
    if setting.startswith(("https://", "http://")):
        return to_webhook(setting)
    module, _, name = setting.partition(":")
    try:
        found: Target = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise AlertTargetError(
            f"FAIRLEAD_ALERTS is {setting!r}: use log, an https:// address, or package.module:name "
            f"of a callable that can be imported ({error})"
        ) from error
    return found


def send(alert: Alert, to: Target | None = None) -> None:
    """Send an alert; one that cannot be sent is logged, and never stops a run."""
    try:
        (to or target())(alert)
    except Exception as problem:
        _LOG.error("The alert could not be sent: %s", problem)
        to_log(alert)
