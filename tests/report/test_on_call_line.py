"""A digest says who is on call on the day on which it is read, and makes no edition of that."""

import dataclasses
from datetime import UTC, datetime, timedelta

import made_days
import pytest

from breakwater.core.vocabulary import RunType
from breakwater.notify.on_call.reading import refresh_on_call
from breakwater.report.digest import publish_digest, render_digest
from breakwater.warehouse.workspace import Workspace

DAY = made_days.DAY
NOW = datetime(DAY.year, DAY.month, DAY.day, 22, tzinfo=UTC)  # six in the morning after, Singapore
LINE = "Trust & Safety desk on {when}: {turns} ({zone})."


def _publish(workspace: Workspace, now: datetime = NOW) -> int:
    done = publish_digest(workspace, DAY, now, run_type=RunType.SCHEDULED, deliver=False)
    published: int = done.summary["published"]
    return published


def _text(workspace: Workspace, audience: str, form: str = "text") -> str:
    return str(render_digest(workspace, DAY, audience, None, form))  # type: ignore[arg-type]


def test_each_reader_is_told_in_its_own_zone(quiet: Workspace) -> None:
    """The shipped rota, read in Singapore and in Riga; a vendor is told nothing of it."""
    with quiet.warehouse.transaction() as connection:
        refresh_on_call(connection, quiet.configuration, NOW)
    _publish(quiet)
    morrow = DAY + timedelta(days=1)
    when = f"{morrow:%a} {morrow.day} {morrow:%b}"
    ops = "Americas desk 00:00–08:00, Asia-Pacific desk 08:00–16:00, Europe desk 16:00–24:00"
    assert LINE.format(when=when, turns=ops, zone="Asia/Singapore") in " ".join(
        _text(quiet, "ops").split()
    )
    emea = " ".join(_text(quiet, "emea").split())
    assert (
        f"Trust & Safety desk on {when}: Americas desk 00:00–02:00, Asia-Pacific desk 02:00–10:00"
        in emea
    )
    for form in ("html", "slack"):
        assert "Europe desk 16:00" in _text(quiet, "ops", form)
    for form in ("text", "html", "slack"):
        assert "desk on" not in _text(quiet, "vendor_pearlline", form)


@pytest.mark.parametrize("worked_out", [True, False])
def test_another_rota_makes_no_edition(quiet: Workspace, worked_out: bool) -> None:
    """It is no figure of the day: whoever was told is not sent it again."""
    assert _publish(quiet) > 0
    file = quiet.configuration.on_call
    rota = file.rotas[0].model_copy(update={"title": "Another desk"})
    other = dataclasses.replace(
        quiet, configuration=dataclasses.replace(
            quiet.configuration, on_call=file.model_copy(update={"rotas": (rota,)})
        ),
    )  # fmt: skip
    if worked_out:
        with quiet.warehouse.transaction() as connection:
            refresh_on_call(connection, other.configuration, NOW)
    assert _publish(other, NOW + timedelta(hours=1)) == 0
    assert "desk on" not in _text(other, "ops")
