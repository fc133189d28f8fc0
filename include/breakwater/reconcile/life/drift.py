"""One drift that a whole file, or all of a site, has in common: a clock or a zone that is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass

FEWEST_PAIRS = 20
"""Fewer pairs say nothing about a clock."""
COMMON_SHARE = 0.8
"""This share of the pairs has to lie within the tolerance of their median."""


@dataclass(frozen=True, slots=True)
class Drift:
    """A common drift.

    Attributes:
        site: whose; None for the whole file.
        seconds: median of vendor minus internal decision instant, in seconds.
        deviation: median of the absolute distances from it (MAD), in seconds.
        pairs: how many were looked at.
        share: of them, the share within the tolerance of the median.
    """

    site: str | None
    seconds: int
    deviation: int
    pairs: int
    share: float

    @property
    def numbers(self) -> dict[str, object]:
        """What makes it probable."""
        return {
            "drift_seconds": self.seconds,
            "deviation_seconds": self.deviation,
            "pairs": self.pairs,
            "share": round(self.share, 4),
        }


def common_drifts(counts: Mapping[str, Mapping[int, int]], tolerance: int) -> list[Drift]:
    """Find the drifts beyond a tolerance that most pairs share.

    The median and the median absolute deviation are not moved by the few pairs that drift for
    reasons of their own (Hampel 1974, "The influence curve and its role in robust estimation").

    Args:
        counts: pairs by drift in seconds, by site.
        tolerance: seconds; a drift within it is none, and pairs that close share one.

    Returns:
        One drift for the whole file where every site that can tell has the same, else one for each
        site that has one, in order of sites.
    """
    whole: dict[int, int] = {}
    for of_site in counts.values():
        for seconds, pairs in of_site.items():
            whole[seconds] = whole.get(seconds, 0) + pairs
    of_file = _common(None, whole, tolerance)
    telling = [site for site in sorted(counts) if sum(counts[site].values()) >= FEWEST_PAIRS]
    of_sites = [drift for site in telling if (drift := _common(site, counts[site], tolerance))]
    same = of_file is not None and all(
        abs(drift.seconds - of_file.seconds) <= tolerance for drift in of_sites
    )
    if of_file is not None and same and len(of_sites) == len(telling):
        return [of_file]
    return of_sites


def _common(site: str | None, counts: Mapping[int, int], tolerance: int) -> Drift | None:
    pairs = sum(counts.values())
    if pairs < FEWEST_PAIRS:
        return None
    middle = weighted_median(counts)
    away: dict[int, int] = {}
    for seconds, count in counts.items():
        distance = abs(seconds - middle)
        away[distance] = away.get(distance, 0) + count
    share = sum(count for distance, count in away.items() if distance <= tolerance) / pairs
    if abs(middle) <= tolerance or share < COMMON_SHARE:
        return None
    return Drift(site, middle, weighted_median(away), pairs, share)


def weighted_median(counts: Mapping[int, int]) -> int:
    """Return the lower median of values by how often they occur; there is at least one."""
    half = sum(counts.values())
    so_far = 0
    for value in sorted(counts):
        so_far += 2 * counts[value]
        if so_far >= half:
            return value
    message = "a median needs a value"
    raise ValueError(message)
