"""The story of a case in words, line by line: ids, codes and numbers, never content."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from breakwater.contracts.comparison import Compared
from breakwater.core.days import utc_instant
from breakwater.core.plain import one_line
from breakwater.core.vocabulary import Outcome, Side
from breakwater.explain.story import ComparedField, Ended, Happening, Life, Story

SENTENCES: dict[Outcome, str] = {
    Outcome.UNKNOWN_CODE: "the vendor decided by a code that its contract does not map",
    Outcome.DUPLICATE_VENDOR: "the vendor's book has it once more than ours",
    Outcome.DUPLICATE_INTERNAL: "our log has it once more than the vendor's book",
    Outcome.AMBIGUOUS: "several records fit equally well, and nobody guesses",
    Outcome.MISSING_INTERNAL: "our log does not have it",
    Outcome.MISSING_VENDOR: "the vendor's book does not have it",
    Outcome.ENFORCEMENT_FAILED: "it was decided, and enforcing it failed",
    Outcome.DECISION_MISMATCH: "the two decisions differ",
    Outcome.POLICY_MISMATCH: "the two policies differ",
    Outcome.FIELD_MISMATCH: "another field that is compared differs",
    Outcome.TIME_DRIFT: "the two instants are farther apart than is tolerated",
    Outcome.LATE_ENFORCEMENT: "it was enforced later than is tolerated",
    Outcome.MATCHED_WITHIN_TOLERANCE: "the books agree within tolerance",
    Outcome.MATCHED: "the books agree",
}
_STRICTNESS = {"vendor_stricter": "more strictly", "vendor_weaker": "less strictly"}
_BOOKS = {Side.VENDOR: "vendor", Side.INTERNAL: "platform"}
_LONGEST = 80


def lines(story: Story, zone: ZoneInfo) -> Iterator[str]:
    """Tell a case line by line, instants in a zone."""
    yield f"{story.vendor} case {_shown(story.case)}, as known at the end of {story.day}"
    yield ""
    yield "What happened"
    for each in story.happened:
        yield f"  {_instant(each.at, zone)}  {_BOOKS[each.book]:<8}  {_happening(each)}"
    yield ""
    yield "How the books agree"
    for ended in story.ended:
        yield from _ended(ended, zone)
    if not story.ended:
        yield "  No record of the case was to be reconciled on this day."
    yield ""
    yield "Clocks"
    for clock in story.clocks:
        yield from (f"  {line}" for line in clock.lines(zone))
    if not story.clocks:
        yield "  No clock runs on the case on this day."


def _happening(each: Happening) -> str:
    said = each.what.replace("_", " ")
    if each.decision is not None:
        said += f" {each.decision}"
    if each.code is not None:
        said += f" (code {_shown(each.code)})"
    if each.what == "decided" and each.actor is not None:
        said += " by automation" if each.actor == "automation" else " by a person"
    if each.reason is not None:
        said += f": {_shown(each.reason)}"
    return said


def _ended(ended: Ended, zone: ZoneInfo) -> Iterator[str]:
    if ended.side is Side.INTERNAL and ended.counterpart_id is not None:
        return  # told with the vendor's half
    record = _shown(ended.record_id)
    whose = f"The vendor's record {record}" if ended.side is Side.VENDOR else f"Our record {record}"
    if ended.counterpart_id is None:
        yield f"  {whose} stays alone."
    else:
        yield f"  {whose} and our {_shown(ended.counterpart_id)} are a pair."
    yield f"    {ended.outcome.value}: {SENTENCES[ended.outcome]}."
    yield f"    By rule {ended.rule}: {ended.why}{_choice(ended.alternatives)}"
    if ended.group:
        yield f"    It agrees as a group, together with {', '.join(map(_shown, ended.group))}."
    for field in ended.compared:
        yield f"    {field.field:<15} {_sides(field, zone)}"
    if ended.direction is not None:
        yield f"    The vendor decided {_STRICTNESS[ended.direction]} than the platform."
    if ended.life is not None:
        yield f"    {_life(ended.life, zone)}"


def _life(life: Life, zone: ZoneInfo) -> str:
    cause = f", probably {life.cause.replace('_', ' ')}" if life.cause else ""
    owner = f", looked after by {_shown(life.owner)}" if life.owner else ", looked after by nobody"
    since = _instant(int(life.first_seen_at.timestamp()), zone)
    return f"Break {life.break_id} is {life.state.replace('_', ' ')}: seen since {since}{cause}{owner}."


def _choice(alternatives: int) -> str:
    if alternatives == 0:
        return ""
    others = "one other record" if alternatives == 1 else f"{alternatives} other records"
    return f" It could have been paired with {others}."


def _sides(field: ComparedField, zone: ZoneInfo) -> str:
    """Say what both books state; a book that states nothing contradicts nothing."""
    verdict = "agrees" if field.agrees else "differs"
    if field.vendor is None or field.internal is None:
        verdict = "no contradiction"
    both = (_value(field, value, zone) for value in (field.vendor, field.internal))
    return "vendor {}, platform {}: {}".format(*both, verdict)


def _value(field: ComparedField, value: str | float | None, zone: ZoneInfo) -> str:
    if value is None:
        return "not stated"
    if field.field is Compared.DECIDED_AT:
        return _instant(int(value), zone)
    return _shown(str(value))


def _instant(seconds: int, zone: ZoneInfo) -> str:
    return f"{utc_instant(seconds).astimezone(zone):%a %Y-%m-%d %H:%M:%S}"


def _shown(text: str) -> str:
    return one_line(text, _LONGEST)
