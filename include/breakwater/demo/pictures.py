"""The pictures of the README, taken from a demo that has just been played."""

from pathlib import Path
from typing import TYPE_CHECKING

from breakwater.demo.keepsakes import Keepsakes
from breakwater.demo.screenshot import browser_page, photograph
from breakwater.demo.stack import DAG, Stack

if TYPE_CHECKING:
    from playwright.sync_api import FloatRect, Page

_GRID = (2100, 520)
"""So wide that the panel beside the details has room for the names of tasks and a week of runs."""

_SETTLE_MILLISECONDS = 3_000
"""Airflow's grid draws itself a moment after its last answer."""


def take_pictures(stack: Stack, keepsakes: Keepsakes, folder: Path) -> list[Path]:
    """Write ``digest.png`` and ``airflow-grid.png``; return where.

    Raises:
        BrowserMissingError: there is no Chromium on this machine, or nothing to drive it with.
    """
    folder.mkdir(parents=True, exist_ok=True)
    digest, grid = folder / "digest.png", folder / "airflow-grid.png"
    photograph(keepsakes.digest.as_uri(), digest)
    with browser_page(*_GRID) as page:
        log_in(page, stack)
        page.get_by_label("Expand all task groups").click()
        page.wait_for_timeout(_SETTLE_MILLISECONDS)
        page.screenshot(path=grid, clip=_beside_the_details(page))
    return [digest, grid]


def _beside_the_details(page: "Page") -> "FloatRect":
    """Return where the grid is: left of the handle that folds the details away."""
    handle = page.get_by_label("Collapse Details Panel").bounding_box()
    width = _GRID[0] if handle is None else handle["x"]
    return {"x": 0, "y": 0, "width": width, "height": _GRID[1]}


def log_in(page: "Page", stack: Stack) -> None:
    """Open the Dag's page as the local user."""
    page.goto(f"{stack.url}/dags/{DAG}")
    page.fill("input[name=username]", stack.user)
    page.fill("input[name=password]", stack.password)
    page.click("button[type=submit]")
    page.wait_for_url(f"**/dags/{DAG}**")
    page.wait_for_load_state("networkidle")
