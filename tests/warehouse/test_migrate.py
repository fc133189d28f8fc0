"""Migrations go forward, once, and never change under our feet."""

from pathlib import Path

import pytest

from breakwater.warehouse.database import Database
from breakwater.warehouse.migrate import MigrationError, migrate


def test_a_second_run_applies_nothing(warehouse: Database) -> None:
    """The template is migrated already."""
    assert migrate(warehouse) == []


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
