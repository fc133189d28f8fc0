"""What benches call: the product's own code behind the interfaces that they ask for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from breakwater.detect.cause.explanation import explain
from breakwater.detect.cause.leaves import Leaves
from breakwater.detect.panel import Flags, Floats, Integers, Panel, Words
from breakwater.detect.panel.detector import detect
from breakwater.detect.stream.detector import judge_stream

if TYPE_CHECKING:
    import pandas as pd

_RATIO = ("num_real", "den_real", "num_predict", "den_predict")


class KpiPanel(Protocol):
    """Anything with the fields of `Panel`."""

    @property
    def y(self) -> Floats: ...  # noqa: D102
    @property
    def den(self) -> Floats: ...  # noqa: D102
    @property
    def kind(self) -> Words: ...  # noqa: D102
    @property
    def region(self) -> Integers: ...  # noqa: D102
    @property
    def hol(self) -> Flags: ...  # noqa: D102
    @property
    def dow(self) -> Integers: ...  # noqa: D102
    @property
    def hist(self) -> int: ...  # noqa: D102


def panel_detector(panel: KpiPanel) -> tuple[Floats, float]:
    """Return n × (T - hist) scores −log10 p of the scored days, and the threshold that ships."""
    own = Panel(panel.y, panel.den, panel.kind, panel.region, panel.hol, panel.dow, panel.hist)
    return detect(own)


def nab_detector(ts: npt.NDArray[np.datetime64], value: Floats) -> Floats:
    """Return the score of each row of one stream, 0 to 1, from the rows up to it."""
    scores: Floats = judge_stream(ts, value).score[0]
    return scores


def explainer(
    frame: "pd.DataFrame", attributes: Sequence[str], ratio: bool
) -> list[dict[str, str]]:
    """Name the slices that drive a change, the surest first.

    Args:
        frame: a data frame of one row a leaf: the attributes as text, ``real`` and ``predict``, and
            for ratios ``num_real``, ``den_real``, ``num_predict`` and ``den_predict``.
        attributes: names of the columns that slices are made of.
        ratio: the metric is a numerator over a denominator. It is a share when the numerator
            counts, in whole numbers, some of the denominator's cases.
    """
    names = sorted(attributes)
    columns = [frame[name].astype(str).tolist() for name in names]

    def numbers(column: str) -> Floats:
        return np.asarray(frame[column], dtype=np.float64)

    if ratio:
        above, below, usual_above, usual_below = (numbers(column) for column in _RATIO)
        share = bool(np.all((above >= 0) & (above <= below) & (above == np.round(above))))
        leaves = Leaves.of_ratio(
            names,
            columns,
            above=above,
            below=below,
            usual_above=usual_above,
            usual_below=usual_below,
            is_share=share,
        )
    else:
        leaves = Leaves.of_counts(names, columns, found=numbers("real"), usual=numbers("predict"))
    return [dict(cause.slice) for cause in explain(leaves).causes]
