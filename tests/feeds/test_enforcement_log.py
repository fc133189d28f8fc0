"""Our own log: the right slice, spelled the same every time, streamed."""

import gzip
import tracemalloc
from pathlib import Path

from vendor_exports import DAY, log_action

from breakwater.contracts.operations import EnforcementLog
from breakwater.core.days import Window
from breakwater.feeds.enforcement_log import copy_slice
from breakwater.warehouse.workspace import Workspace

SETTINGS = EnforcementLog()


def slice_of(workspace: Workspace, target: Path, *, edge: int = 0) -> list[str]:
    """Return the lines of the slice of the tests' day, without the header."""
    window = workspace.window(DAY).widened(edge) if edge else workspace.window(DAY)
    rows = copy_slice(workspace.enforcement_log, SETTINGS, "acme", window, target)
    lines = gzip.decompress(target.read_bytes()).decode().splitlines()[1:]
    assert rows == len(lines)
    return lines


def test_the_slice_is_the_vendors_half_open_window(acme: Workspace, tmp_path: Path) -> None:
    """The operational day of Singapore runs from 16:00 to 16:00 UTC."""
    log = acme.enforcement_log
    log_action(log, "before", "2026-11-02 15:59:59+00")
    log_action(log, "first", "2026-11-02 16:00:00+00")
    log_action(log, "last", "2026-11-03 15:59:59.999+00")
    log_action(log, "after", "2026-11-03 16:00:00+00")
    log_action(log, "other", "2026-11-03 12:00:00+00", vendor="somebody")
    target = tmp_path / "slice"
    assert [line.split(",")[0] for line in slice_of(acme, target)] == ["first", "last"]
    widened = slice_of(acme, target, edge=1)
    assert [line.split(",")[0] for line in widened] == ["after", "before", "first", "last"]


def test_instants_are_whole_utc_seconds_and_never_is_empty(acme: Workspace, tmp_path: Path) -> None:
    """Fractions are cut, `infinity` is how some logs write "never"."""
    decided = "2026-11-03 12:00:00.9+00"
    log_action(acme.enforcement_log, "a", decided, enforced_at="infinity", policy=None)
    [line] = slice_of(acme, tmp_path / "slice")
    # 2026-11-03 12:00 UTC is 1 793 707 200.
    assert line == "a,riga,spam,,en,C-1,I-1,remove,executed,review,1793707200,"


def test_text_of_any_kind_comes_through_and_empty_is_not_null(
    acme: Workspace, tmp_path: Path
) -> None:
    """Quotes, commas, line feeds and statements are values."""
    item = "x\",'; drop table platform.enforcement_log; --"
    log_action(acme.enforcement_log, "a", "2026-11-03 12:00+00", item_id=item, site="")
    [line] = slice_of(acme, tmp_path / "slice")
    assert '"x"",\'; drop table platform.enforcement_log; --"' in line
    assert line.startswith('a,"",spam')


def test_equal_rows_give_equal_bytes_in_whatever_order_they_were_written(
    acme: Workspace, tmp_path: Path
) -> None:
    """So the hash of a slice says whether the log has changed."""
    log, contents = acme.enforcement_log, []
    for order in (("b", "a", "C"), ("C", "b", "a")):
        with log.transaction() as connection:
            connection.execute("truncate platform.enforcement_log")
        for action_id in order:
            log_action(log, action_id, "2026-11-03 12:00+00")
        slice_of(acme, tmp_path / "slice")
        contents.append((tmp_path / "slice").read_bytes())
    assert contents[0] == contents[1]


def test_names_of_tables_and_columns_come_from_the_settings(
    acme: Workspace, tmp_path: Path
) -> None:
    """An operation reads its own log as it is."""
    log_action(acme.enforcement_log, "a", "2026-11-03 12:00+00")
    with acme.enforcement_log.transaction() as connection:
        connection.execute("alter table platform.enforcement_log rename to actions")
        connection.execute("alter table platform.actions rename column item_id to content")
    settings = EnforcementLog(table="platform.actions", item_id="content")
    window = acme.window(DAY)
    assert copy_slice(acme.enforcement_log, settings, "acme", window, tmp_path / "slice") == 1


def test_memory_does_not_grow_with_the_slice(acme: Workspace, tmp_path: Path) -> None:
    """Forty megabytes of log pass through a few of memory."""
    with acme.enforcement_log.transaction() as connection:
        connection.execute(
            "insert into platform.enforcement_log select n::text, 'acme', 's', 'q', null, 'en',"
            " null, repeat('i', 1000), 'remove', '2026-11-03 12:00+00', null, 'executed', 'review'"
            " from generate_series(1, 40000) n"
        )
    tracemalloc.start()
    rows = copy_slice(
        acme.enforcement_log,
        SETTINGS,
        "acme",
        Window(1_793_635_200, 1_793_721_600),
        tmp_path / "slice",
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows == 40_000
    assert peak < 4_000_000
