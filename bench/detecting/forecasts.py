"""Forecasting packages as detectors; run by the benchmark's own environment, never by the project's.

    python forecasts.py NAME IN OUT

reads every panel of a folder (`panels.write`), and writes for each the scores: how many of its own
standard deviations a value lies from the package's forecast. Values go in as they are; a missing
one is left out (Prophet) or is that of a week before. Only days before a forecast are seen by it.
Prophet is fitted again every fourteen days and told the holidays, the others every seven days.
"""

import logging
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd  # noqa: TID253  # its own environment

FIRST_DAY = pd.Timestamp("2024-01-01")
"""A Monday; panels know weekdays only."""
LEVEL = 80
DEVIATIONS_OF_LEVEL = 1.2816
FIT_PROPHET_EVERY, FIT_OTHERS_EVERY = 14, 7


def prophet(y: np.ndarray, days: pd.DatetimeIndex, off: np.ndarray, hist: int) -> np.ndarray:
    """Score n series with Prophet: weekly rhythm, holidays, everything else as it ships."""
    from prophet import Prophet  # noqa: PLC0415  one environment, several packages

    logging.getLogger("cmdstanpy").disabled = True
    logging.getLogger("prophet").setLevel(logging.ERROR)
    scores = np.full((len(y), y.shape[1] - hist), np.nan)
    for row, (values, closed) in enumerate(zip(y, off, strict=True)):
        known = pd.DataFrame({"holiday": "off", "ds": days[closed]})
        for start in range(hist, len(values), FIT_PROPHET_EVERY):
            end = min(start + FIT_PROPHET_EVERY, len(values))
            model = Prophet(
                weekly_seasonality=True,
                yearly_seasonality=False,
                daily_seasonality=False,
                holidays=known if closed[:start].any() else None,
                interval_width=LEVEL / 100,
            )
            np.random.seed(start)  # noqa: NPY002  it draws its intervals from there
            model.fit(pd.DataFrame({"ds": days[:start], "y": values[:start]}).dropna(), seed=1)
            told = model.predict(pd.DataFrame({"ds": days[start:end]}))
            wide = (told.yhat_upper - told.yhat_lower).to_numpy() / 2 / DEVIATIONS_OF_LEVEL
            off_by = np.abs(values[start:end] - told.yhat.to_numpy())
            scores[row, start - hist : end - hist] = off_by / np.maximum(wide, 1e-9)
    return scores


def _statsforecast(name: str) -> Callable[..., np.ndarray]:
    def score(y: np.ndarray, days: pd.DatetimeIndex, off: np.ndarray, hist: int) -> np.ndarray:  # noqa: ARG001
        from statsforecast import StatsForecast  # noqa: PLC0415
        from statsforecast.models import MSTL, AutoETS, Naive  # noqa: PLC0415

        model = MSTL(season_length=7) if name == "MSTL" else AutoETS(season_length=7)
        package = StatsForecast(models=[model], freq="D", n_jobs=1, fallback_model=Naive())
        whole = _filled(y)
        names = np.arange(len(y))
        scores = np.full((len(y), y.shape[1] - hist), np.nan)
        for start in range(hist, y.shape[1], FIT_OTHERS_EVERY):
            end = min(start + FIT_OTHERS_EVERY, y.shape[1])
            frame = pd.DataFrame(
                {
                    "unique_id": names.repeat(start),
                    "ds": np.tile(days[:start], len(y)),
                    "y": whole[:, :start].reshape(-1),
                }
            )
            told = package.forecast(df=frame, h=end - start, level=[LEVEL])
            told = told.sort_values(["unique_id", "ds"])
            ours = told[name].to_numpy().reshape(len(y), -1)
            high = told[f"{name}-hi-{LEVEL}"].to_numpy().reshape(len(y), -1)
            wide = (high - ours) / DEVIATIONS_OF_LEVEL
            off_by = np.abs(y[:, start:end] - ours)
            scores[:, start - hist : end - hist] = off_by / np.maximum(wide, 1e-9)
        return scores

    return score


def _filled(y: np.ndarray) -> np.ndarray:
    """Put last week's value where one is missing; at the beginning the series' median."""
    whole = y.copy()
    for day in range(y.shape[1]):
        before = whole[:, day - 7] if day >= 7 else np.nanmedian(y[:, :14], axis=1)  # noqa: PLR2004
        whole[:, day] = np.where(np.isfinite(whole[:, day]), whole[:, day], before)
    return np.nan_to_num(whole)


PACKAGES = {
    "Prophet": prophet,
    "MSTL": _statsforecast("MSTL"),
    "AutoETS": _statsforecast("AutoETS"),
}


def main(name: str, read: Path, write: Path) -> None:
    """Score every panel of a folder."""
    warnings.simplefilter("ignore")
    score = PACKAGES[name]
    for file in sorted(read.glob("*.npz")):
        with np.load(file) as panel:
            y, hist = panel["y"], int(panel["hist"])
            off = panel["hol"][panel["region"]]
            days = FIRST_DAY + pd.to_timedelta(np.arange(y.shape[1]) + int(panel["dow"][0]), "D")
        start = time.process_time()
        scores = score(y, pd.DatetimeIndex(days), off, hist)
        taken = time.process_time() - start
        np.savez(write / file.name, scores=scores, threshold=3.0, seconds=taken)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
