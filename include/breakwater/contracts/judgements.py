"""Judgements of several reviewers on the same items: what the columns of such a file hold."""

from typing import Literal

from pydantic import Field, NonNegativeFloat, model_validator

from breakwater.contracts.base import Contract

MOST_LABELS = 50
"""Labels a file may use; more of them are free text in the wrong column, or numbers."""


class JudgementColumns(Contract):
    """Which column holds what. One that is named here must be there; the others may be missing."""

    item: str = "item"
    rater: str = "rater"
    """Who judged. Read as a code and forgotten: no result tells of one reviewer."""
    label: str = "label"
    gold: str = "gold"
    """The right answer, where it is known; empty elsewhere."""
    vendor: str = "vendor"
    policy: str = "policy"
    language: str = "language"


class JudgementFile(Contract):
    """What `breakwater quality` is told about a file.

    Without one, columns have the names that they have here, and labels are mere names.
    """

    columns: JudgementColumns = JudgementColumns()
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    level: Literal["nominal", "ordinal", "interval"] = "nominal"
    """Labels are names, names in an order, or numbers."""
    labels: tuple[str, ...] = Field(default=(), max_length=MOST_LABELS)
    """Every label there is, in order; the ones that the file uses when absent."""
    costs: dict[str, dict[str, NonNegativeFloat]] = Field(default_factory=dict)
    """By golden label, what it costs to call it another; 1 where nothing is said, 0 for the same."""
    fewest_reviewers: int = Field(default=5, ge=3)
    """A share of right answers of fewer people would tell of persons; it is not shown."""
    fewest_answers: int = Field(default=5, ge=1)
    """Nor is one of fewer answers."""

    @model_validator(mode="after")
    def _labels_make_sense(self) -> "JudgementFile":
        if self.level == "ordinal" and not self.labels:
            message = "labels must be given in their order when the level is ordinal"
            raise ValueError(message)
        if len(set(self.labels)) != len(self.labels):
            message = "labels must be different from each other"
            raise ValueError(message)
        if self.level == "interval" and self.labels:
            message = "labels of an interval are the numbers of the file; leave them out"
            raise ValueError(message)
        named = {*self.costs, *(label for row in self.costs.values() for label in row)}
        if unknown := sorted(named - set(self.labels)):
            message = f"costs must be of labels; found {unknown}"
            raise ValueError(message)
        return self

    @property
    def must_have(self) -> frozenset[str]:
        """Columns without which the file is another one."""
        fields = {"item", "rater", "label"} | self.columns.model_fields_set
        return frozenset(getattr(self.columns, field) for field in fields)
