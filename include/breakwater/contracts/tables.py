"""The canonical row-level tables that stages hand to each other through the lake."""

from dataclasses import dataclass
from typing import Literal

ColumnType = Literal["text", "bigint", "double", "date", "boolean"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: instants are BIGINT UTC seconds, durations BIGINT seconds."""

    name: str
    type: ColumnType
    required: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the lake, partitioned by operational day and vendor."""

    name: str
    meaning: str
    columns: tuple[Column, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in order."""
        return tuple(column.name for column in self.columns)


CASE_EVENT = Table(
    "case_event",
    "One thing that happened to one case, as the vendor's exports together report it.",
    (
        Column("operational_day", "date", True, "day that owns the record the event came from"),
        Column("vendor", "text", True, "vendor slug"),
        Column("site", "text", True, "site slug"),
        Column("queue", "text", True, "queue slug"),
        Column("policy", "text", False, "policy slug; the applied one once decided"),
        Column("language", "text", True, "BCP 47 language, `und` when unknown"),
        Column("priority", "text", True, "p1 to p4"),
        Column("market", "text", False, "where the case counts, as the contract maps it"),
        Column("case_id_vendor", "text", True, "the vendor's case id"),
        Column("record_id", "text", True, "hash of the source row and its ordinal among equals"),
        Column("record_key", "text", True, "what names the record in both books; often the case"),
        Column("item_id", "text", True, "the reported item"),
        Column("event_id", "text", True, "record_id, event type and ordinal"),
        Column("event_type", "text", True, "see core.vocabulary.EventType"),
        Column("event_at", "bigint", True, "UTC seconds"),
        Column("actor_type", "text", False, "human or automation, on `decided`"),
        Column("agent", "text", False, "reviewer pseudonym"),
        Column("decision", "text", False, "our decision code; null when the crosswalk has none"),
        Column("decision_code_vendor", "text", False, "the code as the vendor wrote it"),
        Column("handle_seconds", "bigint", False, "active handling incl. wrap-up, on `decided`"),
        Column("score", "double", False, "share 0 to 1, on QA events"),
        Column("reason", "text", False, "pause reason, escalation tier or appeal outcome"),
        Column("is_golden", "boolean", False, "on `qa_scored`: of a planted item"),
        Column("critical_errors", "bigint", False, "found by the audit, on `qa_scored`"),
        Column("source_sha256", "text", True, "content hash of the file"),
        Column("source_row", "bigint", True, "1-based data row in the file"),
    ),
)

CASE_DELIVERY = Table(
    "case_delivery",
    "What one export told of a day; `case_event` is composed of all that was delivered for it.",
    CASE_EVENT.columns,
)

ENFORCEMENT_ACTION = Table(
    "enforcement_action",
    "One decision as the platform's enforcement log holds it.",
    (
        Column("operational_day", "date", True, "day of decided_at; a neighbour's at the edges"),
        Column("vendor", "text", True, "vendor slug the case was routed to"),
        Column("site", "text", True, "site slug"),
        Column("queue", "text", True, "queue slug"),
        Column("policy", "text", False, "policy slug"),
        Column("language", "text", True, "BCP 47 language"),
        Column("action_id", "text", True, "the platform's id; unique"),
        Column("record_key", "text", False, "the vendor's reference, if the platform has it"),
        Column("item_id", "text", True, "the reported item"),
        Column("decision", "text", True, "our decision code"),
        Column("decided_at", "bigint", True, "UTC seconds"),
        Column("enforced_at", "bigint", False, "UTC seconds; null while not enforced"),
        Column("status", "text", True, "executed, failed or pending"),
        Column("source", "text", True, "review, automation or appeal"),
        Column("handle_seconds", "bigint", False, "active handling, where the log keeps it"),
        Column("score", "double", False, "share 0 to 1, where the log keeps it"),
        Column("agent", "text", False, "reviewer pseudonym, if the log tells who decided"),
    ),
)

RECON_OUTCOME = Table(
    "recon_outcome",
    "Where one record of either book ended; exactly one row per record of the population.",
    (
        Column("operational_day", "date", True, "day of the record"),
        Column("vendor", "text", True, "vendor slug"),
        Column("site", "text", True, "site slug"),
        Column("queue", "text", True, "queue slug"),
        Column("policy", "text", False, "policy slug of the record"),
        Column("language", "text", True, "BCP 47 language"),
        Column("side", "text", True, "vendor or internal"),
        Column("record_id", "text", True, "event_id on the vendor side, action_id on ours"),
        Column("record_key", "text", False, "what names the record in both books"),
        Column("item_id", "text", True, "the reported item"),
        Column("outcome", "text", True, "see core.vocabulary.Outcome"),
        Column("rule", "text", True, "the matching rule that paired it, or why none did"),
        Column("counterpart_id", "text", False, "record_id on the other side"),
        Column("decision", "text", False, "decision on this side"),
        Column("decided_at", "bigint", True, "UTC seconds on this side"),
        Column("drift_seconds", "bigint", False, "vendor minus internal decision instant"),
        Column("enforcement_seconds", "bigint", False, "decision to enforcement"),
        Column("differences", "text", False, "fields that differ, in order, separated by commas"),
        Column("direction", "text", False, "vendor_stricter or vendor_weaker, if decisions differ"),
        Column("alternatives", "bigint", False, "records it could have been paired with as well"),
        Column("match_group", "text", False, "shared by the records of a group; null in a pair"),
    ),
)

KPI_HOUR = Table(
    "kpi_hour",
    "One metric of one leaf slice in one hour of the operational day; what is nothing has no row.",
    (
        Column("operational_day", "date", True, "day measured"),
        Column("vendor", "text", True, "vendor slug"),
        Column("site", "text", True, "site slug"),
        Column("queue", "text", True, "queue slug"),
        Column("policy", "text", True, "policy slug, or `none`"),
        Column("language", "text", True, "BCP 47 language"),
        Column("priority", "text", True, "p1 to p4"),
        Column("hour_at", "bigint", True, "UTC seconds at which the hour starts"),
        Column("metric", "text", True, "id of the metric, see docs/metrics.md"),
        Column("numerator", "double", True, "sum above the line; of a level, at the hour's end"),
        Column("denominator", "double", False, "sum below it; null for counts and levels"),
    ),
)

SHIFT = Table(
    "shift",
    "One reviewer's day, or a part of it, as the vendor's workforce system tells it; rows add up.",
    (
        Column("operational_day", "date", True, "day of the export"),
        Column("vendor", "text", True, "vendor slug"),
        Column("site", "text", True, "site slug"),
        Column("agent", "text", True, "reviewer pseudonym"),
        Column("scheduled_seconds", "bigint", True, "planned to be at work"),
        Column("logged_in_seconds", "bigint", False, "at work in fact"),
        Column("handling_seconds", "bigint", False, "working on cases, wrap-up included"),
        Column("available_seconds", "bigint", False, "ready and waiting for a case"),
        Column("break_seconds", "bigint", False, "logged in, neither working nor ready"),
        Column("paid_seconds", "bigint", False, "paid"),
        Column("adherent_seconds", "bigint", False, "of the scheduled time, in the planned state"),
        Column("source_sha256", "text", True, "content hash of the file"),
        Column("source_row", "bigint", True, "1-based data row in the file"),
    ),
)

CLOCK_RUN = Table(
    "clock_run",
    "One clock on one case, as known at the end of the operational day.",
    (
        Column("operational_day", "date", True, "day measured"),
        Column("vendor", "text", True, "vendor slug"),
        Column("site", "text", True, "site slug"),
        Column("queue", "text", True, "queue slug"),
        Column("policy", "text", False, "policy slug"),
        Column("language", "text", True, "BCP 47 language"),
        Column("priority", "text", True, "p1 to p4"),
        Column("market", "text", False, "where the case counts, if that is known"),
        Column("case_id_vendor", "text", True, "the vendor's case id"),
        Column("clock", "text", True, "clock id"),
        Column("kind", "text", True, "contract, internal or statutory"),
        Column("cycle", "bigint", True, "1 for the first, more where a clock starts again"),
        Column("triggered_at", "bigint", True, "UTC seconds; decides which target is in force"),
        Column("started_at", "bigint", True, "UTC seconds from which time counts"),
        Column("stopped_at", "bigint", False, "UTC seconds; null while open"),
        Column("ended_by", "text", False, "stop, cancel or reset; null while open"),
        Column("due_at", "bigint", True, "UTC seconds at which the target is used up"),
        Column("elapsed_seconds", "bigint", True, "on the clock's calendar, without pauses"),
        Column("paused_seconds", "bigint", True, "left out, on the clock's calendar"),
        Column("target_seconds", "bigint", True, "the promise"),
        Column("warning_share", "double", False, "of an open clock: the last warning reached"),
        Column("state", "text", True, "met, missed, open, at_risk, overdue or cancelled"),
        Column("is_due", "boolean", True, "counts in this day's attainment"),
        Column("is_excused", "boolean", True, "would count as missed, and was left out"),
        Column("excusal", "text", False, "entry of excusals.yaml that its time fell into"),
        Column("is_tightest", "boolean", True, "the most pressing open clock of its case"),
    ),
)
