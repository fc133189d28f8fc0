"""What a stage left in a finding's detail, read with care: it comes back from JSON."""

from collections.abc import Mapping

Detail = Mapping[str, object]


def number_in(detail: Detail, key: str) -> float | None:
    """Return a number; None where there is none."""
    value = detail.get(key)
    return value if isinstance(value, (int, float)) else None


def mappings_in(detail: Detail, key: str) -> list[Detail]:
    """Return the mappings of a list; none where there is no list."""
    values = detail.get(key)
    return (
        [each for each in values if isinstance(each, Mapping)]
        if isinstance(values, list | tuple)
        else []
    )
