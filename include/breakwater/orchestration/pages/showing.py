"""How our pages are shown: templates of our own, and one page for every link that opens nothing."""

import logging
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from breakwater.core.signed_token import TokenRefusal, TokenRefusedError

TEMPLATES = Path(__file__).with_name("templates")

log = logging.getLogger(__name__)


def refused(error: Exception) -> HTMLResponse:
    """Show the same page whatever is wrong with a link; the reason is in our own log."""
    reason = error.reason if isinstance(error, TokenRefusedError) else "gone"
    log.info("a link was refused: %s", reason)
    is_over = reason is TokenRefusal.EXPIRED
    return page("refused.html", status=410 if is_over else 403, is_over=is_over)


def page(name: str, *, status: int = 200, **values: Any) -> HTMLResponse:  # noqa: ANN401  a template takes what it names
    """Render one of our templates."""
    return HTMLResponse(_environment().get_template(name).render(values), status_code=status)


@cache
def _environment() -> Environment:
    """Our own: autoescape on, an unknown name is an error, and nothing of Airflow's in reach."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
