"""What a service answers besides what was asked for: limits, faults, refusals. And the token."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path

import pytest

from orchestration.cli import main
from orchestration.sources.api import (
    GITHUB,
    PAGERDUTY,
    ExtractError,
    ServiceUnavailable,
    TokenError,
    connect,
    extract_github,
)
from orchestration.sources.api.client import TRIES
from tests.extract.conftest import TOKEN, Desk
from tests.extract.github_service import REPOSITORY
from tests.fixtures.rest_server import Reply, serving

LIMIT = {"message": "API rate limit exceeded for user ID 12345."}
SECONDARY = {"message": "You have exceeded a secondary rate limit."}
FORBIDDEN = {"message": "Resource not accessible by personal access token"}


def in_seconds(seconds: float) -> dict[str, str]:
    return {
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(int(time.time() + seconds)),
    }


@pytest.mark.parametrize(
    ("reply", "least", "most"),
    # Made when they are sent: some say a time.
    [
        (lambda: Reply(LIMIT, 403, in_seconds(600)), 590, 602),
        (lambda: Reply(LIMIT, 429, in_seconds(600)), 590, 602),
        (lambda: Reply(SECONDARY, 403, {"Retry-After": "30"}), 31, 31),
        (lambda: Reply(SECONDARY, 429, {"Retry-After": "30"}), 31, 31),
        (lambda: Reply(SECONDARY, 403), 60, 60),
        (
            lambda: Reply(status=429, headers={"ratelimit-remaining": "0", "ratelimit-reset": "7"}),
            8,
            8,
        ),
        (
            lambda: Reply(status=429, headers={"Retry-After": formatdate(time.time() + 100)}),
            50,
            101,
        ),
        (lambda: Reply(LIMIT, 403, in_seconds(1_000_000)), 3_700, 3_700),
        (lambda: Reply(status=503, headers={"Retry-After": "20"}), 21, 21),
    ],
)
def test_it_waits_as_long_as_the_service_asks(
    desk: Desk, reply: Callable[[], Reply], least: float, most: float
) -> None:
    desk.server.script[4] = reply()
    desk.github()
    (slept,) = desk.slept
    assert least <= slept <= most
    assert len(desk.records()["pull_requests"]) == 5
    (said,) = [words for words in desk.said if "limit of requests" in words or "503" in words]
    assert "going on at" in said or "try 2 of 8" in said


def test_a_limit_without_a_time_is_waited_for_longer_each_time(desk: Desk) -> None:
    desk.server.script = {number: Reply(SECONDARY, 403) for number in (3, 4, 5)}
    desk.github()
    assert desk.slept == [60, 120, 240]


def test_no_request_is_sent_after_the_last_one_that_is_allowed(desk: Desk) -> None:
    desk.server.script[1] = Reply(
        {"full_name": REPOSITORY, "default_branch": "main"}, headers=in_seconds(300)
    )
    desk.github()
    (slept,) = desk.slept
    assert 290 <= slept <= 302


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=500),
        Reply(status=502, body=b"<html>Bad gateway</html>"),
        Reply(status=202),
        Reply(fault="reset"),
        Reply([{"number": 1}] * 50, fault="truncated"),
        Reply([{"number": 1}] * 50, fault="cut"),
        Reply(fault="slow"),
    ],
    ids=["500", "502", "202", "reset", "truncated", "cut", "slow"],
)
def test_what_passes_is_tried_again(desk: Desk, reply: Reply) -> None:
    desk.timeout = (0.2, 0.2)
    desk.server.script = {2: reply, 3: reply}
    desk.github()
    first, second = desk.slept
    assert 1 <= first <= 2
    assert 2 <= second <= 3
    assert len(desk.records()["pull_requests"]) == 5


def test_it_gives_up_after_a_number_of_tries_and_says_what_to_do(desk: Desk) -> None:
    desk.server.script = {number: Reply(status=500) for number in range(1, 20)}
    with pytest.raises(ServiceUnavailable) as raised:
        desk.github()
    assert str(raised.value) == (
        f"GitHub: /repos/{REPOSITORY}: it answers 500, {TRIES} times in a row."
        " Call the same command again later: it goes on where it stopped."
    )
    assert len(desk.server.requests) == TRIES
    assert sum(desk.slept) < 200


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (Reply(status=401), TokenError, r"refuses the token in GITHUB_TOKEN \(401\)"),
        (Reply(status=404), ExtractError, "there is no such thing, or the token"),
        (Reply(FORBIDDEN, 403), ExtractError, "may not read this .* --stream"),
        (
            Reply(FORBIDDEN, 403, {"X-Accepted-GitHub-Permissions": "actions=read"}),
            ExtractError,
            "here it asks for actions=read",
        ),
        (
            Reply(FORBIDDEN, 403, {"X-GitHub-SSO": "required; url=https://x.example"}),
            ExtractError,
            "single sign-on",
        ),
        (Reply(status=422), ExtractError, r"the request is refused \(422\)"),
        (Reply(["a list"]), ExtractError, "in another form than its documents say"),
    ],
)
def test_a_refusal_says_what_to_do_and_is_not_tried_again(
    desk: Desk, reply: Reply, error: type[Exception], words: str
) -> None:
    desk.server.script[1] = reply
    with pytest.raises(error, match=words):
        desk.github()
    assert desk.slept == []
    assert len(desk.server.requests) == 1


def test_only_get_requests_are_sent_with_the_headers_of_the_vendor(desk: Desk) -> None:
    desk.github()
    sent = desk.server.requests[-1].headers
    assert sent["Authorization"] == f"Bearer {TOKEN}"
    assert sent["Accept"] == "application/vnd.github+json"
    assert sent["X-GitHub-Api-Version"] == "2022-11-28"
    assert sent["User-Agent"] == "fairlead"


def test_pagerduty_is_asked_with_its_own_headers(pager: Desk) -> None:
    pager.server.script[1] = Reply(status=401)
    with pytest.raises(TokenError, match="PAGERDUTY_TOKEN"):
        pager.pagerduty()
    sent = pager.server.requests[-1].headers
    assert sent["Authorization"] == f"Token token={TOKEN}"
    assert sent["Accept"] == "application/vnd.pagerduty+json;version=2"


def test_a_renamed_repository_is_followed_and_another_host_is_not(desk: Desk) -> None:
    address = f"{desk.server.url}/repos/{REPOSITORY}"
    desk.server.script[1] = Reply(status=301, headers={"Location": address})
    desk.github(name="harbourline/basket")
    assert {one["repository"] for one in desk.records()["pull_request_commits"]} == {REPOSITORY}
    with serving(lambda request: Reply({})) as elsewhere:
        desk.server.script[len(desk.server.requests) + 1] = Reply(
            status=302, headers={"Location": f"{elsewhere.url}/repos"}
        )
        with pytest.raises(ExtractError, match="another address than its own"):
            desk.github(name="harbourline/other")
        desk.server.script[len(desk.server.requests) + 2] = Reply(
            [], headers={"Link": f'<{elsewhere.url}/page2>; rel="next"'}
        )
        with pytest.raises(ExtractError, match="another address than its own"):
            desk.github(name=REPOSITORY)
        assert elsewhere.requests == []


def test_the_token_appears_nowhere(
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(0)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    arguments = ["extract", "github", "--landing", str(desk.landing), "--api-url", desk.server.url]
    assert main([*arguments, REPOSITORY, "harbourline/unknown"]) == 1
    desk.server.answer = lambda request: Reply(status=401)
    assert main([*arguments, "harbourline/x", "harbourline/y"]) == 1
    printed = capfd.readouterr()
    assert "5 pull_requests" in printed.out
    assert "there is no such thing" in printed.err
    # A refused token is refused for every repository: one request.
    assert printed.err.count("refuses the token") == 1
    assert TOKEN not in printed.out + printed.err + caplog.text
    files = [file for file in desk.landing.rglob("*") if file.is_file()]
    assert files
    assert all(TOKEN.encode() not in file.read_bytes() for file in files)


@pytest.mark.parametrize("service", [GITHUB, PAGERDUTY])
def test_without_a_token_it_says_how_to_get_one(
    service: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys
) -> None:
    assert service in (GITHUB, PAGERDUTY)
    name = "github" if service is GITHUB else "pagerduty"
    variable = f"{name.upper()}_TOKEN"
    monkeypatch.delenv(variable, raising=False)
    rest = [REPOSITORY] if service is GITHUB else []
    assert main(["extract", name, *rest, "--landing", str(tmp_path)]) == 1
    assert f"{variable} is not set. Make a token" in capsys.readouterr().err
    monkeypatch.setenv(variable, "sec ret")
    with pytest.raises(TokenError, match="a character that no token has") as raised:
        connect(service)  # type: ignore[arg-type]
    assert "sec" not in str(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.github.com",
        "ftp://x",
        "api.github.com",
        "https://a:b@x.example",
        "https://",
        "x:",
    ],
)
def test_a_token_is_shown_to_https_only(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    with pytest.raises(ExtractError, match="must be https://HOST"):
        connect(GITHUB, url)


def test_addresses_of_other_regions_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGERDUTY_TOKEN", TOKEN)
    assert (
        connect(PAGERDUTY, "https://api.eu.pagerduty.com/").base == "https://api.eu.pagerduty.com"
    )
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    assert connect(GITHUB, "https://git.example/api/v3").base == "https://git.example/api/v3"
    assert connect(GITHUB).base == "https://api.github.com"


@pytest.mark.parametrize("name", ["checkout", "a/b/c", "../x", "a/..", "a/b?c", "https://x/y", ""])
def test_a_repository_is_named_by_owner_and_name(desk: Desk, name: str) -> None:
    with pytest.raises(ExtractError, match="write OWNER/REPO"):
        extract_github(desk.client(GITHUB), name, desk.landing)
    assert desk.server.requests == []
