"""Ratings of web sites by a crowd, some with the right answer and with what errors cost.

The data are no part of this repository; without them beside it the tests say so and skip.
"""

import csv
import gzip
import json

import pytest
from click.testing import CliRunner
from installation import CONFIGURATIONS, SHARED, show

from breakwater.cli import breakwater

FOLDER = SHARED / "qa_gold_judgements" / "AdultContent2"
CONTRACT = CONFIGURATIONS / "qa_gold_judgements" / "contract.yaml"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """Run the command once; return what it wrote and printed."""
    if not FOLDER.exists():
        pytest.skip(f"the judgements are not at {FOLDER}")
    results = tmp_path_factory.mktemp("quality") / "results.json"
    words = [FOLDER / "labels.csv.gz", "--contract", CONTRACT]
    words += ["--gold", FOLDER / "gold.csv.gz", "--write", results]
    ran = CliRunner().invoke(breakwater, ["quality", *map(str, words)])
    assert ran.exit_code == 0, ran.output
    return json.loads(results.read_text(encoding="utf-8")) | {"printed": ran.output}


def test_every_judgement_is_accounted_for(told: dict) -> None:
    """92,721 rows; who judged a site again corrected the answer."""
    assert told["counts"]["rows"] == 92_721
    assert told["answers"] + told["counts"]["repeated, the last counts"] == 92_721
    assert (told["items"], told["reviewers"], told["answers"]) == (11_040, 825, 89_799)


def test_agreement_is_what_another_library_computes(told: dict) -> None:
    """The wheel `krippendorff` 0.9.0 over the same answers, to ten digits."""
    alpha = told["alpha"]
    assert alpha["nominal"]["value"] == pytest.approx(0.3170879532690933, rel=1e-10)
    assert alpha["ordinal"]["value"] == pytest.approx(0.4325776741362959, rel=1e-10)


def test_weighed_judgements_cost_less_than_counted_ones(
    told: dict, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the golden set: single judgements, majority, Dawid-Skene, and never looking."""
    show(capsys, told["printed"])
    golden = told["golden"]
    assert (golden["items"], golden["reviewers"]) == (333, 269)
    ways = golden["ways"]
    single, counted, weighed = (ways[way] for way in ("judgements", "majority", "Dawid-Skene"))
    assert (single["accuracy"]["right"], single["accuracy"]["answers"]) == (2_261, 3_317)
    assert (counted["accuracy"]["right"], weighed["accuracy"]["right"]) == (250, 254)
    assert single["cost"]["mean"] == pytest.approx(0.4197, abs=5e-5)
    assert counted["cost"]["mean"] == pytest.approx(0.3063, abs=5e-5)
    assert weighed["cost"]["mean"] == pytest.approx(0.2703, abs=5e-5)
    assert weighed["cost"]["blind"] == pytest.approx(0.8408, abs=5e-5)
    # Scikit-learn 1.9's cohen_kappa_score of the same labels.
    assert weighed["kappa"] == pytest.approx(0.6076451550358692)
    assert weighed["weighted_kappa"] == pytest.approx(0.8504714863044454)


def test_answers_to_the_same_sites_are_not_independent(told: dict) -> None:
    """3,317 answers to 333 sites tell as much as some 600 would: the interval says so."""
    known = told["golden"]["ways"]["judgements"]["accuracy"]
    assert 500 < known["worth"] < 700
    assert known["interval"]["high"] - known["interval"]["low"] > 0.07


def test_no_reviewer_is_told(told: dict) -> None:
    """Not one of the 825 ids, in what is printed or written."""
    with gzip.open(FOLDER / "labels.csv.gz", "rt", encoding="utf-8") as text:
        reviewers = {row["worker_id"] for row in csv.DictReader(text)}
    everything = json.dumps(told)
    assert not [who for who in reviewers if who in everything]
