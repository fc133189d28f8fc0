"""Every model gives on Spark what it gives on DuckDB, row for row, and files are equal bytes."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from case_book import EXCUSALS, Bench, parquet, vendor_day
from random_book import RandomBook
from rich_clocks import PROMISED, RICH_CLOCKS, reporting_all, with_promises
from spark_settings import needs_spark
from two_books import DAY, Row, TwoBooks, action, at, next_day, vendor_event

import breakwater.measure
from breakwater.contracts.comparison import (
    USUAL,
    Compared,
    NumberComparison,
    TextComparison,
)
from breakwater.contracts.configuration import Configuration
from breakwater.contracts.matching import Fuzzy
from breakwater.contracts.operations import Matching
from breakwater.contracts.shape import UpdateShape
from breakwater.contracts.tables import CASE_EVENT, CLOCK_RUN, RECON_OUTCOME
from breakwater.core.vocabulary import EventType, Outcome
from breakwater.engine.base import Engine, run_models
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.engine.models import read_models
from breakwater.engine.spark import SparkEngine
from breakwater.measure.excusal.settle import EXCUSAL_MODELS
from breakwater.measure.forecast.read import line_models
from breakwater.measure.models import (
    CASE_MODELS,
    DAY_MODELS,
    KPI_MODELS,
    SETTLED_MODELS,
    STATE_LOG_MODELS,
    load_cases,
)
from breakwater.measure.results import CLOCK_RUN_ORDER
from breakwater.measure.sla.run import SLA_MODELS
from breakwater.reconcile.keys import log_with_keys
from breakwater.reconcile.matching import FEW_ROWS
from breakwater.reconcile.publish import ORDER
from breakwater.reconcile.rules import RULES
from breakwater.reconcile.suggestions import suggest_pairs

pytestmark = needs_spark

COMPARISON = (
    *USUAL,
    TextComparison(field=Compared.QUEUE),
    NumberComparison(field=Compared.HANDLE_SECONDS, absolute=2, relative=0.1),
)
HOUR = 3600
MEASURE = Path(breakwater.measure.__file__).parent
PUBLISHED = ("internal_outcome", "vendor_outcome")
MEASURING_MODELS = (
    *CASE_MODELS,
    *DAY_MODELS,
    *SLA_MODELS,
    *EXCUSAL_MODELS,
    *SETTLED_MODELS,
    *KPI_MODELS,
    "line_case",
)
NORMAL: dict[str, Any] = {
    "ignore_case": True,
    "strip_prefixes": ["pl-", "'\\${x}"],
    "only_alphanumerics": True,
    "strip_leading_zeros": True,
}
SEVERAL: dict[str, Any] = {"kind": "group", "by": "item", "window_seconds": 7200}
OTHER_RULES: dict[str, list[dict[str, Any]]] = {
    "exact": [
        {"kind": "group", "rule": "several", "shape": "one_to_many", "by": "key"}
        | {"allowed_decisions": ["warn"]},
        {"kind": "exact_key"},
        {"kind": "normalised_key", **NORMAL},
        {"kind": "item_agent", "window_seconds": 600},
        {**SEVERAL, "rule": "one", "shape": "one_to_many", "allowed_decisions": ["warn"]},
        {**SEVERAL, "rule": "other", "shape": "many_to_one"},
        {**SEVERAL, "rule": "both", "shape": "many_to_many"},
        {"kind": "item"},
        {"kind": "fuzzy"},
    ],
    "normalised": [
        {"kind": "group", "rule": "several", "shape": "many_to_many", "by": "key"},
        {"kind": "normalised_key", **NORMAL},
        {"kind": "item_agent"},
    ],
}
"""Every kind of rule, before and behind a key that is compared as it is or rewritten."""
RULES_OF_OTHER_LISTS = {"normalised_key", "group", "item_agent"}


def troubled_books(seed: int, records: int) -> TwoBooks:
    """Draw two books of one day with every trouble that records of a day can have.

    A key in ten is shared by neighbours, an item by four, instants lie on a coarse grid, and one
    record in ten is missing from either book: crowding, ties and chains are no exception.
    """
    draw = random.Random(seed)  # noqa: S311  the same every time
    events: list[Row] = []
    actions: list[Row] = []
    for n in range(records):
        key = f"K{n - n % 3 if draw.random() < 0.1 else n}"
        item = f"I{n // 4}"
        instant = at("08:00:00") + 60 * draw.randrange(600)
        policy = draw.choice(("hate", "hate", "hate", "adult", None))
        if draw.random() < 0.9:
            decision = draw.choice(("remove", "remove", "remove", "warn", None))
            event = vendor_event(
                f"v{n}", instant, record_key=key, item_id=item, decision=decision, policy=policy
            )
            events.append(event)
        if draw.random() < 0.9:
            actions.append(_action(draw, n, instant, record_key=key, item_id=item))
    # Of the actions that neighbours made near midnight some are this day's, and the other way round.
    for row in actions[::20]:
        row["operational_day"] = next_day(DAY)
    return TwoBooks(
        events=tuple(events),
        actions=tuple(actions),
        borrowed=tuple(row["action_id"] for row in actions[::20]),
        lent=tuple(row["action_id"] for row in actions[1::50]),
        comparison=COMPARISON,
    )


def spelled_books(seed: int, records: int) -> TwoBooks:
    """Draw such books with reviewers named, and keys that each book writes in its own way."""
    draw = random.Random(seed)  # noqa: S311  the same every time
    plain = troubled_books(seed, records)

    def spelled(row: Row) -> Row:
        key = row["record_key"]
        ways = (key, key, f"pl-{key}", f"PL-00{key}", f"'\\${{X}}{key}", f" {key}\\-")
        agent = f"agent-{row['item_id'][-1]}"
        return row | {
            "record_key": key and draw.choice(ways),
            "agent": draw.choice((agent, agent, None)),
        }

    events, actions = tuple(map(spelled, plain.events)), tuple(map(spelled, plain.actions))
    # Some keys have one record here and several there.
    again = tuple(
        row | {"action_id": f"{row['action_id']}-again", "decided_at": row["decided_at"] + 60}
        for row in actions[::7]
    )
    return replace(plain, events=events, actions=actions + again)


def _action(draw: random.Random, n: int, instant: int, *, record_key: str, item_id: str) -> Row:
    drift = draw.choice((0, 0, 0, 0, 60, -60, 120, 3600))
    status = draw.choice(("executed", "executed", "executed", "executed", "failed", "pending"))
    late = draw.choice((0, 60, 3600, 3601))
    return action(
        f"a{n}",
        instant + drift,
        record_key=draw.choice((record_key, record_key, record_key, None)),
        item_id=item_id,
        decision=draw.choice(("remove", "remove", "remove", "warn")),
        policy=draw.choice(("hate", "hate", "hate", "adult", None)),
        queue=draw.choice(("hate", "hate", "hate", "hate_text")),
        handle_seconds=draw.choice((40, 41, 44, 60, None)),
        status=status,
        enforced_at=instant + drift + late if status == "executed" else None,
        source=draw.choice(("review", "review", "review", "automation", "appeal")),
    )


@pytest.mark.parametrize("row_count", [0, FEW_ROWS + 1], ids=["few", "many"])
def test_reconciliation_agrees(
    row_count: int,
    configuration: Configuration,
    in_process: DuckDBEngine,
    on_cluster: SparkEngine,
    tmp_path: Path,
) -> None:
    """On books with every outcome and every default rule, kept as small ones are and as large ones."""
    books = troubled_books(seed=7, records=800)
    found = books.match(in_process, configuration, row_count)
    books.match(on_cluster, configuration, row_count)
    assert {row["outcome"] for row in found} == set(Outcome)
    assert {row["rule"] for row in found} == set(RULES) - RULES_OF_OTHER_LISTS
    assert_agree("recon_outcome", in_process, on_cluster)
    files = [tmp_path / "duckdb.parquet", tmp_path / "spark.parquet"]
    for engine, file in zip((in_process, on_cluster), files, strict=True):
        engine.write(PUBLISHED, RECON_OUTCOME, ORDER, file, likely_ordered=True)
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize("first", OTHER_RULES)
def test_rules_of_every_kind_agree(
    first: str, configuration: Configuration, in_process: DuckDBEngine, on_cluster: SparkEngine
) -> None:
    """On books that spell keys in their own ways, each rule with pairs of its own."""
    matching = Matching.model_validate({"rules": OTHER_RULES[first]})
    books = replace(spelled_books(seed=11, records=600), matching=matching)
    found = books.match(in_process, configuration)
    books.match(on_cluster, configuration)
    pairing = {rule.rule for rule in matching.rules if not isinstance(rule, Fuzzy)}
    assert {row["rule"] for row in found} >= pairing
    assert_agree("recon_outcome", in_process, on_cluster)
    about = books.about(configuration)
    if about.suggesting_rules:
        log = log_with_keys(about.key_rule)
        suggested = suggest_pairs(in_process, about.suggesting_rules, log, HOUR)
        assert suggested
        assert suggest_pairs(on_cluster, about.suggesting_rules, log, HOUR) == suggested


def test_measuring_agrees(
    configuration: Configuration,
    in_process: DuckDBEngine,
    on_cluster: SparkEngine,
    tmp_path: Path,
) -> None:
    """On a book with every event at every awkward instant: each model, and the file of clocks."""
    shipped = replace(vendor_day(configuration), excusals=EXCUSALS)
    what = reporting_all(shipped, (*shipped.clocks, *RICH_CLOCKS, PROMISED))
    book = RandomBook(1, what.window)
    files = []
    for name, engine in (("duckdb", in_process), ("spark", on_cluster)):
        folder = tmp_path / name
        folder.mkdir()
        Bench(engine, folder).run(what, with_promises(book.events), book.outcomes)
        line_models(engine, what.contract)
        files.append(folder / "clock_run.parquet")
        engine.write("clock_settled", CLOCK_RUN, CLOCK_RUN_ORDER, files[-1])
    for name in MEASURING_MODELS:
        assert_agree(name, in_process, on_cluster)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_logs_of_states_agree(
    configuration: Configuration,
    in_process: DuckDBEngine,
    on_cluster: SparkEngine,
    tmp_path: Path,
) -> None:
    """Of a vendor that tells each change of state: its cases, and what a backlog became."""
    shape = UpdateShape(
        kind="update",
        at="at",
        state="state",
        events={event.value: event for event in EventType},
        history_days=5,
    )
    shipped = vendor_day(configuration)
    what = replace(shipped, contract=shipped.contract.model_copy(update={"shape": shape}))
    file = parquet(RandomBook(3, what.window).events, CASE_EVENT, tmp_path / "case_event.parquet")
    # Of the cases of the book a part, some of them in other queues than there, and one of none.
    earlier = {f"C{n:04}": ("hate", "spam")[n % 2] for n in (*range(0, 120, 3), 9999)}
    for engine in (in_process, on_cluster):
        load_cases(engine, what, [file])
        run_models(engine, read_models(MEASURE / "case", *DAY_MODELS))
        names = {"case_id_vendor": list(earlier), "queue": list(earlier.values())}
        engine.load("earlier", pa.table(names))
        run_models(engine, read_models(MEASURE / "closing", "carried"))
    for name in (*STATE_LOG_MODELS, *CASE_MODELS, *DAY_MODELS, "carried"):
        assert_agree(name, in_process, on_cluster)


def assert_agree(name: str, one: Engine, other: Engine) -> None:
    """Compare all rows of a name as multisets, values and types of columns alike."""
    expected, found = one.fetch(name), other.fetch(name)
    assert found.schema.names == expected.schema.names, name
    assert expected.num_rows, f"{name} is empty: nothing was compared"
    assert sorted(found.to_pylist(), key=repr) == sorted(expected.to_pylist(), key=repr), name
