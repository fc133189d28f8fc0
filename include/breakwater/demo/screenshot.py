"""Photographs of pages, by the Chromium that is installed; none is ever downloaded."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breakwater.core.errors import BreakwaterError

if TYPE_CHECKING:
    from playwright.sync_api import Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
PHONE_AND_A_HALF = 640
"""Width in pixels at which a mail program shows a message."""

ARGUMENTS = (
    "--no-sandbox",  # root has no user namespace to put a sandbox in
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class BrowserMissingError(BreakwaterError):
    """There is no Chromium on this machine, or nothing to drive it with."""


@contextmanager
def browser_page(width: int, height: int, *, dark: bool = False) -> Iterator["Page"]:
    """Open a page of the given size in a headless browser.

    Raises:
        BrowserMissingError: see there.
    """
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None:
        message = f"expected one of {', '.join(NAMES)} to be installed; found none"
        raise BrowserMissingError(message)
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415  an optional package
    except ImportError as error:
        message = "expected the package playwright, which drives the browser; found none"
        raise BrowserMissingError(message) from error
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        scheme: Any = "dark" if dark else "light"
        size: Any = {"width": width, "height": height}
        yield browser.new_page(viewport=size, color_scheme=scheme, device_scale_factor=2)
        browser.close()


def photograph(
    address: str,
    file: Path,
    *,
    width: int = PHONE_AND_A_HALF,
    dark: bool = False,
    prepare: Callable[["Page"], object] = lambda _: None,
) -> None:
    """Write a picture of a whole page as PNG.

    Args:
        address: of the page.
        file: where to write.
        width: of the window, in CSS pixels.
        dark: whether the reader prefers dark pages.
        prepare: is given the loaded page before the picture is taken.

    Raises:
        BrowserMissingError: see there.
    """
    with browser_page(width, 800, dark=dark) as page:
        page.goto(address)
        prepare(page)
        page.screenshot(path=file, full_page=True)
