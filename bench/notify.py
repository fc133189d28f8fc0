"""Telling people: deciding, composing and rendering incidents, the outbox, digests; beside Apprise.

    .venv/bin/python bench/notify.py [--incidents 5000] [--messages 400] [--audiences 50]

``decide``    what becomes of each incident, who is told of it by the routes that ship, by which thread,
              and whether now: pure functions, nothing read or written.
``compose``   the message of each thread for each of its recipients.
``render``    each of those messages for every channel of the registry.
``outbox``    the same incidents by `raise_incidents`, day by day, in a real PostgreSQL: findings and
              history read; incidents, tellings and messages written, in one transaction a day.
``storm``     all of them on one day: a few messages that stand for many.
``digest``    one day of five vendors for many audiences, written and handed to the outbox.
``send``      the same texts to an HTTP server on the loopback address, once by Apprise alone, once from
              the outbox by the channel that uses Apprise: what it costs that no
              kill loses one.

CPU seconds are of this process and, where it takes part, of PostgreSQL. Nothing is asserted about time.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from itertools import combinations
from pathlib import Path
from typing import Any, Self

from postgres_time import server_seconds

from breakwater.contracts.audiences import Audience
from breakwater.contracts.configuration import Configuration
from breakwater.contracts.loading import load_configuration
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.core.vocabulary import RunType
from breakwater.notify.channel import News
from breakwater.notify.channels.environment import senders_from_environment
from breakwater.notify.channels.registry import CHANNELS, parts_of
from breakwater.notify.compose import Composer, Reader
from breakwater.notify.coverage import Coverage
from breakwater.notify.incidents import decide_moves, raise_incidents
from breakwater.notify.message import Message
from breakwater.notify.naming import Naming
from breakwater.notify.plan import Known, Plan, Planner
from breakwater.notify.route import Directory, belongs_to_a_vendor
from breakwater.notify.send import send_pending
from breakwater.notify.telling import TellingReason
from breakwater.report.digest import publish_digest
from breakwater.warehouse.finding import replace_findings
from breakwater.warehouse.migrate import migrate
from breakwater.warehouse.outbox import enqueue
from breakwater.warehouse.workspace import Workspace, open_workspace

FIRST = date(2026, 3, 2)
A_DAY = 50
"""Incidents of one day: ten of each vendor."""
MORNING = timedelta(days=1, hours=1)
"""After the beginning of a day in UTC: when its incidents are told."""
NO_STORM = 1_000
HOME = f"{tempfile.gettempdir()}/bench-notify-"
MADE_DAYS = Path(__file__).resolve().parents[1] / "tests" / "report"


def main() -> int:
    """Print one row for each of what the module's docstring lists."""
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("--incidents", type=int, default=5_000)
    options.add_argument("--messages", type=int, default=400, help="sent to the HTTP server")
    options.add_argument("--audiences", type=int, default=50)
    asked = options.parse_args()
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load {load:.1f} before; Python {sys.version.split()[0]}")
    shipped = load_configuration()
    configuration = replace(
        shipped, operations=shipped.operations.model_copy(update={"storm_cap": NO_STORM})
    )
    days = [
        list(findings_of(FIRST + timedelta(days=n), configuration, A_DAY))
        for n in range(max(1, asked.incidents // A_DAY))
    ]
    messages, seconds_each = bench_pure(configuration, days)
    with tempfile.TemporaryDirectory(prefix=HOME) as home:
        workspace = open_workspace({"BREAKWATER_HOME": home})
        migrate(workspace.warehouse)
        bench_outbox(replace(workspace, configuration=configuration), days, home)
        bench_storm(workspace, asked.incidents, home)
        bench_digests(workspace, asked.audiences, home)
        bench_sending(workspace, messages[: asked.messages], seconds_each, home)
    return 0


def findings_of(day: date, configuration: Configuration, count: int) -> Iterator[Finding]:
    """Make findings of a day: every vendor in turn, six kinds of condition, numbers by arithmetic."""
    vendors = sorted(configuration.vendors)
    kinds: list[tuple[Rule, Severity, dict[str, str], float, str, dict[str, object]]] = [
        (Rule.RECON_BREAKS, Severity.MAJOR, {"outcome": "missing_internal"}, 41, "cases",
         {"records": 2_400, "by_queue": {"hate": 20, "spam": 21}}),
        (Rule.RECON_BREAKS, Severity.WARNING, {"outcome": "decision_mismatch"}, 17, "cases",
         {"records": 2_400, "codes": {"hate/spam": 17}}),
        (Rule.SLA_ATTAINMENT_LOW, Severity.MAJOR, {"clock": "decision_p3"}, 0.81, "rate",
         {"due": 204, "met": 165, "missed": 39}),
        (Rule.STATUTORY_CLOCK_BREACHED, Severity.CRITICAL, {"clock": "eu_tco_removal"}, 2, "cases",
         {"still_open": 1, "longest_late_seconds": 7_980, "confidence": "statute"}),
        (Rule.KPI_ANOMALY, Severity.WARNING, {"metric": "aht"}, 87, "seconds",
         {"change": 0.45, "span_days": 1, "mix_share": 0.04,
          "causes": [{"slice": {"site": "main", "language": "en"}, "share": 0.9}]}),
        (Rule.QUARANTINE_HIGH, Severity.WARNING, {}, 0.03, "rate",
         {"rows": 72, "reasons": {"decision missing": 60, "instant unreadable": 12}}),
    ]  # fmt: skip
    for n in range(count):
        rule, severity, scope, value, unit, detail = kinds[n // len(vendors) % len(kinds)]
        yield Finding(
            rule=rule,
            operational_day=day,
            vendor=vendors[n % len(vendors)],
            severity=severity,
            scope=scope | {"queue": f"queue_{n // len(vendors)}"},
            value=value,
            unit=unit,
            threshold=value / 2,
            expected=value / 3 if rule is Rule.KPI_ANOMALY else None,
            detail=detail,
        )


def bench_pure(
    configuration: Configuration, days: Sequence[Sequence[Finding]]
) -> tuple[list[Message], float]:
    """Tell what decisions, wording and rendering take.

    Returns:
        The messages, and the seconds that each took, rendered as the routes say.
    """
    incidents = sum(map(len, days))
    print(f"\n{incidents:,} incidents of {len(days)} days, nothing read or written")
    directory = Directory(configuration.vendors)
    plans: list[Plan] = []
    messages: list[Message] = []

    def decide() -> None:
        for findings in days:
            day = findings[0].operational_day
            now = morning_after(day)
            moves = decide_moves({}, findings, configuration, now)
            planner = Planner(configuration, directory, now)
            plans.append(planner.plan([move.incident for move in moves], Known(day)))

    def compose() -> None:
        vendors = configuration.vendors.values()
        for plan, findings in zip(plans, days, strict=True):
            composer = composer_of(configuration, findings[0].operational_day)
            for thread in plan.threads:
                outside = belongs_to_a_vendor(thread.recipient, vendors)
                reader = Reader(vendor_zone="Asia/Manila" if outside else None)
                messages.append(composer.compose(thread.thread_key, thread.incidents, None, reader))

    took = [row("decide", decide, incidents, "incidents")]
    took.append(row("compose", compose, sum(len(plan.threads) for plan in plans), "messages"))
    rendered: dict[str, float] = {}
    for channel in CHANNELS:

        def render(channel: Any = channel) -> None:  # noqa: ANN401  a literal, as the registry has it
            for message in messages:
                list(parts_of(channel, News(message, TellingReason.OPENED, is_first=True)))

        rendered[channel] = row(f"render {channel}", render, len(messages), "messages")
    by_routes = sum(took) + sum(
        rendered[thread.recipient.channel] / len(messages)
        for plan in plans
        for thread in plan.threads
    )
    every = sum(took) + sum(rendered.values())
    print(
        f"decided, composed, rendered as the routes say {incidents / by_routes:>10,.0f} incidents/s"
    )
    print(
        f"the same, rendered for all {len(CHANNELS)} channels       {incidents / every:>10,.0f} incidents/s"
    )
    return messages, by_routes / len(messages)


def bench_outbox(workspace: Workspace, days: Sequence[Sequence[Finding]], home: str) -> None:
    """Tell what the same takes with everything read and written, and again when nothing moved."""
    print("\nthe same in PostgreSQL, a transaction a day")
    for findings in days:
        with workspace.warehouse.transaction() as connection:
            replace_findings(connection, findings[0].operational_day, "made", "*", findings)

    def raise_all() -> None:
        for findings in days:
            day = findings[0].operational_day
            raise_incidents(workspace, day, morning_after(day), RunType.SCHEDULED)

    incidents = sum(map(len, days))
    row("outbox", raise_all, incidents, "incidents", home)
    (count,) = workspace.warehouse.rows("select count(*) as n from notify.outbox")
    row("outbox, again", raise_all, incidents, "incidents", home)
    print(f"{count['n']:,} rows of the outbox; the second time none was added")


def bench_storm(workspace: Workspace, count: int, home: str) -> None:
    """Tell what happens when everything is found on one day."""
    day = FIRST + timedelta(days=1_000)
    findings = list(findings_of(day, workspace.configuration, count))
    with workspace.warehouse.transaction() as connection:
        replace_findings(connection, day, "made", "*", findings)
    told = "select count(*) as n from notify.outbox"
    (before,) = workspace.warehouse.rows(told)
    row(
        "storm",
        lambda: raise_incidents(workspace, day, morning_after(day), RunType.SCHEDULED),
        count,
        "incidents",
        home,
    )
    (after,) = workspace.warehouse.rows(told)
    print(f"{after['n'] - before['n']} rows of the outbox for {count:,} incidents of one day")


def bench_digests(workspace: Workspace, count: int, home: str) -> None:
    """Tell what one day's digest takes for many audiences."""
    sys.path.insert(0, str(MADE_DAYS))
    made_days = import_module("made_days")
    print(f"\na day of five vendors, four weeks of history, for {count} audiences")
    made_days.write_bad_day(workspace.warehouse)
    audiences = tuple(audiences_of(workspace.configuration, count))
    opened = replace(workspace, configuration=replace(workspace.configuration, audiences=audiences))

    def publish() -> None:
        publish_digest(opened, made_days.DAY, made_days.NOW, run_type=RunType.MANUAL, deliver=True)

    row("digest", publish, count, "digests", home)
    row("digest, again", publish, count, "digests", home)


def audiences_of(configuration: Configuration, count: int) -> Iterator[Audience]:
    """Make audiences, each of other vendors or of another kind: pictures of one scope are drawn once."""
    vendors = sorted(configuration.vendors)
    scopes = [some for size in range(1, len(vendors) + 1) for some in combinations(vendors, size)]
    kinds = ("regional", "policy", "executive", "ops")
    for n in range(count):
        scope, kind = scopes[n % len(scopes)], kinds[n // len(scopes) % len(kinds)]
        yield Audience.model_validate(
            {
                "audience": f"readers_{n}",
                "title": f"Readers {n}",
                "kind": "vendor" if len(scope) == 1 and kind == "regional" else kind,
                "zone": "Asia/Singapore",
                "vendors": scope,
                "email": [f"readers-{n}@harbour.example"],
                "slack_channel": f"C0READERS{n}",
            }
        )


def bench_sending(
    workspace: Workspace, messages: Sequence[Message], seconds_each: float, home: str
) -> None:
    """Send the same texts twice: by Apprise alone, and from the outbox."""
    try:
        apprise = import_module("apprise")
    except ModuleNotFoundError:
        print("\nApprise is not installed: breakwater[apprise]")
        return
    payloads = [
        dict(part.payload)
        for message in messages
        for part in parts_of("apprise", News(message, TellingReason.OPENED, is_first=True))
    ]
    print(f"\n{len(payloads)} texts to an HTTP server in a process of its own")
    with Server() as server:
        address = f"json://127.0.0.1:{server.port}/"
        service = apprise.Apprise(asset=apprise.AppriseAsset(async_mode=False))
        service.add(address)

        def alone() -> None:
            for payload in payloads:
                sent = service.notify(
                    body=payload["body"], title=payload["title"], notify_type=payload["kind"]
                )
                assert sent

        def from_outbox() -> None:
            now = morning_after(FIRST)
            with workspace.warehouse.transaction() as connection:
                for number, payload in enumerate(payloads):
                    enqueue(
                        connection,
                        subject=f"bench/{number}",
                        transition="1-opened",
                        channel="apprise",
                        recipient="bench",
                        thread_key=f"bench/{number}",
                        operation="post",
                        payload=payload,
                        now=now,
                    )
            connection = {"AIRFLOW_CONN_APPRISE_BENCH": json.dumps({"password": address})}
            opened = senders_from_environment(workspace.outbox_folder, connection)
            summary = send_pending(workspace, now, {"apprise": opened["apprise"]}).summary
            assert summary["sent"] == len(payloads), summary

        bare = row("Apprise", alone, len(payloads), "messages")
        ours = row("Breakwater, outbox", from_outbox, len(payloads), "messages", home)
        before = seconds_each * len(payloads) / bare
        print(
            f"to decide, compose and render a message: {before:.2f} x what Apprise takes to send it"
        )
        print(f"to send it from the outbox, so that no kill loses it: {ours / bare:.2f} x")
        assert server.taken() == 2 * len(payloads)


class Server:
    """Takes whatever is posted, in a process of its own."""

    def __enter__(self) -> Self:
        """Start it."""
        command = [sys.executable, __file__, "--serve"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        self.port = int(self.process.stdout.readline())
        return self

    def taken(self) -> int:
        """End it; return how many requests it took."""
        return int(self.process.communicate("end\n", timeout=30)[0])

    def __exit__(self, *_: object) -> None:
        """See that it is ended."""
        self.process.kill()
        self.process.wait()


def serve() -> None:
    """Be that process: print the port, answer until a line comes in, print how many there were."""
    taken: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            taken.append(1)
            self.send_response_only(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.readline()
    print(len(taken), flush=True)


def composer_of(configuration: Configuration, day: date) -> Composer:
    """Return what composes the messages of a day on which every vendor reported."""
    vendors = configuration.vendors
    coverage = Coverage(
        day=day,
        zone=configuration.operations.zone,
        delivered=dict.fromkeys(vendors, morning_after(day)),
        names={name: contract.name for name, contract in vendors.items()},
    )
    return Composer(Naming(configuration), coverage, configuration.operations.runbooks)


def morning_after(day: date) -> datetime:
    """Return when a day's incidents are told."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + MORNING


def row(
    name: str, work: Callable[[], object], count: int, unit: str, home: str | None = None
) -> float:
    """Do it once, print what it took, return the seconds."""
    servers = server_seconds(home) if home else 0.0
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    in_server = f" + {server_seconds(home) - servers:5.2f} PostgreSQL" if home else ""
    print(
        f"{name:22}{count:>7,} {unit:10}{wall:8.2f} s{cpu:8.2f} CPU{in_server:19}"
        f"{count / wall:>10,.0f}/s{1e3 * wall / count:>9.2f} ms each",
        flush=True,
    )
    return wall


if __name__ == "__main__":
    if sys.argv[1:] == ["--serve"]:
        serve()
    else:
        sys.exit(main())
