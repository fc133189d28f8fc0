"""Names of people and of things as keyed pseudonyms, which nobody can turn back without the key."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import pyarrow as pa

from breakwater.contracts.shape import columns_of
from breakwater.contracts.vendor import VendorContract


@dataclass(frozen=True, slots=True)
class Kind:
    """What a pseudonym stands for: its first letter, and how many characters of base 32 follow."""

    prefix: str
    characters: int


AGENT = Kind("A", 10)
"""50 bits, so that ten thousand reviewers share none."""

CASE, ITEM, OTHER = Kind("C", 20), Kind("I", 20), Kind("P", 20)
"""100 bits: there are millions of cases and items."""


def pseudonyms(names: pa.Array, vendor: str, key: bytes, kind: Kind) -> pa.Array:
    """Replace names by keyed pseudonyms such as ``A-7F3KQ2MZXA``.

    The same name gives the same pseudonym at one vendor, and nobody can tell the name from it
    without the key.
    """
    encoded = names.dictionary_encode()
    replaced: list[str | None] = []
    for name in encoded.dictionary.to_pylist():
        if name is None:
            replaced.append(None)
            continue
        digest = hmac.digest(key, f"{vendor}\0{name}".encode(), hashlib.sha256)
        replaced.append(f"{kind.prefix}-{base64.b32encode(digest).decode()[: kind.characters]}")
    return pa.array(replaced, pa.string()).take(encoded.indices)


def replacements(
    contract: VendorContract, key: bytes
) -> Mapping[str, Callable[[pa.Array], pa.Array]]:
    """Return what the contract's pseudonymised columns are replaced by.

    A column that only tells the agent is none of them: agents are pseudonyms in any case.
    """
    columns = contract.columns
    only_agent = {columns.agent} - {
        name
        for field, named in columns.model_dump(exclude={"agent"}, exclude_none=True).items()
        for name in columns_of(named)
        if field
    }
    kinds = {
        **dict.fromkeys(columns_of(columns.item_id), ITEM),
        **dict.fromkeys(columns_of(columns.case_id), CASE),
    }
    return {
        name: partial(_of, contract.vendor, key, kinds.get(name, OTHER))
        for name in contract.personal.pseudonymise
        if name not in only_agent
    }


def _of(vendor: str, key: bytes, kind: Kind, names: pa.Array) -> pa.Array:
    return pseudonyms(names, vendor, key, kind)
