"""Migrations go forward, once, and never change under our feet."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from breakwater.warehouse.database import Database
from breakwater.warehouse.embedded import EmbeddedPostgreSQL
from breakwater.warehouse.migrate import MIGRATIONS, MigrationError, migrate


@pytest.fixture
def empty(server: EmbeddedPostgreSQL) -> Iterator[Database]:
    """Make a database that nothing was migrated in."""
    yield Database(server.ensure_database("never_migrated"))
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("drop database never_migrated with (force)")


def test_a_second_run_applies_nothing(warehouse: Database) -> None:
    """The template is migrated already."""
    assert migrate(warehouse) == []


def test_every_migration_has_a_number_of_its_own() -> None:
    """Of two with one number, which comes first would be an accident of their names."""
    numbers = [path.name[:4] for path in MIGRATIONS.glob("*.sql")]
    assert sorted(numbers) == sorted(set(numbers))


def test_a_new_file_is_applied_alone(warehouse: Database, tmp_path: Path) -> None:
    """Files are applied by name, each once."""
    (tmp_path / "0001_first.sql").write_text("create table public.first (n int);")
    (tmp_path / "notes.sql").write_text("not a migration")
    assert migrate(warehouse, tmp_path) == ["0001_first.sql"]
    (tmp_path / "0002_second.sql").write_text("create table public.second (n int);")
    assert migrate(warehouse, tmp_path) == ["0002_second.sql"]


def test_a_changed_file_is_refused(warehouse: Database, tmp_path: Path) -> None:
    """What ran in production is history."""
    file = tmp_path / "0001_first.sql"
    file.write_text("create table public.first (n int);")
    migrate(warehouse, tmp_path)
    file.write_text("create table public.first (n bigint);")
    with pytest.raises(MigrationError, match="0001_first"):
        migrate(warehouse, tmp_path)


def test_a_file_that_fails_leaves_nothing_behind(warehouse: Database, tmp_path: Path) -> None:
    """All files of one run are applied, or none."""
    (tmp_path / "0001_first.sql").write_text("create table public.first (n int);")
    (tmp_path / "0002_broken.sql").write_text("create table;")
    with pytest.raises(Exception, match="syntax error"):
        migrate(warehouse, tmp_path)
    assert warehouse.rows("select to_regclass('public.first') as found")[0]["found"] is None


def test_what_was_landed_before_is_what_was_delivered(empty: Database, tmp_path: Path) -> None:
    """The first late row of an upgraded installation finds the deliveries of its day."""
    files = sorted(MIGRATIONS.glob("*.sql"))
    assert files[3].name.startswith("0004_")
    for file in files[:3]:
        shutil.copy(file, tmp_path)
    migrate(empty, tmp_path)
    partitions = [
        # table, operational day, delivered day, superseded at
        ("case_event", "2026-11-03", "2026-11-03", "2026-11-05"),
        ("case_event", "2026-11-03", "2026-11-03", None),
        ("case_event", "2026-11-03", "2026-11-04", None),
        ("case_event", "2026-11-04", "2026-11-04", None),
        ("enforcement_action", "2026-11-04", "2026-11-04", None),
    ]
    with empty.transaction() as connection:
        for number, (table, day, delivered, superseded) in enumerate(partitions):
            connection.execute(
                "insert into lake.partition (table_name, operational_day, vendor, delivered_day,"
                " path, row_count, sha256, current_from, superseded_at)"
                " values (%s, %s, 'acme', %s, %s, %s, %s, '2026-11-05', %s)",
                [table, day, delivered, f"file {number}", number, f"{number:064}", superseded],
            )
    for file in files[3:]:
        shutil.copy(file, tmp_path)
    migrate(empty, tmp_path)
    current = empty.rows(
        "select table_name, operational_day::text as day, delivered_day::text as delivered, path,"
        " row_count, sha256 = lpad(row_count::text, 64, '0') as same,"
        " current_from = '2026-11-05' as since from lake.partition where superseded_at is null"
        " order by table_name, operational_day, delivered_day"
    )
    assert [tuple(row.values()) for row in current] == [
        ("case_delivery", "2026-11-03", "2026-11-03", "file 1", 1, True, True),
        ("case_delivery", "2026-11-03", "2026-11-04", "file 2", 2, True, True),
        ("case_delivery", "2026-11-04", "2026-11-04", "file 3", 3, True, True),
        ("case_event", "2026-11-03", "2026-11-03", "file 1", 1, True, True),
        ("case_event", "2026-11-04", "2026-11-04", "file 3", 3, True, True),
        ("enforcement_action", "2026-11-04", "2026-11-04", "file 4", 4, True, True),
    ]
    [kept] = empty.rows("select count(*) as rows from lake.partition where path = 'file 2'")
    assert kept["rows"] == 2
