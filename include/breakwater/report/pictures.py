"""Which anomalies of a digest get a picture."""

from breakwater.contracts.wording import Names
from breakwater.core.finding import Finding, Rule
from breakwater.pictures.collect import picture_of
from breakwater.pictures.data import AnomalyPicture
from breakwater.report.scope import View

MOST_PICTURES = 2


def pictures_of(view: View, names: Names) -> tuple[AnomalyPicture, ...]:
    """Collect the worst anomalies of which some days are known."""
    answers = view.answers
    histories = {history.series: history for history in answers.histories}
    found = [finding for finding in answers.findings if finding.rule is Rule.KPI_ANOMALY]
    ordered = sorted(found, key=lambda finding: (-finding.severity.rank, -_score(finding)))
    pictures = (picture_of(finding, histories, answers.events, names) for finding in ordered)
    return tuple(picture for picture in pictures if picture is not None)[:MOST_PICTURES]


def _score(finding: Finding) -> float:
    score = finding.detail.get("score")
    return float(score) if isinstance(score, (int, float)) else 0.0
