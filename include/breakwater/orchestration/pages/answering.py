"""The pages on which an alert is acknowledged or snoozed: opening one shows, its button acts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse

from breakwater.core.signed_token import TokenRefusedError
from breakwater.notify.answer import (
    Alert,
    AlertGoneError,
    AlertMovedError,
    alert_of,
    answer,
)
from breakwater.notify.links import ANSWERS
from breakwater.notify.people import LONGEST_NAME, LONGEST_NOTE, IncidentError, Saying
from breakwater.notify.word import WordKind
from breakwater.orchestration.pages.form import Form, same_origin
from breakwater.orchestration.pages.showing import TEMPLATES, page, refused
from breakwater.warehouse.workspace import Workspace

Installation = Callable[[], Workspace]
Instant = Callable[[], datetime]

_MORNING = time(9)


def answering(opened: Installation, now: Instant) -> APIRouter:
    """Return the routes: a page for each word that a link may allow, and their style sheet."""
    router = APIRouter()
    for kind, name in ANSWERS.items():
        pages = _Pages(kind, opened, now)
        router.add_api_route(f"/{name}", pages.show, methods=["GET"], response_class=HTMLResponse)
        router.add_api_route(
            f"/{name}",
            pages.act,
            methods=["POST"],
            response_class=HTMLResponse,
            dependencies=[Depends(same_origin)],
        )

    @router.get("/page.css")
    def style() -> Response:
        return Response((TEMPLATES / "page.css").read_text(), media_type="text/css")

    return router


class _Pages:
    """What is shown to who has a link, and what happens when they press the button."""

    def __init__(self, kind: WordKind, opened: Installation, now: Instant) -> None:
        self.kind, self.opened, self.now = kind, opened, now

    def show(self, token: str = "") -> HTMLResponse:
        """Show the alert and ask; a mail program that looks ahead changes nothing."""
        workspace, now = self.opened(), self.now()
        try:
            alert = alert_of(workspace, self.kind, token, now)
        except (TokenRefusedError, AlertGoneError) as error:
            return refused(error)
        return self._question(workspace, alert, token, now)

    def act(self, form: Form) -> HTMLResponse:
        """Say the word, and show the alert as it is after that."""
        workspace, now, token = self.opened(), self.now(), form.get("token", "")
        saying = Saying(
            self.kind, form.get("by", ""), form.get("note", ""), _instant(form.get("until", ""))
        )
        try:
            alert = answer(workspace, token, saying, version=form.get("version", ""), now=now)
        except (TokenRefusedError, AlertGoneError) as error:
            return refused(error)
        except (IncidentError, AlertMovedError) as error:
            alert = alert_of(workspace, self.kind, token, now)
            problem = _problem(error)
            return self._question(workspace, alert, token, now, form=form, problem=problem)
        return page("done.html", kind=self.kind, alert=alert, message=alert.message)

    def _question(
        self,
        workspace: Workspace,
        alert: Alert,
        token: str,
        now: datetime,
        *,
        form: dict[str, str] | None = None,
        problem: str = "",
    ) -> HTMLResponse:
        return page(
            "question.html",
            status=409 if problem else 200,
            kind=self.kind,
            page=ANSWERS[self.kind],
            alert=alert,
            message=alert.message,
            token=token,
            choices=choices(workspace, self.kind, now),
            zone=workspace.configuration.operations.zone,
            form=form or {},
            problem=problem,
            longest_name=LONGEST_NAME,
            longest_note=LONGEST_NOTE,
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """Until when a word may count: as the form sends it, as a person reads it, and whether it is usual."""

    value: str
    words: str
    is_usual: bool


def choices(workspace: Workspace, kind: WordKind, now: datetime) -> list[Choice]:
    """List until when a word may count, the soonest first."""
    operations = workspace.configuration.operations
    start = now.replace(second=0, microsecond=0)
    own = operations.incidents.acknowledged_hours
    hours, usual = {
        WordKind.ACKNOWLEDGED: ({1, 4, own, 24}, own),
        WordKind.SNOOZED: ({1, 4, 24, 72}, 4),
    }[kind]
    ends = {start + timedelta(hours=count): _lasting(count) for count in hours}
    local = now.astimezone(operations.zone_info)
    morning = datetime.combine(local.date() + timedelta(days=1), _MORNING, operations.zone_info)
    ends.setdefault(morning.astimezone(UTC), "tomorrow morning")
    longest = now + timedelta(days=operations.incidents.longest_days)
    return [
        Choice(
            value=end.isoformat(),
            words=f"{words}: {end.astimezone(operations.zone_info).strftime('%a %d %b %H:%M')}",
            is_usual=end == start + timedelta(hours=usual),
        )
        for end, words in sorted(ends.items())
        if end <= longest
    ]


def _lasting(hours: int) -> str:
    count, unit = (hours // 24, "day") if hours % 24 == 0 else (hours, "hour")
    return f"{count} {unit}" + ("" if count == 1 else "s")


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


def _problem(error: Exception) -> str:
    if isinstance(error, AlertMovedError):
        return "This moved since you opened the page. Look at it again, then answer."
    return f"Not done: {error}."
