"""Reading and checking exports: Breakwater, pandas with pandera, and bare readers.

    .venv/bin/python bench/landing.py [rows] [format ...]      default: 100000, all formats

Each contender runs in a process of its own on the same file and prints seconds, CPU seconds and the
peak of its resident memory; then the ratios to Breakwater. Nothing is asserted about time. That
Breakwater and pandera refuse the same rows is asserted.

``breakwater``  every row read, mapped to our words and checked; bad rows in quarantine with all of
                their reasons, the others on the local disk, ready to land.
``landing``     the same and on to the partitions of the lake, one row an event, ordered.
``pandera``     ``pandas.read_*`` as text, instants and numbers parsed, codes mapped, and the same
                checks as a lazily validated schema; bad rows are taken out.
``pandas``, ``polars``, ``duckdb``  bare readers: nothing is checked. pandas uses its pyarrow engine
                where it has one.

CSV is written with quotes around nothing, and around every cell.

At the end, the peak of memory at a quarter of the rows beside that of all of them.
"""

import gzip
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from breakwater.contracts.loading import load_configuration
from breakwater.contracts.tables import CASE_EVENT
from breakwater.contracts.vendor import VendorContract
from breakwater.core.days import Window
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.engine.parquet import write_batches
from breakwater.landing.books import vendor_book
from breakwater.landing.mapping.terms import Terms
from breakwater.landing.publishing.spill import spilling
from breakwater.landing.quarantine.corrections import Corrections
from breakwater.landing.read_book import FileReader
from breakwater.warehouse.file_ledger import ReceivedFile

DAY = date(2026, 3, 2)
XLSX_ROWS = 200_000
"""A sheet holds at most a million rows, and is loaded as a whole by everybody."""

FORMATS: dict[str, dict[str, Any]] = {
    "csv.gz": {"kind": "csv", "compression": "gzip"},
    "quoted.csv.gz": {"kind": "csv", "compression": "gzip"},
    "jsonl": {"kind": "jsonl"},
    "parquet": {"kind": "parquet"},
    "xlsx": {"kind": "xlsx", "sheet": "Export"},
}
BARE = {
    "csv.gz": ("pandas", "polars", "duckdb"),
    "quoted.csv.gz": ("pandas", "polars", "duckdb"),
    "jsonl": ("pandas", "polars", "duckdb"),
    "parquet": ("pandas", "polars", "duckdb"),
    "xlsx": ("pandas",),
}
INSTANTS = ("received", "queued", "assigned", "decided")
CODES = {
    "queue": {"H": "hate", "S": "spam", "A": "adult"},
    "policy": {"HT": "hate", "SP": "spam", "AD": "adult"},
    "language": {"EN": "en", "PT": "pt-BR", "ID": "id"},
    "priority": {"1": "p1", "2": "p2", "3": "p3", "4": "p4"},
    "decision": {"KEEP": "no_action", "DROP": "remove", "TAG": "label"},
}
FORM = "%d.%m.%Y %H:%M:%S"


def generate(rows: int, form: str, file: Path) -> None:
    """Write an export of which one row in 200 breaks the contract, each in one of five ways."""
    connection = duckdb.connect(config={"threads": 2})
    table = connection.sql(
        f"""select 'C' || (1000000 + x) as "case", 'I' || hash(x) as item,
        ['H', 'S', 'A'][1 + cast(hash(x + 1) % 3 as int)] as queue,
        ['HT', 'SP', 'AD'][1 + cast(hash(x + 2) % 3 as int)] as policy,
        ['EN', 'PT', 'ID'][1 + cast(hash(x + 3) % 3 as int)] as language,
        cast(1 + hash(x + 4) % 4 as text) as priority,
        case when bad = 1 then '' else ['KEEP', 'DROP', 'TAG'][1 + cast(hash(x + 5) % 3 as int)] end
            as decision,
        'agent.' || hash(x + 6) % 400 as agent,
        case when bad = 2 then '-5' else cast(10 + hash(x + 7) % 900 as text) end as seconds,
        case when bad = 3 then '31.02.2026 00:00:00' else strftime(t, '{FORM}') end as received,
        strftime(t + interval 5 second, '{FORM}') as queued,
        strftime(t + to_seconds(cast(60 + hash(x + 8) % 600 as bigint)), '{FORM}') as assigned,
        case when bad = 4 then strftime(t - interval 1 hour, '{FORM}')
            else strftime(t + to_seconds(cast(900 + hash(x + 9) % 900 as bigint)), '{FORM}') end
            as decided,
        case when bad = 5 then 'C' || chr(7) || '7' else 'tier ' || hash(x + 10) % 3 end as tier
        from (select x, timestamp '2026-03-02 01:00:00'
            + to_seconds(cast(hash(x + 11) % 70000 as bigint)) as t,
            case when hash(x + 12) % 200 = 0 then 1 + cast(hash(x + 13) % 5 as int) else 0 end as bad
            from range({rows}) r(x)) drawn"""
    ).to_arrow_table()
    if form == "parquet":
        pq.write_table(table, file)
    elif form == "xlsx":
        _write_xlsx(table, file)
    elif form == "jsonl":
        with file.open("w", encoding="utf-8") as lines:
            for batch in table.to_batches(max_chunksize=50_000):
                lines.writelines(json.dumps(row) + "\n" for row in batch.to_pylist())
    else:
        with gzip.open(file, "wb", compresslevel=6) as stream:
            style = "all_valid" if form == "quoted.csv.gz" else "none"
            pyarrow.csv.write_csv(table, stream, pyarrow.csv.WriteOptions(quoting_style=style))


def _write_xlsx(table: pa.Table, file: Path) -> None:
    import xlsxwriter  # noqa: PLC0415  only here

    workbook = xlsxwriter.Workbook(str(file), {"constant_memory": True})
    sheet = workbook.add_worksheet("Export")
    sheet.write_row(0, 0, table.column_names)
    number = 1
    for batch in table.to_batches(max_chunksize=50_000):
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            sheet.write_row(number, 0, row)
            number += 1
    workbook.close()


def contract(form: str) -> VendorContract:
    """Return what the export promises."""
    return VendorContract.model_validate(
        {
            "vendor": "bench",
            "name": "Bench",
            "region": "apac",
            "source": {"kind": "folder", "uri": "{exports}", "pattern": "{day:%Y%m%d}*"},
            "delivery": {"deadline": "06:00", "zone": "UTC"},
            "format": FORMATS[form],
            "shape": {"kind": "case", "instants": {name: [name] for name in INSTANTS}},
            "columns": {
                "case_id": "case",
                "item_id": "item",
                **{name: name for name in CODES},
                "agent": "agent",
                "handle_seconds": "seconds",
                "escalated_to": "tier",
            },
            "times": {"zone": "Asia/Manila", "formats": [FORM]},
            "codes": {
                "queues": CODES["queue"],
                "policies": CODES["policy"],
                "languages": CODES["language"],
                "priorities": CODES["priority"],
                "decisions": CODES["decision"],
            },
            "calendars": {"default": {"zone": "UTC", "weekly": {"mon": ["09:00-17:00"]}}},
        }
    )


def run_breakwater(file: Path, form: str, *, lands: bool = False) -> dict[str, int]:
    """Run the product as the stage does, without the warehouse."""
    terms = _terms(form)
    received = ReceivedFile(
        "vendor", file.name, "0" * 64, 0, "", None, datetime(2026, 3, 3, tzinfo=UTC), is_late=False
    )
    with tempfile.TemporaryDirectory() as name, spilling(Path(name) / "records") as spill:
        scratch = Path(name)
        reader = FileReader(
            terms, Corrections({}), spill, scratch, lambda _: _linked(file, scratch / "export")
        )
        if not lands:
            read = reader.read(0, received, may_be_empty=False)
            return {"rows": read.total.landed_rows, "refused": read.refused.count}
        settings = terms.operations.engine
        with closing(DuckDBEngine(settings.memory_limit, settings.threads)) as engine:
            book = vendor_book(reader, engine, [received])
            for rows in book.parts.values():
                write_batches(rows, CASE_EVENT, scratch / "case_event.parquet")
        return {"rows": book.sum_of("landed_rows"), "refused": book.sum_of("quarantined_rows")}


def _linked(file: Path, link: Path) -> Path:
    link.symlink_to(file)
    return link


def _terms(form: str) -> Terms:
    operations = load_configuration().operations
    window = Window.for_operational_day(DAY, operations.zone_info)
    return Terms(contract(form), operations, DAY, window, None, b"key of the benchmark")


def run_pandera(file: Path, form: str) -> dict[str, int]:
    """Do the same with a data frame and a schema."""
    import pandas as pd
    import pandera.pandas as pandera  # noqa: PLC0415  measured with the rest

    frame = {
        "csv.gz": lambda: pd.read_csv(file, dtype=str, keep_default_na=False),
        "jsonl": lambda: pd.read_json(file, lines=True, dtype=False, convert_dates=False),
        "parquet": lambda: pd.read_parquet(file),
        "xlsx": lambda: pd.read_excel(file, dtype=str, engine="calamine", keep_default_na=False),
    }[form.removeprefix("quoted.")]().astype(str)
    frame = frame.apply(lambda column: column.str.strip()).replace("", None)
    for name in INSTANTS:
        local = pd.to_datetime(frame[name], format=FORM, errors="coerce")
        frame[name] = local.dt.tz_localize("Asia/Manila").dt.tz_convert("UTC")
    frame["seconds"] = pd.to_numeric(frame["seconds"], errors="coerce")
    for name, codes in CODES.items():
        frame[name] = frame[name].map(codes)
    end = pd.Timestamp(_terms(form).window.end, unit="s", tz="UTC")
    clean = pandera.Check(lambda cells: ~cells.str.contains(r"[\x00-\x1f\x7f-\x9f]", regex=True))
    short = pandera.Check(lambda cells: cells.str.len() <= 300)  # noqa: PLR2004  as the product
    text = pandera.Column(str, [clean, short], nullable=False)
    known = {n: pandera.Column(str, pandera.Check.isin(list(c.values()))) for n, c in CODES.items()}
    instant = pandera.Column("datetime64[ns, UTC]", pandera.Check.lt(end), coerce=True)
    schema = pandera.DataFrameSchema(
        {
            **dict.fromkeys(("case", "item", "agent", "tier"), text),
            **known,
            **dict.fromkeys(INSTANTS, instant),
            "seconds": pandera.Column(float, pandera.Check.ge(0), coerce=True),
        },
        checks=[
            pandera.Check(lambda rows, name=name: ~(rows[name] < rows["received"]), name=name)
            for name in INSTANTS[1:]
        ],
    )
    try:
        schema.validate(frame, lazy=True)
        bad = 0
    except pandera.errors.SchemaErrors as errors:
        rows = errors.failure_cases["index"].dropna().unique()
        frame, bad = frame.drop(index=rows), len(rows)
    return {"rows": len(frame), "refused": bad}


def run_pandas(file: Path, form: str) -> dict[str, int]:
    """Read, and nothing else."""
    import pandas as pd

    frame = {
        "csv.gz": lambda: pd.read_csv(file, engine="pyarrow", dtype_backend="pyarrow"),
        "jsonl": lambda: pd.read_json(file, lines=True, engine="pyarrow", dtype_backend="pyarrow"),
        "parquet": lambda: pd.read_parquet(file, dtype_backend="pyarrow"),
        "xlsx": lambda: pd.read_excel(file, engine="calamine"),
    }[form.removeprefix("quoted.")]()
    return {"read": len(frame)}


def run_polars(file: Path, form: str) -> dict[str, int]:
    """Read, and nothing else."""
    import polars as pl  # noqa: PLC0415  measured with the rest

    frame = {
        "csv.gz": lambda: pl.read_csv(file),
        "jsonl": lambda: pl.read_ndjson(file),
        "parquet": lambda: pl.read_parquet(file),
    }[form.removeprefix("quoted.")]()
    return {"read": frame.height}


def run_duckdb(file: Path, form: str) -> dict[str, int]:
    """Read, and nothing else."""
    read = {"csv.gz": "read_csv", "jsonl": "read_json", "parquet": "read_parquet"}[
        form.removeprefix("quoted.")
    ]
    connection = duckdb.connect(config={"threads": 2})
    return {"read": connection.sql(f"select * from {read}('{file}')").to_arrow_table().num_rows}


WORK: dict[str, Callable[[Path, str], dict[str, int]]] = {
    "breakwater": run_breakwater,
    "landing": lambda file, form: run_breakwater(file, form, lands=True),
    "pandera": run_pandera,
    "pandas": run_pandas,
    "polars": run_polars,
    "duckdb": run_duckdb,
}


def main(rows: int, forms: list[str]) -> None:
    """Run every contender on every format, then Breakwater on a quarter of the rows."""
    for form in forms:
        count = min(rows, XLSX_ROWS) if form == "xlsx" else rows
        with tempfile.TemporaryDirectory(prefix="breakwater-bench-") as name:
            file, part = Path(name) / f"export.{form}", Path(name) / f"quarter.{form}"
            generate(count, form, file)
            print(f"{form}, {count:,} rows, {file.stat().st_size / 1e6:,.0f} MB")
            contenders = ("breakwater", "landing", "pandera", *BARE[form])
            measured = {each: measure(each, file, form) for each in contenders}
            compare(measured)
            generate(count // 4, form, part)
            quarter = {each: measure(each, part, form) for each in ("breakwater", "landing")}
            for each, smaller in quarter.items():
                before, after = float(smaller["peak_mb"]), float(measured[each]["peak_mb"])
                print(f"  memory of {each} at four times the rows: {after / before:.2f}×")
            print()


def measure(contender: str, file: Path, form: str) -> dict[str, Any]:
    """Run one contender in a process of its own."""
    command = [sys.executable, __file__, "--run", contender, str(file), form]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(
        f"  {contender:<11} {result['seconds']:8.2f} s   {result['cpu']:8.2f} s CPU"
        f"   {result['peak_mb']:8,.0f} MB   {result['found']}",
        flush=True,
    )
    return result


def compare(measured: dict[str, dict[str, Any]]) -> None:
    """Print ratios to Breakwater, and hold the refused rows against each other."""
    ours = measured["breakwater"]
    for contender, theirs in measured.items():
        if contender == "breakwater":
            continue
        ratios = "   ".join(
            f"{name} {float(theirs[key]) / float(ours[key]):.2f}×"
            for name, key in (("time", "seconds"), ("CPU", "cpu"), ("memory", "peak_mb"))
        )
        print(f"  {contender} : breakwater   {ratios}")
        if "refused" in theirs["found"]:
            assert theirs["found"] == ours["found"], (theirs["found"], ours["found"])


def run(contender: str, file: Path, form: str) -> None:
    """Run one contender here and print what it took as JSON."""
    start, cpu = time.perf_counter(), time.process_time()
    found = WORK[contender](file, form)
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - start,
                "cpu": time.process_time() - cpu,
                "peak_mb": _peak_mb(),
                "found": found,
            }
        )
    )


def _peak_mb() -> float:
    """Return the peak of this program alone; what `getrusage` tells begins with its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    [line] = [each for each in status.splitlines() if each.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        run(sys.argv[2], Path(sys.argv[3]), sys.argv[4])
    else:
        numbers = [int(each) for each in sys.argv[1:] if each.isdecimal()]
        named = [each for each in sys.argv[1:] if each in FORMATS]
        main(numbers[0] if numbers else 100_000, named or list(FORMATS))
