"""The page on which a reader ends the reports that it is sent; mail programs post to it themselves."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from breakwater.core.signed_token import TokenRefusedError
from breakwater.orchestration.pages.answering import Installation, Instant
from breakwater.orchestration.pages.showing import page, refused
from breakwater.report.subscriptions import PAGE, Subscription, subscription_of, unsubscribe


def unsubscribing(opened: Installation, now: Instant) -> APIRouter:
    """Return the routes: opening the page asks, posting to it acts.

    Nothing is asked of where a post comes from: it is a mail program's server that sends it, the
    token is all it has, and nobody is logged in here whom another page could act for.
    """
    router = APIRouter()

    @router.get(f"/{PAGE}", response_class=HTMLResponse)
    def show(token: str = "") -> HTMLResponse:
        try:
            found = subscription_of(opened(), token, now())
        except TokenRefusedError as error:
            return refused(error)
        return _page(found, token)

    @router.post(f"/{PAGE}", response_class=HTMLResponse)
    def act(token: str = "") -> HTMLResponse:
        try:
            ended = unsubscribe(opened(), token, now())
        except TokenRefusedError as error:
            return refused(error)
        return _page(ended, "")

    return router


def _page(found: Subscription, token: str) -> HTMLResponse:
    return page("unsubscribe.html", title=found.audience.title, token=token)
