"""The one base of every configuration model: frozen, and unknown keys are refused."""

from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator


class Contract(BaseModel):
    """A promise in a configuration file."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, use_attribute_docstrings=True
    )


class Effective(Contract):
    """Something in force for a span of operational days."""

    effective_from: date | None = None
    """First operational day on which it counts; open when absent."""
    effective_to: date | None = None
    """Last operational day on which it counts; open when absent."""

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> Self:
        if self.effective_from and self.effective_to and self.effective_to < self.effective_from:
            message = "effective_to must not be before effective_from"
            raise ValueError(message)
        return self

    def in_force_on(self, day: date) -> bool:
        """Tell whether it counts on an operational day."""
        after_start = self.effective_from is None or self.effective_from <= day
        before_end = self.effective_to is None or day <= self.effective_to
        return after_start and before_end
