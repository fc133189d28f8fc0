"""What each rule is called, how its number is put, and what to do first."""

from collections.abc import Mapping
from dataclasses import dataclass

from breakwater.core.finding import Finding, Rule
from breakwater.core.numbers import amount
from breakwater.notify.anomaly import number_of_anomaly


@dataclass(frozen=True, slots=True)
class RuleWords:
    """The wording of one rule.

    Attributes:
        title: the condition, as a heading.
        about: what a condition without a scope is about.
        number: the sentence around ``{value}``, which is a number of ours with its unit.
        limit: what the threshold is called: a limit is kept below, a target is reached.
        usual: what the expected value is called.
        next_step: the first thing to do, for people of the operation.
        vendor_step: the same for the vendor whose finding it is.
    """

    title: str
    about: str
    number: str
    next_step: str
    limit: str = "limit"
    usual: str = "usual"
    vendor_step: str = "Please look into it and tell our desk what you find."


WORDS: Mapping[Rule, RuleWords] = {
    Rule.EXPORT_MISSING: RuleWords(
        title="Export missing",
        about="the day's export",
        number="not delivered by the deadline",
        next_step="Ask the vendor for the export; the day closes by itself once it is there.",
        vendor_step="Please deliver the export; the day closes by itself once it is there.",
    ),
    Rule.EXPORT_LATE: RuleWords(
        title="Export late",
        about="the day's export",
        number="delivered {value} after the deadline",
        next_step="Nothing to repair. If it repeats, agree on another deadline with the vendor.",
        vendor_step="Please tell our desk if the deadline no longer fits your shifts.",
    ),
    Rule.EXPORT_TRUNCATED: RuleWords(
        title="Export truncated",
        about="the day's export",
        number="incomplete, {value}",
        usual="declared",
        next_step="Ask the vendor to send the export again; nothing of it was taken over.",
        vendor_step="Please send the whole export again, with its manifest.",
    ),
    Rule.EXPORT_UNREADABLE: RuleWords(
        title="Export unreadable",
        about="the day's export",
        number="breaks its contract as a whole",
        next_step="Compare the file with the contract; nothing of it was taken over.",
        vendor_step="Please send the export again in the agreed form.",
    ),
    Rule.EXPORT_NAME_REFUSED: RuleWords(
        title="File name refused",
        about="files in the vendor's folder",
        number="{value} not taken because of the name",
        next_step="Look into the vendor's folder; such a name is a mistake or an attack.",
    ),
    Rule.EXPORT_RESTATED: RuleWords(
        title="Export restated",
        about="the day's export",
        number="{value} of different content; the latest is in force",
        next_step="Read what changed in the next edition of the digest.",
    ),
    Rule.EXPORT_INCOMPLETE: RuleWords(
        title="Export incomplete",
        about="the day's files",
        number="{value} not delivered by the deadline",
        usual="due",
        next_step="Ask the vendor for the files that are absent; the day was closed without them.",
        vendor_step="Please deliver the files that are absent; the day was closed without them.",
    ),
    Rule.EXPORT_DUPLICATE: RuleWords(
        title="Export of another day",
        about="the day's export",
        number="{value} with the bytes of another day, not taken",
        next_step="Ask the vendor for the day's own export; nothing of this one was taken over.",
        vendor_step="Please deliver the day's own export; this one was delivered before.",
    ),
    Rule.SHIFTS_MISSING: RuleWords(
        title="Shifts missing",
        about="the export of shifts",
        number="{value} not there, or not readable; the day was closed without it",
        next_step="Ask the vendor for the file; only occupancy and the like lack the day.",
        vendor_step="Please deliver the export of shifts; the day was closed without it.",
    ),
    Rule.EXPORT_LAYOUT_CHANGED: RuleWords(
        title="Export layout changed",
        about="columns of the export",
        number="{value} with another header than before",
        next_step="Read which columns changed; every row landed by what the contract knows.",
        vendor_step="Please tell our desk what changed in the export, and whether it stays.",
    ),
    Rule.QUARANTINE_HIGH: RuleWords(
        title="Many records refused",
        about="records of the export",
        number="{value} refused",
        next_step="Read the reasons in the quarantine; one changed column often explains them all.",
        vendor_step="Please tell our desk what changed in the export; we send the row numbers.",
    ),
    Rule.RECON_BREAKS: RuleWords(
        title="Reconciliation breaks",
        about="records of both books",
        number="{value} in disagreement",
        next_step="Open the breaks of the largest class and compare a few records in both books.",
    ),
    Rule.CLOCK_SKEW: RuleWords(
        title="Clock skew",
        about="instants of the whole export",
        number="{value} apart from ours, nearly all of them",
        next_step="Ask the vendor for the zone and the clock of the export; correct the contract.",
        vendor_step="Please look at the zone and the clock that the export is written with.",
    ),
    Rule.VENDOR_TOTALS_DIFFER: RuleWords(
        title="Vendor's totals differ",
        about="totals of the day",
        number="{value} apart",
        limit="tolerated",
        usual="measured",
        next_step="Ask which cases the vendor counts; its export or its count leaves some out.",
        vendor_step="Please tell our desk which cases your total counts and your export does not.",
    ),
    Rule.SLA_ATTAINMENT_LOW: RuleWords(
        title="SLA attainment low",
        about="cases due",
        number="{value} on time",
        limit="target",
        next_step="Look at backlog and arrivals of the queue before asking the vendor.",
    ),
    Rule.STATUTORY_CLOCK_BREACHED: RuleWords(
        title="Statutory clock breached",
        about="cases under a legal deadline",
        number="{value} beyond the legal deadline",
        limit="allowed",
        next_step="Decide the open cases now, then tell the legal team which were late and why.",
    ),
    Rule.QUEUE_SILENT: RuleWords(
        title="Queue silent",
        about="every queue of the vendor",
        number="not one case came",
        next_step="Ask whether the queue was moved or closed, or is left out of the export.",
        vendor_step="Please tell our desk whether the queue was closed, or is left out of the export.",
    ),
    Rule.KPI_ANOMALY: RuleWords(
        title="Unusual number",
        about="the whole operation",
        number="{value}",
        next_step="Start with the slice that drives it, then ask what changed there that day.",
    ),
    Rule.DAG_FAILED: RuleWords(
        title="Dag failed",
        about="a Dag",
        number="ended in error, and is not tried again by itself",
        next_step="Look at the run in Airflow: read the last line of the task's log, mend the cause, clear it.",
    ),
}


def number_of(finding: Finding) -> str:
    """Put a finding's number into words, against its limit and what is usual."""
    if finding.rule is Rule.KPI_ANOMALY:
        return number_of_anomaly(finding)
    words = WORDS[finding.rule]
    said = words.number.format(value=amount(finding.value, finding.unit))
    against = []
    if finding.threshold is not None:
        against.append(f"{words.limit} {amount(finding.threshold, finding.unit)}")
    if finding.expected is not None:
        against.append(f"{words.usual} {amount(finding.expected, finding.unit)}")
    return f"{said} ({', '.join(against)})" if against else said
