"""Commands of the demo: simulate an operation, play its days, end what was left running."""

from datetime import date, timedelta
from pathlib import Path

import click

from breakwater.cli.arguments import DAY, now
from breakwater.core.days import operational_day_of, utc_seconds
from breakwater.warehouse.workspace import HOME, open_workspace


@click.command()
@click.option("--days", type=click.IntRange(min=1), default=42, show_default=True)
@click.option("--cases-per-day", type=click.IntRange(min=1), default=2_000, show_default=True)
@click.option("--seed", type=int, default=7, show_default=True)
@click.option("--out", help="URI of the vendors' folders; the installation's when absent.")
@click.option("--first-day", type=DAY, help="So that the last day is yesterday when absent.")
@click.option("--truth", type=click.Path(path_type=Path), default=HOME / "truth.json")
def simulate(
    *,
    days: int,
    cases_per_day: int,
    seed: int,
    out: str | None,
    first_day: date | None,
    truth: Path,
) -> None:
    """Simulate vendors, queues and agents; plant faults and write down which."""
    from breakwater.demo.simulator.simulate import simulate as play

    workspace = open_workspace()
    zone = workspace.configuration.operations.zone_info
    today = operational_day_of(utc_seconds(now()), zone)
    truth.parent.mkdir(parents=True, exist_ok=True)
    summary = play(
        workspace.configuration,
        first_day=first_day or today - timedelta(days=days),
        days=days,
        cases_per_day=cases_per_day,
        seed=seed,
        out=out or workspace.exports,
        enforcement_log=workspace.enforcement_log,
        truth_file=truth,
    )
    click.echo(summary)


@click.group()
def demo() -> None:
    """Play the main job from an empty folder, with Airflow and local mail and chat."""


@demo.command()
@click.option("--days", type=click.IntRange(min=15), default=42, show_default=True)
@click.option("--cases-per-day", type=click.IntRange(min=100), default=2_000, show_default=True)
@click.option("--seed", type=int, default=7, show_default=True)
@click.option("--home", type=click.Path(path_type=Path), default=HOME, show_default=".local")
@click.option("--pictures", type=click.Path(path_type=Path), help="Also take the README's here.")
def run(days: int, cases_per_day: int, seed: int, home: Path, pictures: Path | None) -> None:
    """Simulate, close history, backfill the last week through Airflow, tell what was found."""
    from breakwater.demo.play import play

    play(home, days=days, cases_per_day=cases_per_day, seed=seed, now=now(), pictures=pictures)


@demo.command()
@click.option("--home", type=click.Path(path_type=Path), default=HOME, show_default=".local")
def stop(home: Path) -> None:
    """End everything that `demo run` left running."""
    from breakwater.demo.stack import stop_stack

    for name in stop_stack(home):
        click.echo(f"ended {name}")
