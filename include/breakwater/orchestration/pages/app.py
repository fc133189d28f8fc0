"""The application behind signed links: no log-in, no documentation page, nothing kept by browsers."""

from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import FastAPI, Request, Response

from breakwater.orchestration.connections import installation
from breakwater.orchestration.days import instant
from breakwater.orchestration.pages.answering import Installation, Instant, answering
from breakwater.orchestration.pages.unsubscribing import unsubscribing

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",  # the address of a page is what allows to answer
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


def make_app(opened: Installation = installation, now: Instant = instant) -> FastAPI:
    """Make the application.

    Args:
        opened: opens the installation whose alerts are answered.
        now: reads the clock.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(answering(opened, now))
    app.include_router(unsubscribing(opened, now))

    @app.middleware("http")
    async def keep_to_yourself(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        response = await call_next(request)
        response.headers.update(HEADERS)
        return response

    return app
