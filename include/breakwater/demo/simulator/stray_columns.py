"""What vendors send beyond the contract: people's addresses, links to media, free text.

Landing must not let any of it through; some notes are written to do harm wherever they are shown.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from breakwater.demo.simulator.export_rows import Maker, Rows
from breakwater.demo.simulator.names import item_ids

HOSTILE_NOTES = (
    "{{ conn.warehouse.password }}",
    "=cmd|'/C calc'!A0",
    "<!channel> please look",
    "<script>alert(1)</script>",
    "'); drop table cases; --",
)
NOTE_EVERY = 97
"""One case in so many carries a note."""


def _mail_address(rows: Rows) -> pa.Array:
    name = pc.utf8_lower(rows.agents())
    return pc.binary_join_element_wise(name, f"{rows.model.vendor}.example", "@")


def _link(rows: Rows) -> pa.Array:
    return pc.binary_join_element_wise(
        "https://media.harbour.example/item", item_ids(rows.model, rows.cases.number), "/"
    )


def _note(rows: Rows) -> pa.Array:
    number = rows.cases.number
    which = np.where(number % NOTE_EVERY == 0, number // NOTE_EVERY % len(HOSTILE_NOTES), -1)
    return rows.words(HOSTILE_NOTES, which)


STRAY_COLUMNS: Mapping[str, Mapping[str, Maker]] = {
    "pearlline": {"Agent E-mail": _mail_address, "Notes": _note},
    "dekkan": {"asset_url": _link, "remarks": _note},
    "karavan": {"remarque": _note},
    "baltica": {"E-pasts": _mail_address, "Piezīmes": _note},
    "andeska": {"url": _link, "nota": _note},
}
