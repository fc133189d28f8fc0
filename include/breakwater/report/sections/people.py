"""What reviewers were exposed to: for whoever looks after them, and for nobody else."""

from collections.abc import Iterator

from breakwater.contracts.metrics import EXPOSURE
from breakwater.contracts.wording import Names, number
from breakwater.report.message import Line, Section
from breakwater.report.scope import View
from breakwater.report.sections.order import section
from breakwater.report.wording import listed

TITLE = "People"
_HARM = {"A": "the gravest content", "B": "grave content", "C": "other content"}


def people_section(view: View, names: Names, most: int) -> Section:  # noqa: ARG001  every topic is asked the same
    """Report the hours in front of content by its harm; never a person, never a ranking."""
    told = list(_hours(view))
    lines: list[Line] = []
    summary = f"Reviewers spent {listed(told)}." if told else "No exposure was measured."
    return section(TITLE, summary, lines, most)


def _hours(view: View) -> Iterator[str]:
    for tier, metric in EXPOSURE.items():
        figure = view.figures.figure(metric)
        if figure is not None:
            yield f"{number(metric, figure.value)} with {_HARM[tier]} (tier {tier})"
