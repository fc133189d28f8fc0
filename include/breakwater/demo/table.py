"""What the demo prints at its end."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from breakwater.demo.found import Comparison
from breakwater.demo.keepsakes import Keepsakes
from breakwater.demo.stack import Stack


def found_table(lines: Sequence[Comparison]) -> Table:
    """Set what was found beside what was planted."""
    table = Table("what", title="Found against planted", title_justify="left")
    table.add_column("planted", justify="right")
    table.add_column("found", justify="right")
    table.add_column("")
    for line in lines:
        planted = "" if line.planted is None else f"{line.planted:,}"
        table.add_row(line.what, planted, f"{line.found:,}", _verdict(line))
    return table


def _verdict(line: Comparison) -> Text:
    if line.is_exact is None:
        return Text("")
    if line.is_judgement:
        return Text("✓ found", "green") if line.is_exact else Text("– not found", "yellow")
    return Text("✗ differ", "bold red") if line.is_wrong else Text("✓ the same ones", "green")


def where_to_look(stack: Stack, keepsakes: Keepsakes) -> Text:
    """Say what to open in a browser; a line may be long, an address is never cut."""
    places = {
        "Airflow": f"{stack.url}/dags/close_day",
        "  log in": f"user {stack.user}, password {stack.password}",
        "digest": keepsakes.digest.as_uri(),
        "its picture": keepsakes.picture.as_uri(),
        "mail": str(keepsakes.mail),
        "chat": keepsakes.chat.as_uri(),
        "to end it all": "make stop",
    }
    width = max(map(len, places))
    lines = (f"  {name:<{width}}  {place}" for name, place in places.items())
    return Text("\n".join(["Where to look", *lines]))
