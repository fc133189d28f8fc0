"""What shares a message, and when a storm becomes one."""

from situations import DAY, incident, telling

from breakwater.core.finding import Rule
from breakwater.notify.thread import roll_up_key_of, threads_of

BREAKS = incident()
DRIFT = incident(scope={"outcome": "time_drift"})
ELSEWHERE = incident(vendor="dekkan")
LOW = incident(Rule.SLA_ATTAINMENT_LOW, scope={"clock": "decision_p1"})


def test_classes_of_one_reconciliation_share_a_message() -> None:
    """Rule, vendor and day name the thread; another vendor or rule has its own."""
    threads = threads_of([BREAKS, DRIFT, ELSEWHERE, LOW], {}, DAY, storm_cap=9)
    assert threads == {
        "ReconBreaks/pearlline/2026-11-14": [BREAKS, DRIFT],
        "ReconBreaks/dekkan/2026-11-14": [ELSEWHERE],
        "SlaAttainmentLow/pearlline/2026-11-14": [LOW],
    }


def test_as_many_new_threads_as_the_cap_stay_apart() -> None:
    """Three threads, cap three."""
    assert len(threads_of([BREAKS, ELSEWHERE, LOW], {}, DAY, storm_cap=3)) == 3


def test_one_more_than_the_cap_becomes_one_roll_up() -> None:
    """Three threads, cap two: all three in one message."""
    threads = threads_of([BREAKS, ELSEWHERE, LOW], {}, DAY, storm_cap=2)
    assert threads == {roll_up_key_of(DAY): [BREAKS, ELSEWHERE, LOW]}


def test_a_storm_leaves_messages_that_were_sent_before_alone() -> None:
    """The thread that was told keeps its message; only the new ones are rolled up."""
    told = {telling(BREAKS).thread_key: telling(BREAKS)}
    threads = threads_of([BREAKS, ELSEWHERE, LOW], told, DAY, storm_cap=1)
    assert threads == {
        "ReconBreaks/pearlline/2026-11-14": [BREAKS],
        roll_up_key_of(DAY): [ELSEWHERE, LOW],
    }


def test_later_news_of_what_was_rolled_up_goes_to_the_roll_up() -> None:
    """People have read about it there, and nowhere else."""
    rolled_up = telling(BREAKS, ELSEWHERE, thread_key=roll_up_key_of(DAY))
    resolved = incident(is_open=False)
    threads = threads_of([resolved, ELSEWHERE], {rolled_up.thread_key: rolled_up}, DAY, storm_cap=1)
    assert threads == {roll_up_key_of(DAY): [resolved, ELSEWHERE]}


def test_what_nobody_was_told_and_is_over_raises_no_storm() -> None:
    """Resolved incidents are not new messages."""
    over = [incident(is_open=False), incident(vendor="dekkan", is_open=False)]
    assert roll_up_key_of(DAY) not in threads_of(over, {}, DAY, storm_cap=1)
