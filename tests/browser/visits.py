"""A visit to a site, which remembers everything that must not happen in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page, expect

# Milliseconds; a busy machine needs a while to start the query engine.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)

# A desktop's and a phone's.
WIDTHS = (1280, 390)


@dataclass
class Visit:
    """A page of the browser with everything that must not happen in it."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        # The heading first: before the page is drawn nothing says "Loading" either.
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        expect(self.page.get_by_text("Loading …")).to_have_count(0)
        return self.page

    def fits_every_screen(self) -> bool:
        """Whether the page that is open is nowhere wider than the screen."""
        wide = []
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 800})
            # Charts are drawn anew a moment after the screen changed.
            self.page.wait_for_timeout(300)
            if self.page.evaluate("document.documentElement.scrollWidth") > width:
                wide.append(width)
        return not wide


def visit(browser: Browser, address: str) -> Iterator[Visit]:
    page = browser.new_page(viewport={"width": WIDTHS[0], "height": 800})
    page.set_default_timeout(PATIENCE)
    found = Visit(page, address)
    page.on(
        "console",
        lambda message: (
            found.complaints.append(f"console {message.type}: {message.text}")
            if message.type in {"error", "warning"}
            else None
        ),
    )
    page.on("pageerror", lambda error: found.complaints.append(f"error: {error}"))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((address, "data:", f"blob:{address}"))
            else found.complaints.append(f"request to {request.url}")
        ),
    )
    page.on(
        "response",
        lambda response: (
            found.complaints.append(f"{response.status} for {response.url}")
            if response.status >= 400
            else None
        ),
    )
    yield found
    page.close()
    assert found.complaints == []
