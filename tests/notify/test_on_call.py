"""Who is on call: shifts over zones and weeks, calendars of others, overrides, gaps, overlaps."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from outside_server import HOST, OutsideServer, Reply, trusted_certificate
from situations import DAY, finding, found
from situations import NOW as AT

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.on_call import OnCallFile, Rota
from breakwater.contracts.operations import Outside
from breakwater.contracts.routes import Silence
from breakwater.core.finding import Rule, Severity
from breakwater.core.vocabulary import RunType
from breakwater.notify.incidents import raise_incidents
from breakwater.notify.on_call.duty import duty_at
from breakwater.notify.on_call.ical import CalendarError, read_calendar
from breakwater.notify.on_call.reading import fetcher, refresh_on_call, work_out
from breakwater.notify.on_call.roster import Stretch, Turn, gaps, on_call_at, overlaps
from breakwater.notify.on_call.turns import readings, save_turns, teams_on_call
from breakwater.notify.outside.target import OutsideError
from breakwater.notify.standing import standing_problems
from breakwater.warehouse.database import Database
from breakwater.warehouse.workspace import Workspace

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEK = NOW + timedelta(days=7)
TEAMS = [
    {"team": name, "title": title, "contacts": [{"channel": "slack", "recipient": f"C0{name.upper()}"}]}
    for name, title in (("apac", "Asia desk"), ("emea", "Europe desk"), ("amer", "Americas desk"))
]  # fmt: skip


def _file(**rota: Any) -> OnCallFile:  # noqa: ANN401  as YAML says it
    base = {"rota": "desk", "title": "Desk", "zone": "UTC"}
    return OnCallFile.model_validate({"teams": TEAMS, "rotas": [base | rota]})


def _shift(hours: str, *teams: str, zone: str = "UTC", **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"zone": zone, "hours": hours, "teams": list(teams)} | more


SUN = [_shift("00:00-08:00", "apac"), _shift("08:00-16:00", "emea"), _shift("16:00-24:00", "amer")]


def _turns(file: OnCallFile, begins: datetime = NOW, ends: datetime = WEEK) -> list[Turn]:
    (rota,) = file.rotas
    return list(work_out(rota, file, begins, ends, lambda _: b"").turns)


@pytest.mark.parametrize(
    ("hour", "team"), [(0, "apac"), (7, "apac"), (8, "emea"), (15, "emea"), (16, "amer")]
)
def test_the_sun_is_followed(hour: int, team: str) -> None:
    """A turn ends in the instant in which the next begins."""
    at = datetime(2026, 11, 25, hour, tzinfo=UTC)
    assert [turn.team for turn in on_call_at(_turns(_file(shifts=SUN)), at)] == [team]


def test_the_night_in_which_summer_time_begins_leaves_nothing_of_a_shift_in_the_skipped_hour() -> (
    None
):
    """From 02:00 on it is 03:00 in Berlin: no turn ends before it begins; the next night it is whole."""
    begins = datetime(2027, 3, 27, 12, tzinfo=UTC)
    file = _file(shifts=[_shift("02:30-03:00", "emea", zone="Europe/Berlin")])
    turns = _turns(file, begins, begins + timedelta(days=2))
    assert [(turn.begins, turn.ends) for turn in turns] == [
        (datetime(2027, 3, 29, 0, 30, tzinfo=UTC), datetime(2027, 3, 29, 1, tzinfo=UTC))
    ]


def test_a_rota_that_follows_the_sun_has_no_hole() -> None:
    """Eight hours each, in one zone."""
    turns = _turns(_file(shifts=SUN))
    assert gaps(turns, NOW, WEEK) == overlaps(turns, timedelta(0)) == []


@pytest.mark.parametrize(
    ("day", "team"),
    [("2026-11-23", "apac"), ("2026-11-29", "apac"), ("2026-11-30", "emea"), ("2026-12-07", "apac"),
     ("2026-11-22", "emea")],
)  # fmt: skip
def test_weeks_rotate(day: str, team: str) -> None:
    """Two teams, a week each, from a Monday; before it, too."""
    shifts = [_shift("00:00-24:00", "apac", "emea", rotate_days=7, starts_on=date(2026, 11, 23))]
    noon = datetime.fromisoformat(f"{day}T12:00+00:00")
    found = on_call_at(_turns(_file(shifts=shifts), noon - HOUR, noon + HOUR), noon)
    assert [turn.team for turn in found] == [team]


def test_summer_time_opens_a_gap_and_it_is_found() -> None:
    """Riga's day is an hour later for New York in winter: the hour between belongs to nobody."""
    shifts = [
        _shift("08:00-22:00", "emea", zone="Europe/Riga"),
        _shift("15:00-25:00", "amer", zone="America/New_York"),
    ]
    begins, ends = datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 26, 12, tzinfo=UTC)
    turns = _turns(_file(shifts=shifts), begins, ends)
    assert gaps(turns, begins, ends) == [
        Stretch(datetime(2026, 10, day, 5, tzinfo=UTC), datetime(2026, 10, day, 6, tzinfo=UTC))
        for day in (25, 26)
    ]


def test_an_override_counts_in_its_stretch_and_nowhere_else() -> None:
    """Two hours of Europe's day are Asia's; Europe is on call before and after."""
    override = {
        "begins": "2026-11-25T10:00:00Z",
        "ends": "2026-11-25T12:00:00Z",
        "team": "apac",
        "reason": "Riga is closed.",
    }
    turns = _turns(_file(shifts=SUN, overrides=[override]))
    hours = [datetime(2026, 11, 25, hour, 30, tzinfo=UTC) for hour in (9, 10, 11, 12)]
    assert [[t.team for t in on_call_at(turns, at)] for at in hours] == [
        ["emea"],
        ["apac"],
        ["apac"],
        ["emea"],
    ]
    assert gaps(turns, NOW, WEEK) == []


def test_a_hand_over_is_no_overlap_and_more_than_it_is() -> None:
    """Half an hour together is meant; an hour is a mistake in the file."""
    for extra, many in (("16:30", 0), ("17:00", 7)):
        shifts = [_shift(f"00:00-{extra}", "apac"), _shift("16:00-24:00", "emea")]
        assert len(overlaps(_turns(_file(shifts=shifts)), HOUR / 2)) == many


# A calendar of others.


def _ical(*events: str) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN", *events, "END:VCALENDAR", ""]
    return "\r\n".join(lines).encode()


def _event(*lines: str, title: str = "Europe desk", start: str = "20261102T080000Z") -> str:
    head = ["BEGIN:VEVENT", f"UID:{hash((lines, title, start))}", f"DTSTART:{start}"]
    return "\r\n".join([*head, "DURATION:PT8H", f"SUMMARY:{title}", *lines, "END:VEVENT"])


TITLES = {team["title"]: team["team"] for team in TEAMS}
UTC_ZONE = ZoneInfo("UTC")


def test_a_calendar_is_read_with_its_exceptions() -> None:
    """Weekly on Tuesday and Wednesday, one Wednesday left out, zones by IANA's and Windows' names."""
    weekly = _event("RRULE:FREQ=WEEKLY;BYDAY=TU,WE", "EXDATE:20261125T080000Z")
    berlin = _event(start="X").replace(
        "DTSTART:X", "DTSTART;TZID=W. Europe Standard Time:20261126T080000"
    )
    whole = _event(title="asia DESK").replace(
        "DTSTART:20261102T080000Z\r\nDURATION:PT8H", "DTSTART;VALUE=DATE:20261128\r\nDTEND;VALUE=DATE:20261129"
    )  # fmt: skip
    said = read_calendar(_ical(weekly, berlin, whole), TITLES, ZoneInfo("Asia/Manila"), NOW, WEEK)
    assert [(turn.team, f"{turn.begins:%d %H:%M}", f"{turn.ends:%d %H:%M}") for turn in said.turns] == [
        ("emea", "24 08:00", "24 16:00"),
        ("emea", "26 07:00", "26 15:00"),
        ("apac", "27 16:00", "28 16:00"),
    ]  # fmt: skip


def test_an_event_that_names_no_team_is_counted_and_not_kept() -> None:
    """It may be a person's name."""
    said = read_calendar(
        _ical(_event(title="Jo Doe", start="20261125T080000Z")), TITLES, UTC_ZONE, NOW, WEEK
    )
    assert (said.turns, said.unknown, said.unfit) == ((), 1, 0)


def test_an_event_of_many_weeks_is_no_turn_whoever_it_names() -> None:
    """It is told apart from one that names nobody: a team on call for a quarter is a slip."""
    long = _event(start="20261124T000000Z").replace("PT8H", "P32D")
    said = read_calendar(_ical(long, _event(title="Jo Doe")), TITLES, UTC_ZONE, NOW, WEEK)
    assert (said.turns, said.unfit) == ((), 1)
    file = _file(calendar={"url": "https://calendar.example/rota.ics"})
    (rota,) = file.rotas
    worked_out = work_out(rota, file, NOW, WEEK, lambda _: _ical(long))
    assert worked_out.left_out == (
        "1 events of its calendar last longer than 31 days, or not at all",
    )


ENDLESS = {
    "every second": _event("RRULE:FREQ=SECONDLY"),
    "every minute": _event("RRULE:FREQ=MINUTELY;COUNT=9"),
    "every hour": _event("RRULE:FREQ=HOURLY"),
    "folded": _event("RRU\r\n LE:FREQ=SEC\r\n ONDLY"),
    "by second": _event("RRULE:FREQ=DAILY;BYSECOND=1,2,3"),
    "by hour": _event("RRULE:FREQ=DAILY;BYHOUR=1"),
    "interval nought": _event("RRULE:FREQ=DAILY;INTERVAL=0"),
    "negative interval": _event("RRULE:FREQ=DAILY;INTERVAL=-1"),
    "never": _event("RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"),
    "seldom": _event("RRULE:FREQ=DAILY;INTERVAL=7;BYDAY=TU"),
    "exclusion": _event("RRULE:FREQ=DAILY", "EXRULE:FREQ=SECONDLY"),
    "no such day": _event("RRULE:FREQ=MONTHLY;BYDAY=53MO"),
    "two rules": _event("RRULE:FREQ=DAILY", "RRULE:FREQ=SECONDLY"),
    "since the year one": _event("RRULE:FREQ=DAILY", start="00010101T000000Z"),
    "lower case": _event("rrule:freq=secondly"),
    "with a parameter": _event("RRULE;X=1:FREQ=SECONDLY"),
    "many": "\r\n".join(_event(start="20261125T080000Z") for _ in range(2_001)),
    "many rules": "\r\n".join(_event("RRULE:FREQ=DAILY") for _ in range(201)),
    "no calendar": "nothing",
}


@pytest.mark.parametrize("what", list(ENDLESS))
def test_what_could_be_endless_is_refused_at_once(what: str) -> None:
    """Before any library walks there; a second of CPU is a hundred times what it takes."""
    began = process_time()
    content = ENDLESS[what].encode() if what == "no calendar" else _ical(ENDLESS[what])
    with pytest.raises(CalendarError):
        read_calendar(content, TITLES, UTC_ZONE, NOW, WEEK)
    assert process_time() - began < 2  # a hang would be minutes


def test_a_zone_that_the_file_defines_is_not_read() -> None:
    """A rule of summer time every second would hang the parser."""
    rule = "BEGIN:STANDARD\r\nDTSTART:16010101T000000\r\nRRULE:FREQ=SECONDLY\r\nEND:STANDARD"
    zone = f"BEGIN:VTIMEZONE\r\nTZID:Evil\r\n{rule}\r\nEND:VTIMEZONE"
    event = _event(start="X").replace("DTSTART:X", "DTSTART;TZID=Evil:20261125T080000")
    said = read_calendar(_ical(zone, event), TITLES, UTC_ZONE, NOW, WEEK)
    assert [turn.begins for turn in said.turns] == [datetime(2026, 11, 25, 8, tzinfo=UTC)]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * ((1 << 20) + 1), b""])
def test_what_is_no_calendar_is_refused(content: bytes) -> None:
    """By its size, by its bytes, or as empty."""
    with pytest.raises(CalendarError):
        read_calendar(content, TITLES, UTC_ZONE, NOW, WEEK)


# Where calendars lie, and what is kept of them.


def _configuration(configuration: Configuration, folder: Path, **source: str) -> Configuration:
    return replace(configuration, folder=folder, on_call=_file(calendar=source))


def test_a_calendar_that_can_no_longer_be_read_leaves_its_turns(
    configuration: Configuration, tmp_path: Path, warehouse: Database
) -> None:
    """Somebody is on call all the same; why is kept, and the next good reading heals it."""
    calendar = tmp_path / "desk.ics"
    calendar.write_bytes(_ical(_event("RRULE:FREQ=DAILY")))
    configured = _configuration(configuration, tmp_path, file="desk.ics")
    noon = NOW + 10 * HOUR
    with warehouse.transaction() as connection:
        assert refresh_on_call(connection, configured, NOW) == {}
        calendar.unlink()
        problems = refresh_on_call(connection, configured, noon)
        assert "expected a readable file desk.ics" in problems["desk"]
        teams = teams_on_call(connection, configured.on_call, noon)
        assert [team.team for team in teams["desk"]] == ["emea"]
        calendar.write_bytes(_ical(_event("RRULE:FREQ=DAILY", title="amer")))
        assert refresh_on_call(connection, configured, noon) == {}
        teams = teams_on_call(connection, configured.on_call, noon)
        assert [team.team for team in teams["desk"]] == ["amer"]
        assert readings(connection)["desk"].problem is None


def test_an_object_is_read_once_an_hour(
    configuration: Configuration, tmp_path: Path, warehouse: Database
) -> None:
    """What lies elsewhere is not asked every five minutes."""
    calendar = tmp_path / "desk.ics"
    calendar.write_bytes(_ical(_event("RRULE:FREQ=DAILY")))
    configured = _configuration(configuration, tmp_path, object=calendar.as_uri())
    with warehouse.transaction() as connection:
        refresh_on_call(connection, configured, NOW)
        calendar.write_bytes(b"nothing")
        assert refresh_on_call(connection, configured, NOW + HOUR / 2) == {}
        assert "desk" in refresh_on_call(connection, configured, NOW + HOUR)


@pytest.mark.parametrize(
    "url",
    ["https://169.254.169.254/x.ics", "https://localhost/x.ics", "https://calendar.example/x.ics"],
)
def test_an_address_that_nobody_allowed_is_not_asked(
    url: str, configuration: Configuration, tmp_path: Path
) -> None:
    """A rota's file must not make us ask our own cloud for its secrets."""
    configured = _configuration(configuration, tmp_path, url=url)
    (rota,) = configured.on_call.rotas
    with pytest.raises(OutsideError, match=r"not asked|not among the allowed"):
        work_out(rota, configured.on_call, NOW, WEEK, fetcher(configured))


def test_a_calendar_is_read_from_a_host_that_is_allowed(
    configuration: Configuration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By https with a certificate that is trusted; a redirect is not followed, nor a refusal read."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", trusted_certificate())
    replies = iter(
        [
            Reply(_ical(_event("RRULE:FREQ=DAILY"))),
            Reply(b"", 302, {"Location": "https://elsewhere.example/x.ics"}),
            Reply(b"<html>", 200),
        ]
    )
    allowed = configuration.operations.model_copy(
        update={"outside": Outside(internal_hosts=(HOST,))}
    )
    with OutsideServer(lambda _: next(replies)) as server:
        url = f"{server.address}/desk.ics"
        configured = replace(_configuration(configuration, tmp_path, url=url), operations=allowed)
        (rota,) = configured.on_call.rotas
        fetch = fetcher(configured)
        assert work_out(rota, configured.on_call, NOW, WEEK, fetch).turns[0].team == "emea"
        for _ in range(2):
            with pytest.raises(CalendarError):
                work_out(rota, configured.on_call, NOW, WEEK, fetch)


def test_a_file_cannot_be_named_outside_the_configuration() -> None:
    """Neither by steps up nor by an absolute path."""
    for name in ("../secret.ics", "/etc/x.ics", "a/../../x.ics"):
        with pytest.raises(ValueError, match="file"):
            Rota.model_validate(
                {"rota": "desk", "title": "Desk", "zone": "UTC", "calendar": {"file": name}}
            )


def test_what_time_has_made_wrong_is_found(configuration: Configuration) -> None:
    """An expired silence, an hour without anybody, a long overlap: named with file and place."""
    silence = Silence.model_validate(
        {
            "silence": "migration",
            "match": {},
            "reason": "The queue moves this week.",
            "link": "https://tracker.harbour.example/OPS-482",
            "owner": "vendor-operations",
            "expires_on": "2026-11-20",
        }
    )
    shifts = [_shift("00:00-16:00", "apac"), _shift("15:00-23:00", "emea")]
    wrong = replace(configuration, silences=(silence,), on_call=_file(shifts=shifts))
    problems, warnings = standing_problems(wrong, NOW)
    assert problems[0].startswith("silences.yaml: silences.migration: expected one in force")
    assert problems[1] == (
        "on_call.yaml: rotas.desk: nobody is on call from Tue 2026-11-24 23:00 to Wed 2026-11-25 00:00 (UTC)"
    )
    assert "several teams are on call from Tue 2026-11-24 15:00" in warnings[0]
    some = replace(wrong, silences=(), on_call=_file(shifts=shifts, covers="some_hours"))
    assert standing_problems(some, NOW)[0] == ()


def test_what_ships_stands(configuration: Configuration) -> None:
    """No silence has expired, and somebody is on call at every hour."""
    assert standing_problems(configuration, NOW) == ((), ())


@pytest.mark.parametrize(("age", "is_known"), [(1, True), (30, False)])
def test_a_silent_run_of_a_live_day_works_rotas_out(
    age: int, is_known: bool, workspace: Workspace, warehouse: Database
) -> None:
    """The digest that it writes says who is on call, and that edition may be the one that is told."""
    day = NOW.date() - timedelta(days=age)
    raise_incidents(workspace, day, NOW, RunType.BACKFILL)
    assert bool(warehouse.rows("select 1 from notify.on_call_turn limit 1")) == is_known


def test_an_alert_says_who_is_on_call_and_until_when(
    workspace: Workspace, warehouse: Database
) -> None:
    """To our own people, while it is open; a vendor calls its own."""
    found(warehouse, finding(Rule.EXPORT_LATE, value=600, unit="seconds", severity=Severity.MAJOR))
    raise_incidents(workspace, DAY, AT, RunType.SCHEDULED)
    found(warehouse)
    raise_incidents(workspace, DAY, AT + HOUR, RunType.SCHEDULED)
    rows = warehouse.rows("select transition, recipient, payload ->> 'text' as text"
                          " from notify.outbox where channel = 'email'")  # fmt: skip
    told = {(row["transition"], row["recipient"]): row["text"] for row in rows}
    said = "On call: Asia-Pacific desk until Sun 16:00 (Asia/Singapore)"
    ours, theirs = "ops-leads@harbour.example", "harbour-desk@pearlline.example"
    assert said in told["1-opened", ours]
    assert "On call" not in told["1-opened", theirs]
    assert "On call" not in told["2-resolved", ours]


def test_several_rotas_are_told_apart_and_a_fallback_has_no_end(warehouse: Database) -> None:
    """At the very instant of a hand-over the next one is on call."""
    both = {"teams": TEAMS, "rotas": [
        {"rota": "desk", "title": "Desk", "zone": "UTC", "shifts": SUN},
        {"rota": "legal", "title": "Legal", "zone": "UTC", "covers": "some_hours", "fallback": "amer",
         "shifts": [_shift("02:00-03:00", "emea")]},
    ]}  # fmt: skip
    file = OnCallFile.model_validate(both)
    eight = NOW.replace(hour=8)
    with warehouse.transaction() as connection:
        for rota in file.rotas:
            turns = work_out(rota, file, NOW, WEEK, lambda _: b"").turns
            save_turns(connection, rota.rota, turns, NOW, NOW)
        said = duty_at(connection, file, eight, ZoneInfo("Asia/Singapore"))
        nobody = _file(rota="other", shifts=[_shift("02:00-03:00", "emea")], covers="some_hours")
        assert duty_at(connection, nobody, eight, ZoneInfo("UTC")) == ""
    assert said == "Desk: Europe desk until Wed 00:00; Legal: Americas desk (Asia/Singapore)"
