"""Which conventions a vector follows: its own, else those of the project that it comes from."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from breakwater.core.calendar import DEFAULT_CONVENTIONS, Conventions

Repeated = Literal["counts_twice", "counts_once"]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a vector is to be read.

    Attributes:
        edges: what happens at the edges of open time.
        repeated_hour: as in a calendar's configuration.
        unknown: conventions that the vector names and nobody here knows, as ``name=value``.
    """

    edges: Conventions = DEFAULT_CONVENTIONS
    repeated_hour: Repeated = "counts_twice"
    unknown: tuple[str, ...] = ()


PROJECTS: Mapping[str, Conventions] = {
    "biz": Conventions(on_zero="snap"),
    "business_time": Conventions(on_zero="snap", on_reversed="negative"),
    "businesstime": Conventions(on_reversed="negative"),
    "businesstimedelta": Conventions(),
    "cal": Conventions(end_inclusive=True),
    "moment-business-time": Conventions(end_inclusive=True),
    "working_hours": Conventions(on_reversed="negative"),
    "pandas": Conventions(on_close="roll_forward", end_inclusive=True),
    "glpi": Conventions(on_close="roll_forward"),
    "otobo": Conventions(),
    "zammad": Conventions(on_zero="snap"),
    "chatwoot": Conventions(),
    "dbt_zendesk": Conventions(),
    "servicenow": Conventions(),
}
"""What engines of the field do where a vector does not say; the last part of a project's name."""

_EDGES: Mapping[str, Mapping[object, Mapping[str, Any]]] = {
    "on_interval_close": {
        "stay": {"on_close": "stay"},
        "roll_forward": {"on_close": "roll_forward"},
    },
    "on_interval_open": {
        "stay": {"on_open": "stay"},
        "roll_back": {"on_open": "roll_back"},
        "roll_backward": {"on_open": "roll_back"},
    },
    "end_inclusive": {True: {"end_inclusive": True}, False: {"end_inclusive": False}},
    "on_zero": {
        "identity": {"on_zero": "identity"},
        "snap": {"on_zero": "snap"},
        "snap_forward": {"on_zero": "snap"},
        "snap_backward": {"on_zero": "snap"},
    },
    "on_reversed": {"zero": {"on_reversed": "zero"}, "negative": {"on_reversed": "negative"}},
}
"""Names of conventions in vectors, as settings here."""

_REPEATED: Mapping[object, Repeated] = {
    "wall_clock_24h": "counts_once",
    "real_seconds": "counts_twice",
}
_IMPLIED = {("schedule_policy", "cumulative_over_assigned_schedules")}
"""What the kind of a vector says already."""


def reading_of(stated: Mapping[str, object], project: str) -> Reading:
    """Return how a vector of a project is to be read, its own words first."""
    edges = PROJECTS.get(project.rpartition("/")[2].lower(), DEFAULT_CONVENTIONS)
    repeated: Repeated = "counts_twice"
    unknown = []
    for name, value in stated.items():
        if not isinstance(value, Hashable):  # a list, a mapping
            unknown.append(f"{name}={value}")
        elif name == "whole_day_on_25h_day" and value in _REPEATED:
            repeated = _REPEATED[value]
        elif (known := _EDGES.get(name, {}).get(value)) is not None:
            edges = replace(edges, **known)
        elif (name, value) not in _IMPLIED:
            unknown.append(f"{name}={value}")
    return Reading(edges, repeated, tuple(unknown))
