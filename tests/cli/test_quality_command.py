"""`breakwater quality`, as somebody reads it who answers for a team of reviewers."""

import csv
import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from breakwater.cli import breakwater
from breakwater.contracts.judgements import JudgementFile
from breakwater.contracts.loading import load_file
from breakwater.core.errors import ConfigurationError
from breakwater.measure.quality.judgements import JudgementsError, read_judgements

REVIEWERS = [f"person-{n}@vendor.example" for n in range(6)]
ITEMS = [f"item-{n}" for n in range(12)]


def right(n: int) -> str:
    """Say what an item is."""
    return "remove" if n % 3 == 0 else "keep"


def written(file: Path, header: str, rows: list[tuple[str, ...]]) -> Path:
    """Write a CSV file."""
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(header.split())
        writer.writerows(rows)
    return file


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    """Two vendors judge all items; the last reviewer keeps everything."""
    rows = [
        (item, who, "keep" if who == REVIEWERS[-1] else right(n), right(n), vendor)
        for vendor in ("acme", "bolt")
        for n, item in enumerate(ITEMS)
        for who in (f"{vendor}-{name}" for name in REVIEWERS)
    ]
    rows = [
        (item, who, "keep" if who.endswith(REVIEWERS[-1]) else label, gold, vendor)
        for item, who, label, gold, vendor in rows
    ]
    return written(tmp_path / "judged.csv", "item rater label gold vendor", rows)


def typed(*words: str | Path) -> str:
    """Type the command; return what it prints."""
    result = CliRunner().invoke(breakwater, ["quality", *map(str, words)])
    assert result.exit_code == 0, result.output
    return result.output


def lines(text: str) -> list[list[str]]:
    """Split into lines of words."""
    return [line.split() for line in text.splitlines()]


def test_what_is_printed(judged: Path) -> None:
    """Agreement, consensus, the golden set and both vendors, each with interval and size."""
    said = lines(typed(judged))
    assert said[0] == ["144", "judgements", "of", "12", "items", "by", "12", "reviewers"]
    told = {row[0]: row for row in said if row}
    # Of 144 answers 8 are wrong: four items to remove, two people who keep everything.
    assert told["judgements"][1:3] == ["94.4", "%"]
    assert "144" in told["judgements"]
    assert told["majority"][1:3] == ["100.0", "%"]
    assert told["Dawid-Skene"][1:3] == ["100.0", "%"]
    assert told["keep"] == ["keep", "96", "0"]
    assert told["remove"] == ["remove", "8", "40"]
    assert told["acme"][1:3] == told["bolt"][1:3] == ["94.4", "%"]


def test_costs_are_by_the_right_answer(judged: Path, tmp_path: Path) -> None:
    """Eight times keeping what had to go, at 10; who never looks removes everything, at 1."""
    contract, results = tmp_path / "contract.yaml", tmp_path / "results.json"
    contract.write_text("labels: [keep, remove]\ncosts: {remove: {keep: 10}}\n")
    typed(judged, "--contract", contract, "--write", results)
    cost = json.loads(results.read_text())["golden"]["ways"]["judgements"]["cost"]
    assert cost == pytest.approx({"mean": 80 / 144, "blind": 96 / 144})


def test_no_reviewer_is_in_any_result(judged: Path, tmp_path: Path) -> None:
    """Neither printed, nor written, nor in the consensus; items are in the latter alone."""
    results, consensus = tmp_path / "results.json", tmp_path / "consensus.csv"
    printed = typed(judged, "--write", results, "--consensus", consensus)
    texts = [printed, results.read_text(), consensus.read_text()]
    assert not any(name in text for text in texts for name in (*REVIEWERS, "@", "person"))
    assert "item-" not in texts[0] + texts[1]
    told = json.loads(texts[1])
    assert (told["reviewers"], told["items"], told["answers"]) == (12, 12, 144)
    assert told["golden"]["ways"]["judgements"]["accuracy"]["right"] == 136
    rows = list(csv.DictReader(consensus.read_text(encoding="utf-8").splitlines()))
    assert [row["dawid-skene"] for row in rows] == [right(n) for n in range(12)]


def test_what_few_people_answered_is_not_shown(tmp_path: Path) -> None:
    """A vendor of two reviewers; and one more slice, or the total would tell of them."""
    people = {"acme": 9, "bolt": 6, "tiny": 2}
    rows = [
        (item, f"{vendor}{who}", right(n), right(n), vendor)
        for vendor, size in people.items()
        for who in range(size)
        for n, item in enumerate(ITEMS)
    ]
    file = written(tmp_path / "few.csv", "item rater label gold vendor", rows)
    shown = {row[0]: row[1:] for row in lines(typed(file)) if row and row[0] in people}
    assert shown["tiny"] == shown["bolt"] == ["not", "shown"]
    assert shown["acme"][:2] == ["100.0", "%"]


@pytest.mark.parametrize(
    "people",
    [{"a": 12, "b": 12}, {"a": 400, "b": 5, "c": 5, "d": 5, "e": 5, "f": 5}],
    ids=["two people", "one who did nearly all"],
)
def test_a_file_that_would_tell_of_one_person_shows_no_accuracy(
    people: dict[str, int], tmp_path: Path
) -> None:
    """Agreement is of both, and stays."""
    rows = [
        (f"item-{n}", who, right(n), right(n)) for who, size in people.items() for n in range(size)
    ]
    said = typed(written(tmp_path / "two.csv", "item rater label gold", rows))
    assert "Golden set: not shown" in said
    assert "right" not in said
    assert "alpha" in said


def test_two_readers_have_a_kappa(tmp_path: Path) -> None:
    """Of the items both judged: 20 and 15 alike, 5 and 10 not."""
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    rows = [
        (str(n), who, said)
        for n, pair in enumerate(pairs)
        for who, said in zip("ab", pair, strict=True)
    ]
    rows.append(("alone", "a", "y"))
    assert "Cohen's kappa of the two: 0.400" in typed(
        written(tmp_path / "k.csv", "item rater label", rows)
    )


def test_every_row_is_accounted_for(tmp_path: Path) -> None:
    """Repeated, unanswered, unknown, too short: counted by why."""
    file = tmp_path / "odd.csv"
    file.write_text(
        "\ufeffitem,rater,label\ni1,a,x\ni1,a,y\ni1,b,y\n,b,y\ni2,b,\ni2,b,huh\ni2\n",
        encoding="utf-8",
    )
    found = read_judgements(file, JudgementFile(labels=("x", "y")))
    assert found.label.tolist() == [1, 1]
    counts = found.counts
    assert counts.pop("rows") == 7
    assert counts.total() + len(found.item) == 7
    assert counts["repeated, the last counts"] == 1
    assert counts["with a label that is none"] == 1


def test_golden_answers_may_be_in_another_file_and_must_agree(tmp_path: Path) -> None:
    """An item with two right answers has none."""
    rows = [("i1", "a", "x"), ("i2", "a", "x"), ("i3", "b", "y")]
    file = written(tmp_path / "judged.csv", "item rater label", rows)
    right_ones = [("i1", "y"), ("i2", "x"), ("i2", "y"), ("i9", "x")]
    gold = written(tmp_path / "gold.csv", "item gold", right_ones)
    found = read_judgements(file, JudgementFile(), gold)
    assert found.gold.tolist() == [1, -1, -1]
    assert found.counts["golden items that nobody judged"] == 1
    assert found.counts["golden items with several answers, or none that is a label"] == 1


def test_numbers_are_compared_as_numbers(tmp_path: Path) -> None:
    """9 is nearer to 10 than 2 is; as names they are all strangers."""
    rows = [(str(n), who, str(n + step)) for n in range(90) for who, step in (("a", 0), ("b", 1))]
    file = written(tmp_path / "scores.csv", "item rater label", rows)
    contract = tmp_path / "contract.yaml"
    contract.write_text("level: interval\n")
    said = typed(file, "--contract", contract)
    assert "alpha, nominal: -0.0" in said
    assert "alpha, interval: 0.99" in said
    assert "Dawid-Skene" not in said


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("item,who,label\n", "expected the column 'rater'"),
        ("item,rater,label\n", "found none in 0 rows"),
        ('item,rater,label\n"a,b\n', "expected readable CSV"),
        ("item,rater,label\n" + "".join(f"{n},a,{n}\n" for n in range(60)), "at most 50 labels"),
    ],
    ids=["column", "empty", "quote", "free text"],
)
def test_what_is_no_file_of_judgements_is_refused(text: str, why: str, tmp_path: Path) -> None:
    """In one sentence that names the file."""
    file = tmp_path / "bad.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(JudgementsError, match=why):
        read_judgements(file, JudgementFile())


def test_damaged_compression_and_letters_are_refused(tmp_path: Path) -> None:
    """As what they are, without a trace."""
    cut, odd = tmp_path / "cut.csv.gz", tmp_path / "odd.csv"
    cut.write_bytes(gzip.compress(b"item,rater,label\n" + b"a,b,c\n" * 1000)[:40])
    odd.write_bytes("item,rater,label\nä,b,c\n".encode("latin-1"))
    for file in (cut, odd):
        with pytest.raises(JudgementsError, match="expected readable CSV"):
            read_judgements(file, JudgementFile())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("level: ordinal", "in their order"),
        ("labels: [a, a]", "different"),
        ("level: interval\nlabels: [a]", "leave them out"),
        ("labels: [a, b]\ncosts: {a: {c: 1}}", "costs must be of labels"),
        ("fewest_reviewers: 1", "greater than or equal to 3"),
        ("labels: [", "readable YAML"),
    ],
)
def test_a_contract_that_makes_no_sense_is_refused(text: str, why: str, tmp_path: Path) -> None:
    """Before a row is read."""
    file = tmp_path / "contract.yaml"
    file.write_text(text)
    with pytest.raises(ConfigurationError, match=why):
        load_file(file, JudgementFile)


def test_labels_cannot_write_on_the_terminal(tmp_path: Path) -> None:
    """An escape sequence in a label is gone, and a long one is cut."""
    rows = [("i", who, label) for who, label in (("a", "\x1b[2Jx"), ("b", "y" * 500))]
    said = typed(written(tmp_path / "evil.csv", "item rater label", rows))
    assert "\x1b" not in said
    assert "y" * 30 not in said
