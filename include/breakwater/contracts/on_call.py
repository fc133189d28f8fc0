"""Who is on call: teams, and rotas that follow the sun, by shifts or by a calendar of others."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from breakwater.contracts.base import Contract
from breakwater.contracts.calendar import Shift, Weekday, ZoneName
from breakwater.contracts.recipients import EVERY_DAY
from breakwater.contracts.routes import Destination

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Team(Contract):
    """Who takes turns. A team, never a person: people come and go, and have days off."""

    team: Name
    title: str = Field(min_length=1, max_length=60)
    contacts: tuple[Destination, ...] = Field(min_length=1)
    """Where it is reached; all addresses of the channel that a route names are told."""

    @model_validator(mode="after")
    def _has_addresses(self) -> "Team":
        if any("{" in contact.recipient for contact in self.contacts):
            message = "contacts are addresses; found one that stands for others"
            raise ValueError(message)
        return self


class DutyShift(Contract):
    """Hours of the day in which a team is on call; several teams take turns of some days each."""

    zone: ZoneName
    hours: Shift
    days: tuple[Weekday, ...] = Field(default=EVERY_DAY, min_length=1)
    """Days on which it begins, in its zone."""
    teams: tuple[Name, ...] = Field(min_length=1)
    rotate_days: int = Field(default=7, ge=1, le=366)
    """How long a team's turn lasts, where there are several."""
    starts_on: date | None = None
    """The first day of the first team's turn; needed where there are several."""

    @model_validator(mode="after")
    def _says_where_turns_begin(self) -> "DutyShift":
        if len(self.teams) > 1 and self.starts_on is None:
            message = "starts_on, since several teams take turns; found none"
            raise ValueError(message)
        return self


class CalendarSource(Contract):
    """Where an iCalendar file is whose events are named by team."""

    file: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_][A-Za-z0-9_./-]*\.ics$")
    """Below the configuration's folder."""
    object: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9+]*://")
    """An fsspec URI, such as s3://operations/on-call.ics."""
    url: str | None = Field(default=None, pattern=r"^https://")
    """Read by https from a host that `outside` of operations.yaml names; no redirects."""

    @model_validator(mode="after")
    def _is_in_one_place(self) -> Self:
        if len(self.model_dump(exclude_none=True)) != 1:
            message = "one of file, object, url"
            raise ValueError(message)
        if self.file and ".." in self.file.split("/"):
            message = f"a file below the configuration's folder; found {self.file!r}"
            raise ValueError(message)
        return self


class Override(Contract):
    """A stretch in which somebody else is on call, whatever the shifts or the calendar say."""

    begins: AwareDatetime
    ends: AwareDatetime
    team: Name
    reason: str = Field(min_length=5)

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> "Override":
        if self.ends <= self.begins:
            message = "ends must be after begins"
            raise ValueError(message)
        return self


class Rota(Contract):
    """One duty that is always somebody's."""

    rota: Name
    title: str = Field(min_length=1, max_length=60)
    zone: ZoneName
    """Zone in which its hours are shown."""
    shifts: tuple[DutyShift, ...] = ()
    calendar: CalendarSource | None = None
    overrides: tuple[Override, ...] = ()
    covers: Literal["always", "some_hours"] = "always"
    """Whether an hour in which nobody is on call is a fault of the rota."""
    hand_over_minutes: int = Field(default=30, ge=0, le=240)
    """So long two teams may be on call together while one hands over; longer is reported."""
    fallback: Name | None = None
    """Who is told in an hour in which nobody is on call."""

    @model_validator(mode="after")
    def _has_one_source(self) -> "Rota":
        if bool(self.shifts) == (self.calendar is not None):
            message = "shifts or a calendar, one of them"
            raise ValueError(message)
        return self

    def teams(self) -> frozenset[str]:
        """Name every team that the file itself gives a turn."""
        named = {team for shift in self.shifts for team in shift.teams}
        named |= {override.team for override in self.overrides}
        return frozenset(named | ({self.fallback} if self.fallback else set()))


class OnCallFile(Contract):
    """config/on_call.yaml."""

    teams: tuple[Team, ...] = ()
    rotas: tuple[Rota, ...] = ()

    @model_validator(mode="after")
    def _knows_its_names(self) -> "OnCallFile":
        teams = [team.team for team in self.teams]
        rotas = [rota.rota for rota in self.rotas]
        for names, what in ((teams, "team"), (rotas, "rota")):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                message = f"each {what} once; found {', '.join(twice)} twice"
                raise ValueError(message)
        for rota in self.rotas:
            unknown = sorted(rota.teams() - set(teams))
            if unknown:
                message = f"{rota.rota}: expected a team; found {', '.join(unknown)}"
                raise ValueError(message)
        return self

    def team(self, name: str) -> Team | None:
        """Return a team by its name."""
        return next((team for team in self.teams if team.team == name), None)

    def rota(self, name: str) -> Rota | None:
        """Return a rota by its name."""
        return next((rota for rota in self.rotas if rota.rota == name), None)
