"""Pools: one for each scarce thing. Whoever prepares Airflow's database creates all of them."""

VENDOR_FEEDS = "vendor_feeds"
"""Sessions with vendors' file stores, some of which allow only a few at a time."""

WAREHOUSE = "warehouse"
"""Tasks that hold warehouse connections and an engine's memory at once."""

POOLS: dict[str, tuple[int, str]] = {
    VENDOR_FEEDS: (4, "Sessions with the places where vendors leave their exports"),
    WAREHOUSE: (4, "Tasks that hold a warehouse connection and an engine's memory"),
}
"""Every pool the Dags name: slots and what they stand for."""
