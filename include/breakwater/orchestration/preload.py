"""Imported once by the process from which tasks are forked: what every task would import anew.

Only libraries and our stages; nothing here connects, reads files or starts threads.
"""

import importlib

_MODULES = (
    "breakwater.orchestration.stages",
    "breakwater.orchestration.telling",
    "breakwater.feeds.fetch",
    "breakwater.landing.land",
    "breakwater.reconcile.reconcile",
    "breakwater.measure.measure",
    "breakwater.measure.close",
    "breakwater.detect.detect",
    "breakwater.report.digest",
    "airflow.providers.slack.hooks.slack",
    # What the stages import only when they come to it; together two seconds of processor time.
    "pandas",
    "holidays.countries",
    "matplotlib.backends.backend_agg",
    "matplotlib.figure",
    "mjml",
)

for name in _MODULES:
    importlib.import_module(name)
