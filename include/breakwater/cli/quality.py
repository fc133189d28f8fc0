"""How good the judgements of a file are: agreement, consensus, and the golden set."""

import csv
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from breakwater.cli.terminal import table_lines
from breakwater.core.interval import Interval
from breakwater.core.numbers import share
from breakwater.core.plain import one_line

if TYPE_CHECKING:
    from breakwater.measure.quality.agreement import Alpha
    from breakwater.measure.quality.assess import Quality
    from breakwater.measure.quality.golden import Accuracy
    from breakwater.measure.quality.judgements import Judgements

READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)
WRITABLE = click.Path(dir_okay=False, path_type=Path)

GOOD, TENTATIVE = 0.8, 0.667
"""Krippendorff's reading of alpha: from 0.8 on good, from 0.667 on for tentative conclusions."""

_LONGEST_LABEL = 24


@click.command()
@click.argument("file", type=READABLE)
@click.option("--contract", type=READABLE, help="YAML: columns, labels in order, costs of errors.")
@click.option("--gold", type=READABLE, help="CSV of items and right answers, if not a column.")
@click.option("--write", type=WRITABLE, help="Write the results here, as JSON.")
@click.option("--consensus", type=WRITABLE, help="Write what each item is taken for here, as CSV.")
def quality(
    file: Path,
    contract: Path | None,
    gold: Path | None,
    write: Path | None,
    consensus: Path | None,
) -> None:
    """Tell how good the judgements in FILE are: a CSV of item, rater and label.

    Agreement (Krippendorff's alpha, Cohen's kappa of two), consensus (majority, Dawid-Skene), and
    with right answers (`gold`) accuracy with its 95 % interval, confusion and cost of errors, also
    by vendor, policy and language. No result tells of a single reviewer.
    """
    from breakwater.contracts.judgements import JudgementFile
    from breakwater.contracts.loading import load_file
    from breakwater.measure.quality.assess import assess
    from breakwater.measure.quality.judgements import read_judgements

    promised = load_file(contract, JudgementFile) if contract else JudgementFile()
    judgements = read_judgements(file, promised, gold)
    found = assess(judgements, promised)
    click.echo("\n".join(_lines(found, judgements)))
    if write:
        told = json.dumps(results_of(found, judgements), indent=2, ensure_ascii=False)
        write.write_text(told + "\n", encoding="utf-8")
    if consensus:
        _write_consensus(consensus, found, judgements)


def results_of(found: "Quality", judgements: "Judgements") -> dict[str, Any]:
    """Return the results as one JSON document; numbers of reviewers, never a reviewer."""
    told: dict[str, Any] = asdict(found) | {"labels": list(judgements.labels)}
    told["consensus"] = {
        way: {
            "ties": taken.ties,
            "rounds": taken.rounds,
            "items": dict(zip(judgements.labels, _counted(taken.chosen, judgements), strict=True)),
        }
        for way, taken in found.consensus.items()
    }
    if found.golden:
        told["golden"]["slices"] = [
            dict(zip(judgements.slice_columns, each.values, strict=True))
            | {"accuracy": asdict(each.accuracy) if each.accuracy else None}
            for each in found.golden.slices
        ]
    return told


def _counted(chosen: Any, judgements: "Judgements") -> list[int]:  # noqa: ANN401  numpy is lazy
    return [int((chosen == code).sum()) for code in range(len(judgements.labels))]


def _lines(found: "Quality", judgements: "Judgements") -> Iterator[str]:
    rows = found.counts["rows"]
    yield f"{found.answers:,} judgements of {found.items:,} items by {found.reviewers:,} reviewers"
    others = [f"{n:,} {why}" for why, n in found.counts.items() if n and why != "rows"]
    yield f"{rows:,} rows{''.join(f'; {each}' for each in others)}"
    yield ""
    for level, alpha in found.alpha.items():
        yield f"Krippendorff's alpha, {level}: {_alpha(alpha)}"
    if found.kappa_of_two is not None:
        yield f"Cohen's kappa of the two: {found.kappa_of_two:.3f}"
    for way, taken in found.consensus.items():
        counts = zip(judgements.labels, _counted(taken.chosen, judgements), strict=True)
        parts = ", ".join(f"{_label(label)} {n:,}" for label, n in counts)
        yield f"{way}: {parts}{f'; {taken.ties:,} ties' if taken.ties else ''}"
    yield ""
    yield from _golden(found, judgements)


def _alpha(alpha: "Alpha | None") -> str:
    if alpha is None:
        return "unknown: no item was judged twice, or there is one answer only"
    word = "good" if alpha.value >= GOOD else "tentative" if alpha.value >= TENTATIVE else "low"
    return (
        f"{alpha.value:.3f}{_between(alpha.interval)}, {word};"
        f" {alpha.items:,} items judged more than once"
    )


def _between(interval: Interval | None) -> str:
    return f" ({interval.low:.3f} to {interval.high:.3f})" if interval else ""


def _golden(found: "Quality", judgements: "Judgements") -> Iterator[str]:
    if found.golden is None:
        yield (
            "Golden set: not shown, it would tell of single reviewers."
            if found.is_withheld
            else "Golden set: none."
        )
        return
    golden = found.golden
    yield f"Golden set: {golden.items:,} items, judged by {golden.reviewers:,} reviewers"
    header = [
        "",
        "right",
        "95 % interval",
        "n",
        "worth",
        "kappa",
        "weighted kappa",
        "cost",
        "blind",
    ]
    rows = [
        [
            way,
            *_accuracy(each.accuracy),
            *(_figure(number) for number in (each.kappa, each.weighted_kappa)),
            *(
                _figure(number)
                for number in ((each.cost.mean, each.cost.blind) if each.cost else (None, None))
            ),
        ]
        for way, each in golden.ways.items()
    ]
    yield from table_lines(_without_empty([header, *rows]))
    yield ""
    labels = [_label(label) for label in judgements.labels]
    counts = [
        [label, *(f"{n:,}" for n in row)]
        for label, row in zip(labels, golden.confusion, strict=True)
        if any(row)
    ]
    yield from table_lines([["golden ↓ judged →", *labels], *counts])
    if golden.slices:
        yield ""
        header = [*judgements.slice_columns, "right", "95 % interval", "n", "worth"]
        rows = [
            [
                *(_label(value) for value in each.values),
                *(_accuracy(each.accuracy) if each.accuracy else ["not shown", "", "", ""]),
            ]
            for each in golden.slices
        ]
        yield from table_lines([header, *rows])


def _accuracy(known: "Accuracy") -> list[str]:
    interval = f"{share(known.interval.low)} to {share(known.interval.high)}"
    return [share(known.share), interval, f"{known.answers:,}", f"{known.worth:,.0f}"]


def _figure(number: float | None) -> str:
    return "" if number is None else f"{number:.3f}"


def _without_empty(rows: list[list[str]]) -> list[list[str]]:
    """Leave out columns that nothing is in."""
    kept = [n for n in range(len(rows[0])) if any(row[n] for row in rows[1:])]
    return [[row[n] for n in kept] for row in rows]


def _label(label: str) -> str:
    return one_line(label, _LONGEST_LABEL) or "(empty)"


def _write_consensus(file: Path, found: "Quality", judgements: "Judgements") -> None:
    ways = found.consensus
    if not ways:
        message = "there is no consensus on a scale of so many numbers"
        raise click.BadParameter(message, param_hint="--consensus")
    likely = ways["Dawid-Skene"].likely.max(axis=1)
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(["item", *(way.lower().replace(" ", "_") for way in ways), "likely"])
        for n, item in enumerate(judgements.items):
            taken = (judgements.labels[way.chosen[n]] for way in ways.values())
            writer.writerow([item, *taken, f"{likely[n]:.4f}"])
