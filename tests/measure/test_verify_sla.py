"""Vectors are read as they are meant, answered by the models, and every disagreement is told."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from breakwater.cli.verify import verify as command
from breakwater.contracts.calendar import Calendar
from breakwater.contracts.operations import EngineSettings
from breakwater.engine.base import Engine
from breakwater.engine.open import open_engine
from breakwater.measure.sla.verify import engine_path
from breakwater.measure.sla.verify.answers import Verdict, verify
from breakwater.measure.sla.verify.vectors import VectorError, read_vectors
from breakwater.warehouse.embedded import EmbeddedPostgreSQL

Vector = dict[str, Any]

OFFICE = {
    "tz": "Europe/Riga",
    "weekly": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
}
DUCKDB = partial(open_engine, EngineSettings(), "")


def vector(kind: str, asked: Vector, expected: Vector, **more: Any) -> Vector:  # noqa: ANN401  JSON
    """Return a vector on office hours in Riga."""
    stated = {"id": "v-1", "kind": kind, "calendar": OFFICE, "input": asked, "expected": expected}
    return stated | {"convention": {}, "source": {"project": "somebody/else"}} | more


@pytest.fixture
def answer(tmp_path: Path) -> Callable[[Vector], Verdict]:
    """Answer one vector, read from a file as any other."""

    def answered(stated: Vector) -> Verdict:
        file = tmp_path / "vectors.jsonl"
        file.write_text(json.dumps(stated) + "\n\n", encoding="utf-8")
        (verdict,) = verify(read_vectors(file), DUCKDB)
        return verdict

    return answered


Answering = Callable[[Vector], Verdict]

ANSWERED: list[tuple[str, Vector, Vector, Vector]] = [
    (
        "elapsed",
        {"start": "2026-10-23T16:00", "end": "2026-10-26T10:00"},
        {"business_seconds": 7200},
        {},
    ),
    (
        "elapsed",
        {"start": "2026-10-26T10:00", "end": "2026-10-23T16:00"},
        {"business_seconds": -7200},
        {"convention": {"on_reversed": "negative"}},
    ),
    (
        "elapsed",
        {"start": "2026-10-26T10:00", "end": "2026-10-23T16:00"},
        {"business_seconds": 0},
        {},
    ),
    (
        "elapsed",
        {
            "start": "2026-10-26T10:00",
            "end": "2026-10-26T16:00",
            "pauses": [{"from": "2026-10-26T11:00", "to": "2026-10-26T12:00"}],
        },
        {"business_seconds": 5 * 3600},
        {},
    ),
    (
        "deadline",
        {"start": "2026-10-23T16:00+03:00", "business_seconds": 3600},
        {"deadline": "2026-10-23T17:00+03:00"},
        {},
    ),
    (
        "deadline",
        {"start": "2026-10-23T16:00+03:00", "business_seconds": 3600},
        {"deadline": "2026-10-26T09:00+02:00"},
        {"convention": {"on_interval_close": "roll_forward"}},
    ),
    (
        "deadline",
        {"start": "2026-10-24T16:00+03:00", "business_minutes": 0},
        {"deadline": "2026-10-26T09:00+02:00"},
        {"source": {"project": "zendesk/biz"}},
    ),
    (
        "deadline",
        {
            "start": "2026-10-26T16:00",
            "business_seconds": 3600,
            "pauses": [["2026-10-26T16:30", "2026-10-26T16:40"]],
        },
        {"deadline": "2026-10-27T09:10"},
        {},
    ),
    (
        "deadline_before",
        {"end": "2026-10-26T10:00", "business_seconds": 7200},
        {"start": "2026-10-23T16:00"},
        {},
    ),
    (
        "deadline_business_days",
        {"start": "2026-10-23T16:00", "business_days": 2},
        {"deadline": "2026-10-27T16:00"},
        {},
    ),
    ("is_open", {"at": "2026-10-26T17:00"}, {"open": False}, {}),
    (
        "sla_case",
        {
            "created_at": "2026-10-26T16:00",
            "resolved_at": "2026-10-27T10:00",
            "target_seconds": 3600,
            "pauses": [["2026-10-26T16:30", "2026-10-26T16:40"]],
        },
        {
            "due_at": "2026-10-27T09:10",
            "elapsed_seconds": 110 * 60,
            "breached": True,
            "met": False,
            "state": "missed",
        },
        {},
    ),
    (
        "sla_case",
        {
            "start": "2026-10-26T09:00",
            "now": "2026-10-26T11:30",
            "business_seconds": 7200,
            "pauses": [["2026-10-26T11:00", None]],
        },
        {
            "elapsed_seconds": 7200,
            "due_at": "2026-10-26T11:00",
            "breached": True,
            "state": "overdue",
            "documented_state": "active",
        },
        {"convention": {"moon": ["full", "new"]}},
    ),
    (
        "sla_case",
        {
            "start": "2026-10-26T09:00",
            "end": "2026-10-26T12:00",
            "now": "2026-10-26T10:00",
            "business_seconds": 7200,
        },
        {"elapsed_seconds": 3600, "breached": False, "met": False, "state": "open"},
        {},
    ),
    (
        "elapsed",
        {
            "start": "2026-10-26T09:00",
            "end": "2026-10-26T17:00",
            "pauses": [
                ["2026-10-26T11:00", "2026-10-26T13:00"],
                ["2026-10-26T10:00", "2026-10-26T12:00"],
                ["2026-10-26T10:00", "2026-10-26T10:00"],
            ],
        },
        {"business_seconds": 5 * 3600},
        {},
    ),
    (
        "elapsed",
        {"start": "2026-10-26T09:00", "end": "2026-10-26T10:00", "pauses": None},
        {"business_seconds": 3600},
        {},
    ),
    (
        "is_open",
        {"at": "2026-10-26T17:00"},
        {"open": True},
        {"source": {"project": "pandas-dev/pandas"}},
    ),
    ("next_open", {"at": "2026-10-24T17:00"}, {"open_at": "2026-10-26T09:00"}, {}),
    ("prev_open", {"at": "2026-10-24T17:00"}, {"open_until": "2026-10-23T17:00"}, {}),
    (
        "elapsed_multi_schedule",
        {
            "legs": [
                {"from": "2026-10-26T08:00Z", "to": "2026-10-26T09:00Z", "calendar": OFFICE},
                {
                    "from": "2026-10-26T09:00Z",
                    "to": "2026-10-26T10:00Z",
                    "calendar": {"tz": "UTC", "weekly": {"mon": {"09:30": "12:00"}}},
                },
            ]
        },
        {"business_seconds": 5400, "documented_minutes": 1},
        {"calendar": None},
    ),
    (
        "elapsed",
        {"start": "2026-03-01T00:00", "end": "2026-03-10T00:00"},
        {"business_seconds": 3600 + 1800},
        {
            "calendar": {
                "tz": "UTC",
                "weekly": {"mon": [["12:00", "12:00"]]},
                "overrides": {"2026-03-02": [["09:00", "10:00"]], "2026-03-03": [["9:00", "9:30"]]},
            }
        },
    ),
    (
        "elapsed",
        {"start": "2026-03-02T00:00", "end": "2026-03-07T00:00"},
        {"business_seconds": 0},
        {"calendar": {"tz": "UTC", "weekly": {}}},
    ),
    (
        "elapsed",
        {"start": "2026-03-02T00:00", "end": "2026-03-07T00:00"},
        {"business_seconds": (4 * 8 - 1) * 3600},
        {
            "calendar": OFFICE
            | {
                "tz": "UTC",
                "recurring_holidays": ["03-03"],
                "holidays": ["2026-03-08"],
                "breaks": {"2026-03-04": [["12:00", "13:00"]]},
            }
        },
    ),
]


@pytest.mark.parametrize(
    ("kind", "asked", "expected", "more"),
    ANSWERED,
    ids=[f"{number}-{each[0]}" for number, each in enumerate(ANSWERED)],
)
def test_each_kind_is_answered(
    kind: str, asked: Vector, expected: Vector, more: Vector, answer: Answering
) -> None:
    """An instant without an offset is wall clock of the calendar."""
    verdict = answer(vector(kind, asked, expected, **more))
    assert verdict.passed, verdict.line()


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        (
            vector("guess", {}, {}),
            "v-1 (guess, somebody/else): expected one of the kinds deadline,",
        ),
        (
            vector("sla_case", {"start": "2026-10-26T09:00", "seconds": 1}, {"mood": "bad"}),
            "expected answers among breached,",
        ),
        (
            vector(
                "sla_case",
                {"start": "2026-10-26T09:00", "end": "2026-10-26T09:30", "seconds": 1},
                {"documented_state": "met"},
            ),
            "found none",
        ),
        (
            vector(
                "sla_case", {"start": "2026-10-26T09:00", "seconds": 60}, {"elapsed_seconds": 60}
            ),
            "expected an input that has end, or now",
        ),
        (
            vector(
                "deadline_business_days",
                {"start": "2026-10-26T09:00", "business_days": None},
                {"deadline": "2026-10-26T09:00"},
            ),
            "expected an input that can be read",
        ),
        (
            vector("is_open", {"at": "0001-01-01T09:00Z"}, {"open": True}),
            "expected an answer within three years",
        ),
        (
            vector(
                "elapsed",
                {"start": "2026-01-01T09:00Z", "end": "9999-12-31T09:00Z"},
                {"business_seconds": 1},
            ),
            "expected an answer within three years",
        ),
        (
            vector(
                "elapsed",
                {"start": "1950-01-02T09:30Z", "end": "1950-01-02T10:00Z"},
                {"business_seconds": 1800},
            ),
            "expected an answer within three years",
        ),
        (vector("is_open", {}, {"open": True}), "expected an input that can be read"),
        (vector("is_open", {"at": "noon"}, {"open": True}), "expected an instant in ISO 8601"),
        (vector("deadline", {"start": "2026-10-26T09:00"}, {}), "expected an input that has"),
        (vector("is_open", {"at": "2026-10-26"}, {}, calendar=None), "expected a calendar"),
        (
            vector("is_open", {"at": "2026-10-26"}, {}, calendar={"tz": "Mars/Base", "weekly": {}}),
            "expected a calendar: ",
        ),
        (
            vector(
                "deadline",
                {"start": "2026-03-02T00:00", "business_seconds": 10**9},
                {"deadline": "2026-03-02T00:00"},
            ),
            "expected an answer within three years",
        ),
    ],
    ids=[
        "kind",
        "no such answer",
        "nothing to compare",
        "nobody knows how long",
        "no number of days",
        "first of years",
        "last of years",
        "before 1970",
        "no input",
        "no instant",
        "no target",
        "no calendar",
        "zone",
        "too far",
    ],
)
def test_what_cannot_be_asked_has_failed(stated: Vector, said: str, answer: Answering) -> None:
    """With what was expected; never left out, and never an end of the run."""
    verdict = answer(stated)
    assert not verdict.passed
    assert said in verdict.line()


def test_a_disagreement_shows_both_answers_and_what_was_not_understood(answer: Answering) -> None:
    """A convention that nobody here knows is no reason to refuse, and is told."""
    asked = {"start": "2026-10-23T16:00", "end": "2026-10-26T10:00"}
    verdict = answer(vector("elapsed", asked, {"business_seconds": 1}, convention={"moon": "full"}))
    assert verdict.line() == (
        "v-1 (elapsed, somebody/else): expected {'business_seconds': 1};"
        " found {'business_seconds': 7200}; not known here: moon=full"
    )
    late = answer(vector("next_open", {"at": "2026-10-24"}, {"open_at": "2026-10-26T09:00Z"}))
    assert "found {'open_at': '2026-10-26T07:00:00Z'}" in late.line()


def test_the_command_prints_disagreements_and_exits_with_one(tmp_path: Path) -> None:
    """Each failed vector on a line, then both counts; a control character stays out of the terminal."""
    good = vector("is_open", {"at": "2026-10-26T10:00"}, {"open": True})
    bad = good | {"id": "v\x1b[31m-2", "expected": {"open": False}}
    file = tmp_path / "vectors.jsonl"
    file.write_text(f"{json.dumps(good)}\n{json.dumps(bad)}\n", encoding="utf-8")
    told = CliRunner().invoke(command, ["sla", str(file)])
    assert told.exit_code == 1
    disagreement, counts = told.output.splitlines()
    assert counts == "1 passed, 1 failed"
    assert (
        "-2 (is_open, somebody/else): expected {'open': False}; found {'open': True}"
        in disagreement
    )
    assert "\x1b" not in told.output
    file.write_text(json.dumps(good), encoding="utf-8")
    told = CliRunner().invoke(command, ["sla", str(file)])
    assert (told.exit_code, told.output) == (0, "1 passed, 0 failed\n")
    file.write_text('{"id": 1}', encoding="utf-8")
    told = CliRunner().invoke(command, ["sla", str(file)])
    assert told.exit_code == 2
    assert "line 1: expected a vector with id" in told.output


def test_a_line_that_is_no_vector_is_named(tmp_path: Path) -> None:
    """By its number."""
    file = tmp_path / "vectors.jsonl"
    file.write_text('\n["list"]\n', encoding="utf-8")
    with pytest.raises(VectorError, match="line 2"):
        read_vectors(file)


def test_it_is_the_models_that_answer(answer: Answering, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault planted in the models turns the answers: no second implementation stands in."""
    right = engine_path.run_clocks

    def wrong(engine: Engine, rules: Any) -> None:  # noqa: ANN401
        right(_Faulty(engine), rules)

    asked = {"start": "2026-10-23T16:00", "end": "2026-10-26T10:00"}
    stated = vector("elapsed", asked, {"business_seconds": 7200})
    assert answer(stated).passed
    monkeypatch.setattr(engine_path, "run_clocks", wrong)
    assert answer(stated).found == {"business_seconds": 7201}


class _Faulty:
    """An engine whose clocks use up a second too much."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __getattr__(self, name: str) -> object:
        return getattr(self._engine, name)

    def stage(self, name: str, select: str) -> None:
        """Run a model, with the fault in it."""
        if name == "clock_judged":
            select = select.replace("- due.paused_seconds", "- due.paused_seconds + 1")
        self._engine.stage(name, select)


def test_many_questions_share_few_runs(server: EmbeddedPostgreSQL) -> None:
    """Those of a year together, on either engine with the same answers."""
    runs = 0

    def counted(kind: str) -> Callable[[], AbstractContextManager[Engine]]:
        def opened() -> AbstractContextManager[Engine]:
            nonlocal runs
            runs += 1
            return open_engine(EngineSettings(kind=kind), server.dsn())  # type: ignore[arg-type]

        return opened

    calendar = Calendar(
        zone="Europe/Riga", weekly={"mon": ("22:00-30:00",), "thu": ("09:00-17:00",)}
    )
    start = 1_790_000_000
    questions = [
        engine_path.Question(
            f"{n}", calendar, start + n * 7919, start + n * 15000, 3600 * (n % 9 + 1)
        )
        for n in range(1, 150)
    ]
    answers = [engine_path.ask(counted(kind), questions) for kind in ("duckdb", "postgresql")]
    assert runs == 2
    assert answers[0] == answers[1]
    assert len(answers[0]) == len(questions)
