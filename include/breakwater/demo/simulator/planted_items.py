"""Planted items: cases whose right answer the vendor knew before a reviewer saw them."""

from datetime import date

import numpy as np

from breakwater.core.days import Window
from breakwater.core.vocabulary import Decision
from breakwater.demo.simulator.cases import ABSENT, Cases
from breakwater.demo.simulator.follow_up import HOUR, QA_MARGIN
from breakwater.demo.simulator.model import VendorModel
from breakwater.demo.simulator.streams import stream

PLANTED_SHARE = 0.04
"""Of decided cases, at a vendor that plants items."""


def score_planted(seed: int, model: VendorModel, closed: Cases, day: date, window: Window) -> None:
    """Score some unsampled cases by their known answers, and count critical errors of every audit.

    Critical is what should have come down and was left up. The draws are a stream of their own and
    come last: what else becomes of a case is the same at a vendor that plants nothing.
    """
    if model.contract.columns.qa_is_golden is None:
        return
    random = stream(seed, model.vendor, day, "planted items")
    count = len(closed)
    room = window.end - closed.decided - 60
    may = (closed.agent != ABSENT) & (closed.qa_scored == ABSENT) & (room > QA_MARGIN)
    planted = may & (random.random(count) < PLANTED_SHARE)
    delay = 300 + (random.random(count) * np.minimum(room - 700, HOUR)).astype(np.int64)
    scored = model.clock.settled(closed.decided + np.where(planted, delay, 0))
    closed.qa_golden = np.where(closed.qa_scored == ABSENT, ABSENT, 0)
    closed.qa_golden[planted] = 1
    closed.qa_scored = np.where(planted, scored, closed.qa_scored)
    closed.qa_score = np.where(planted, closed.decision == closed.right_decision, closed.qa_score)
    strict, lax = list(Decision).index(Decision.REMOVE), list(Decision).index(Decision.NO_ACTION)
    is_critical = (closed.right_decision >= strict) & (closed.decision == lax)
    closed.qa_critical = np.where(closed.qa_golden == ABSENT, ABSENT, is_critical)
