"""The slices that a change comes from are named: few, whole, the surest first."""

import numpy as np
import pytest

from breakwater.detect.cause.explanation import Explanation, explain
from breakwater.detect.cause.leaves import Leaves
from breakwater.detect.cause.noise import Noise, noise_of

QUEUES = tuple(f"q{n}" for n in range(8))
LANGUAGES = ("en", "es", "hi", "pt", "tl")
SITES = {"bogota": "andeska", "medellin": "andeska", "cebu": "pearlline", "manila": "pearlline"}


def _columns() -> tuple[list[str], list[list[str]]]:
    """Lay out every stream of every site; a site belongs to one vendor."""
    rows = [
        (SITES[site], site, queue, language)
        for site in SITES
        for queue in QUEUES
        for language in LANGUAGES
    ]
    return ["vendor", "site", "queue", "language"], [
        list(column) for column in zip(*rows, strict=True)
    ]


NAMES, COLUMNS = _columns()
TABLE = {name: np.array(column) for name, column in zip(NAMES, COLUMNS, strict=True)}
SIZE = len(COLUMNS[0])


def _where(**values: str) -> np.ndarray:
    inside = np.ones(SIZE, dtype=bool)
    for name, value in values.items():
        inside &= TABLE[name] == value
    return inside


def _counts(*changes: tuple[float, dict[str, str]], seed: int = 1) -> Leaves:
    """Draw counts of streams of very different sizes, some of them changed by a factor."""
    draw = np.random.default_rng(seed)
    usual = draw.lognormal(2.5, 1.5, SIZE)
    true = usual.copy()
    for factor, values in changes:
        true[_where(**values)] *= factor
    return Leaves.of_counts(NAMES, COLUMNS, found=draw.poisson(true).astype(float), usual=usual)


def _slices(explanation: Explanation) -> list[dict[str, str]]:
    return [dict(cause.slice) for cause in explanation.causes]


@pytest.mark.parametrize(
    "values",
    [
        {"language": "es"},
        {"queue": "q3"},
        {"vendor": "andeska"},
        {"site": "cebu"},
        {"site": "cebu", "queue": "q2"},
        {"queue": "q1", "language": "hi"},
    ],
    ids=lambda values: "-".join(values.values()),
)
@pytest.mark.parametrize("factor", [0.4, 2.0])
def test_the_slice_that_changed_is_named_and_nothing_else(
    values: dict[str, str], factor: float
) -> None:
    """Not its parts, not what it is part of; a site by its own name, without its vendor."""
    explanation = explain(_counts((factor, values)))
    assert _slices(explanation) == [values]
    assert explanation.causes[0].factor == pytest.approx(factor, rel=0.15)


def test_shares_are_of_the_whole_change() -> None:
    """The cause has what left the total, give or take the noise of all others."""
    leaves = _counts((3.0, {"queue": "q3"}))
    explanation = explain(leaves)
    inside = _where(queue="q3")[leaves.origin]
    share = leaves.amount[inside].sum() / leaves.amount.sum()
    assert explanation.causes[0].share == pytest.approx(share)
    assert explanation.share == pytest.approx(share)


def test_two_causes_are_both_named_the_surer_first() -> None:
    """Neither hides the other."""
    explanation = explain(
        _counts((2.5, {"language": "en"}), (2.0, {"site": "cebu", "queue": "q2"}))
    )
    assert _slices(explanation) == [{"language": "en"}, {"site": "cebu", "queue": "q2"}]


def test_chance_alone_has_no_cause() -> None:
    """Of thirty quiet days at most two name anything."""
    named = sum(bool(explain(_counts(seed=seed)).causes) for seed in range(30))
    assert named <= 2


def test_what_goes_the_other_way_is_no_cause() -> None:
    """A rise is not explained by what fell meanwhile; the caller's direction decides."""
    leaves = _counts((2.0, {"queue": "q3"}), (0.4, {"language": "tl"}))
    assert _slices(explain(leaves, rises=True)) == [{"queue": "q3"}]
    assert _slices(explain(leaves, rises=False)) == [{"language": "tl"}]


def test_a_sparse_stream_cannot_pose_as_the_cause() -> None:
    """Nothing was usual there and five cases came; the cause is what brought hundreds."""
    leaves = _counts((1.6, {"queue": "q3"}))
    sparse = int(np.argmin(leaves.usual))
    leaves.usual[sparse], leaves.found[sparse] = 0.1, 5.0
    first = explain(leaves).causes[0]
    assert first.slice == {"queue": "q3"}


def test_the_next_best_slice_lies_outside_the_causes() -> None:
    """A weak second change is the guess, with the part of it that is not the first cause's."""
    leaves = _counts((2.0, {"queue": "q3"}), (1.15, {"language": "pt"}), seed=3)
    explanation = explain(leaves)
    assert _slices(explanation) == [{"queue": "q3"}]
    guess = explanation.next_best
    assert guess is not None
    assert guess.slice == {"language": "pt"}
    outside = (_where(language="pt") & ~_where(queue="q3"))[leaves.origin]
    assert guess.share == pytest.approx(leaves.amount[outside].sum() / leaves.amount.sum())


def test_the_order_of_the_leaves_decides_nothing() -> None:
    """Rows come from a table in any order."""
    leaves = _counts((1.5, {"queue": "q3"}), (1.4, {"language": "pt"}))
    order = np.random.default_rng(5).permutation(SIZE)
    back = np.argsort(leaves.origin)
    shuffled = Leaves.of_counts(
        NAMES,
        [[column[i] for i in order] for column in COLUMNS],
        found=leaves.found[back][order],
        usual=leaves.usual[back][order],
    )
    assert explain(shuffled) == explain(leaves)


def test_a_slow_site_is_found_by_what_its_cases_take() -> None:
    """Handling time: seconds over cases, of streams that take very different times."""
    draw = np.random.default_rng(3)
    below = draw.poisson(draw.lognormal(2.5, 1.2, SIZE)).astype(float)
    usual_time = draw.lognormal(4, 0.5, SIZE)
    slower = np.where(_where(site="cebu"), 1.5, 1.0)
    above = np.array(
        [
            draw.lognormal(np.log(t * s), 0.6, int(n)).sum()
            for t, s, n in zip(usual_time, slower, below, strict=True)
        ]
    )
    leaves = Leaves.of_ratio(
        NAMES,
        COLUMNS,
        above=above,
        below=below,
        usual_above=usual_time * np.exp(0.18) * 500,
        usual_below=np.full(SIZE, 500.0),
        is_share=False,
    )
    causes = explain(leaves, rises=True).causes
    assert [cause.slice for cause in causes if cause.share > 0.05] == [{"site": "cebu"}]
    assert causes[0].share == pytest.approx(1, abs=0.25)


def test_a_drop_in_accuracy_is_found_by_the_errors() -> None:
    """Of 98 % right, the 2 % that are not count; the direction is the share's own."""
    draw = np.random.default_rng(4)
    below = np.full(SIZE, 120.0)
    right = np.where(_where(language="es"), 0.92, 0.98)
    above = draw.binomial(120, right).astype(float)
    leaves = Leaves.of_ratio(
        NAMES,
        COLUMNS,
        above=above,
        below=below,
        usual_above=np.full(SIZE, 0.98 * 3000),
        usual_below=np.full(SIZE, 3000.0),
        is_share=True,
    )
    explanation = explain(leaves, rises=False)
    assert _slices(explanation) == [{"language": "es"}]
    assert explanation.causes[0].factor == pytest.approx(4, rel=0.25)


def test_nothing_usual_and_nothing_there_is_no_error() -> None:
    """Empty books happen."""
    nothing = Leaves.of_counts(["queue"], [["a", "b"]], found=np.zeros(2), usual=np.zeros(2))
    assert explain(nothing) == Explanation((), 0.0, None)
    assert explain(Leaves.of_counts([], [], found=np.ones(1), usual=np.ones(1))).causes == ()


def test_leaves_that_are_all_as_usual_have_the_least_noise_there_is() -> None:
    """As after a single week: what is usual is the very day; nothing overflows."""
    counts = np.sort(np.arange(1.0, 65.0))
    assert noise_of(counts, counts.copy(), 1.0) == Noise(1.0, 0.0)
