"""The model's figures: what queues are like, and which vendor does what where.

Invented, but chosen to look like the field: handling takes half a minute to a few minutes, most
spam never reaches a person, illegal-content orders are rare, slow and urgent.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QueueProfile:
    """What the cases of a queue are like.

    Attributes:
        weight: relative size among the queues of a vendor.
        automation: share that a rule decides without a person.
        handle_median: active seconds of a median case; the distribution is log-normal.
        escalation: share that a second tier has to decide.
        weekend: arrivals on Saturday and Sunday, relative to other days.
        decisions: weights of the right decisions, from no_action to suspend.
    """

    weight: float
    automation: float
    handle_median: float
    escalation: float
    weekend: float
    decisions: tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class CrewProfile:
    """People of one site who share a set of queues.

    Attributes:
        site: where they work.
        queues: what they are trained for.
        round_the_clock: whether somebody is always there; otherwise the site's calendar holds.
        occupancy: share of their time that an ordinary week fills; the rest absorbs peaks.
    """

    site: str
    queues: tuple[str, ...]
    round_the_clock: bool
    occupancy: float


@dataclass(frozen=True, slots=True)
class VendorProfile:
    """One vendor's part of the operation.

    Attributes:
        prefix: how its case numbers begin.
        share: of all cases.
        peak_hour: local hour of the most arrivals.
        languages: weights.
        crews: who works on what.
    """

    prefix: str
    share: float
    peak_hour: float
    languages: Mapping[str, float]
    crews: tuple[CrewProfile, ...]


QUEUES: dict[str, QueueProfile] = {
    "child_safety": QueueProfile(6, 0.25, 140, 0.06, 1.10, (30, 0, 2, 6, 50, 12)),
    "violent_extremism": QueueProfile(5, 0.35, 110, 0.05, 1.05, (35, 2, 5, 10, 42, 6)),
    "graphic_violence": QueueProfile(8, 0.45, 55, 0.03, 1.10, (30, 2, 34, 14, 20, 0)),
    "live_video": QueueProfile(5, 0.15, 70, 0.05, 1.30, (52, 6, 4, 14, 20, 4)),
    "hate": QueueProfile(10, 0.35, 50, 0.03, 1.10, (46, 10, 4, 12, 26, 2)),
    "hate_text": QueueProfile(10, 0.45, 35, 0.02, 1.10, (48, 14, 2, 12, 23, 1)),
    "harassment": QueueProfile(11, 0.35, 45, 0.03, 1.15, (50, 16, 2, 10, 20, 2)),
    "adult": QueueProfile(13, 0.55, 30, 0.02, 1.15, (34, 4, 28, 10, 23, 1)),
    "spam": QueueProfile(22, 0.72, 24, 0.01, 0.95, (28, 6, 4, 16, 36, 10)),
    "impersonation": QueueProfile(6, 0.20, 100, 0.04, 1.00, (44, 4, 2, 8, 12, 30)),
    "copyright": QueueProfile(5, 0.15, 150, 0.05, 0.40, (38, 2, 0, 10, 48, 2)),
    "user_escalations": QueueProfile(4, 0.00, 210, 0.09, 0.85, (56, 6, 6, 12, 18, 2)),
    "legal_requests": QueueProfile(2, 0.00, 270, 0.03, 0.45, (22, 0, 2, 26, 46, 4)),
    "appeals": QueueProfile(4, 0.00, 120, 0.04, 1.00, (72, 4, 4, 6, 12, 2)),
}

VENDORS: dict[str, VendorProfile] = {
    "pearlline": VendorProfile(
        "PL",
        0.28,
        20.5,
        {"en": 45, "tl": 45, "es": 10},
        (
            CrewProfile(
                "manila",
                ("child_safety", "graphic_violence", "live_video", "hate", "user_escalations"),
                round_the_clock=True,
                occupancy=0.82,
            ),
            CrewProfile(
                "cebu",
                ("harassment", "adult", "spam", "impersonation"),
                round_the_clock=False,
                occupancy=0.82,
            ),
        ),
    ),
    "dekkan": VendorProfile(
        "DK",
        0.24,
        21.0,
        {"hi": 60, "en": 40},
        (
            CrewProfile("hyderabad", ("child_safety",), round_the_clock=True, occupancy=0.72),
            CrewProfile(
                "hyderabad",
                (
                    "hate_text",
                    "harassment",
                    "adult",
                    "spam",
                    "impersonation",
                    "copyright",
                    "appeals",
                ),
                round_the_clock=False,
                occupancy=0.72,
            ),
        ),
    ),
    "karavan": VendorProfile(
        "KV",
        0.14,
        21.5,
        {"ar": 65, "fr": 35},
        (
            CrewProfile(
                "casablanca",
                (
                    "violent_extremism",
                    "live_video",
                    "legal_requests",
                    "graphic_violence",
                    "hate",
                    "user_escalations",
                ),
                round_the_clock=True,
                occupancy=0.74,
            ),
            CrewProfile("casablanca", ("harassment",), round_the_clock=False, occupancy=0.72),
        ),
    ),
    "baltica": VendorProfile(
        "BT",
        0.12,
        20.0,
        {"ru": 60, "en": 40},
        (
            CrewProfile(
                "riga",
                ("legal_requests", "violent_extremism"),
                round_the_clock=True,
                occupancy=0.60,
            ),
            CrewProfile(
                "riga",
                ("hate_text", "copyright", "impersonation", "spam"),
                round_the_clock=False,
                occupancy=0.72,
            ),
        ),
    ),
    "andeska": VendorProfile(
        "AN",
        0.22,
        20.0,
        {"es": 60, "pt": 40},
        (
            CrewProfile(
                "bogota",
                ("child_safety", "live_video", "graphic_violence", "hate", "user_escalations"),
                round_the_clock=True,
                occupancy=0.82,
            ),
            CrewProfile(
                "medellin",
                ("harassment", "adult", "spam", "copyright", "appeals"),
                round_the_clock=False,
                occupancy=0.82,
            ),
        ),
    ),
}
