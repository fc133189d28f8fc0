"""What is suggested for a vendor-day is kept as a whole, and read back the likest first."""

from datetime import date

from breakwater.reconcile.suggestions import Suggestion, replace_suggestions, suggestions_of
from breakwater.warehouse.database import Database

DAY, NEXT = date(2026, 3, 2), date(2026, 3, 3)
# In the order of bytes, "B" comes before "a".
LIKE = [
    Suggestion("v9", "a1", 1.0, "item_id", "items"),
    Suggestion("B", "a1", 0.9, "record_key", "keys"),
    Suggestion("a", "Z", 0.9, "record_key", "keys"),
    Suggestion("a", "b", 0.9, "record_key", "keys"),
    Suggestion("0", "a1", 0.86, "record_key", "keys"),
]
OTHER = [Suggestion("v1", "a1", 0.95, "record_key", "keys")]


def test_suggestions_of_a_vendor_day_are_replaced_and_no_others(warehouse: Database) -> None:
    """Kept in any order, told by score and then by the bytes of both ids; other days stay."""
    with warehouse.transaction() as connection:
        replace_suggestions(connection, "pearlline", DAY, OTHER)
        replace_suggestions(connection, "pearlline", NEXT, OTHER)
        replace_suggestions(connection, "harbor", DAY, OTHER)
        replace_suggestions(connection, "pearlline", DAY, reversed(LIKE))
    with warehouse.transaction() as connection:
        assert suggestions_of(connection, "pearlline", DAY) == LIKE
        assert suggestions_of(connection, "pearlline", NEXT) == OTHER
        assert suggestions_of(connection, "harbor", DAY) == OTHER
        replace_suggestions(connection, "pearlline", DAY, ())
        assert suggestions_of(connection, "pearlline", DAY) == []
        assert suggestions_of(connection, "harbor", DAY) == OTHER
