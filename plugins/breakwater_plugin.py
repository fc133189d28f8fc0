"""What Breakwater adds to Airflow itself: nothing yet, and this file says so to who looks for it.

Airflow imports every module of this folder in every process, so there is one, it registers and it
holds no logic. The Dag brings its own timetable and needs no macro; a page or a listener would be
named here and live in ``include/breakwater``.
"""

from airflow.plugins_manager import AirflowPlugin


class BreakwaterPlugin(AirflowPlugin):
    """An empty registration: it shows under Admin, Plugins which installation this is."""

    name = "breakwater"
