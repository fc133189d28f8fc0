"""Who is on call at an instant, in the words that an alert says it with."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from breakwater.contracts.on_call import OnCallFile
from breakwater.core.plain import one_line
from breakwater.notify.on_call.turns import teams_on_call, turns_between
from breakwater.warehouse.database import Connection

_MOST_ROTAS = 3
_AN_INSTANT = timedelta(microseconds=1)
_LONGEST_NAME = 60


def duty_at(connection: Connection, file: OnCallFile, now: datetime, zone: ZoneInfo) -> str:
    """Say who is on call and until when, as ``Europe desk until Wed 00:00 (Asia/Singapore)``.

    Where no turn is known the fallback is named, without an end; nothing where there is none.
    """
    on_call = teams_on_call(connection, file, now)
    parts, has_end = [], False
    for rota in file.rotas[:_MOST_ROTAS]:
        names = [one_line(team.title, _LONGEST_NAME) for team in on_call[rota.rota]]
        if not names:
            continue
        turns = turns_between(connection, rota.rota, now, now + _AN_INSTANT)
        ends = [turn.ends for turn in turns if turn.begins <= now]
        until = f" until {min(ends).astimezone(zone):%a %H:%M}" if ends else ""
        has_end = has_end or bool(until)
        whose = f"{one_line(rota.title, _LONGEST_NAME)}: " if len(file.rotas) > 1 else ""
        parts.append(f"{whose}{' and '.join(names)}{until}")
    return "; ".join(parts) + (f" ({zone.key})" if has_end else "")
