"""Small explainers after published ideas, each written anew; none was tuned here.

Each is called as ``f(frame, attributes, ratio)`` and returns slices, most important first.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd  # noqa: TID253  # a script's peer, no stage

Floats = npt.NDArray[np.float64]
Slice = dict[str, str]


def one_value(frame: pd.DataFrame, attributes: Sequence[str], ratio: bool) -> list[Slice]:
    """Name the one attribute value whose total moved away from usual the most."""
    real, usual = _values(frame, ratio=ratio)
    best: tuple[float, Slice] | None = None
    for name in attributes:
        moved = pd.Series(real - usual).groupby(frame[name].to_numpy()).sum().abs()
        if best is None or moved.max() > best[0]:
            best = float(moved.max()), {name: str(moved.idxmax())}
    return [best[1]] if best else []


def adtributor(
    frame: pd.DataFrame,
    attributes: Sequence[str],
    ratio: bool,
    *,
    least_part: float = 0.1,
    enough: float = 0.67,
) -> list[Slice]:
    """Name values of the most surprising attribute (Bhagwan et al., Adtributor, NSDI 2014).

    Values of one attribute in the order of their surprise, a Jensen–Shannon divergence of shares;
    those with a tenth of the change or more, until they have two thirds of it. The attribute whose
    values surprise most is the answer; it never names combinations.
    """
    real, usual = _values(frame, ratio=ratio)
    change = float((real - usual).sum())
    if not change:
        return []
    best: tuple[float, list[Slice]] | None = None
    for name in attributes:
        sums = pd.DataFrame({"real": real, "usual": usual}).groupby(frame[name].to_numpy()).sum()
        p = sums["usual"] / max(sums["usual"].sum(), 1e-12)
        q = sums["real"] / max(sums["real"].sum(), 1e-12)
        surprise = (_half(p, q) + _half(q, p)).sort_values(ascending=False, kind="stable")
        part, surprising, named = 0.0, 0.0, []
        for value, amount in surprise.items():
            share = float((sums["real"] - sums["usual"])[value]) / change
            if share >= least_part:
                part, surprising = part + share, surprising + float(amount)
                named.append({name: str(value)})
            if part >= enough:
                break
        if part >= enough and (best is None or surprising > best[0]):
            best = surprising, named
    return best[1] if best else []


def weighted_risk(
    frame: pd.DataFrame,
    attributes: Sequence[str],
    ratio: bool,
    *,
    least_risk: float = 0.5,
    least_part: float = 0.02,
) -> list[Slice]:
    """Name slices by the weight of their deviating leaves (after Kalander, RiskLoc, 2022), simplified.

    Leaves are parted at the largest deviation on the side where nothing happened. A slice's risk
    is the weight of its leaves beyond the cut over that of all its leaves, less how far its leaves
    are from one common factor; layer by layer, the risky slice with the largest part of the change
    is named and taken out, until little is left.
    """
    real, usual = _values(frame, ratio=ratio)
    size = np.maximum(np.abs(real) + np.abs(usual), 1e-12)
    deviation = 2 * (usual - real) / size
    side = 1.0 if deviation.max(initial=0) >= -deviation.min(initial=0) else -1.0
    deviation = deviation * side
    cut = max(-float(deviation.min(initial=0)), 0.0)
    beyond = deviation > cut
    weight = np.where(beyond, np.abs(deviation), np.minimum(np.abs(cut - deviation), 1))
    weight[(real == 0) & (usual == 0)] = 0
    change = side * (usual - real)
    whole = float(change[beyond].sum())
    columns = pd.DataFrame(
        {
            "real": real,
            "usual": usual,
            "off": np.abs(deviation),
            "high": weight * beyond,
            "all": weight,
            "change": np.where(beyond, change, 0.0),
        }
    )
    left = np.ones(len(frame), dtype=bool)
    named: list[Slice] = []
    while whole > 0 and len(named) < len(attributes) * 4:
        found = _riskiest(frame[left], attributes, columns[left], least_risk)
        if found is None or found[0] < least_part * whole:
            break
        named.append(found[1])
        left &= ~_inside(frame, found[1])
    return named


def _riskiest(
    frame: pd.DataFrame, attributes: Sequence[str], columns: pd.DataFrame, least_risk: float
) -> tuple[float, Slice] | None:
    for names in _layers(attributes):
        best: tuple[float, Slice] | None = None
        for cuboid in names:
            grouped = columns.groupby([frame[name].to_numpy() for name in cuboid], sort=True)
            of_leaf = grouped.ngroup().to_numpy()
            sums = grouped.sum()
            factor = (sums["real"] / sums["usual"].where(sums["usual"] > 0)).fillna(1.0)
            alike = columns["usual"].to_numpy() * factor.to_numpy()[of_leaf]
            real = columns["real"].to_numpy()
            apart = 2 * np.abs(real - alike) / np.maximum(np.abs(real) + np.abs(alike), 1e-12)
            uneven = np.bincount(of_leaf, apart, len(sums)) / sums["off"].clip(lower=1e-12)
            risk = sums["high"] / sums["all"].clip(lower=1e-12) - uneven
            risky = sums[risk >= least_risk]
            if len(risky) and (best is None or risky["change"].max() > best[0]):
                values = risky["change"].idxmax()
                values = values if isinstance(values, tuple) else (values,)
                named = {name: str(value) for name, value in zip(cuboid, values, strict=True)}
                best = float(risky["change"].max()), named
        if best is not None and best[0] > 0:
            return best
    return None


def _layers(attributes: Sequence[str]) -> Iterator[list[tuple[str, ...]]]:
    for depth in range(1, len(attributes) + 1):
        yield list(combinations(attributes, depth))


def _inside(frame: pd.DataFrame, one: Slice) -> npt.NDArray[np.bool_]:
    inside = np.ones(len(frame), dtype=bool)
    for name, value in one.items():
        inside &= (frame[name] == value).to_numpy()
    return inside


def _values(frame: pd.DataFrame, *, ratio: bool) -> tuple[Floats, Floats]:
    """Return what was found and what was usual; ratios as numerators at today's denominators."""
    if not ratio:
        return frame["real"].to_numpy(dtype=float), frame["predict"].to_numpy(dtype=float)
    overall = frame["num_predict"].sum() / max(frame["den_predict"].sum(), 1e-12)
    own = frame["num_predict"] / frame["den_predict"].where(frame["den_predict"] > 0)
    usual = frame["den_real"] * own.fillna(overall)
    return frame["num_real"].to_numpy(dtype=float), usual.to_numpy(dtype=float)


def _half(p: "pd.Series[float]", q: "pd.Series[float]") -> "pd.Series[float]":
    middle = (p + q) / 2
    return 0.5 * p * np.log(p.where(p > 0, 1) / middle.where(middle > 0, 1))
