"""What Breakwater adds to Airflow itself: the pages behind its links, an ear for what is marked by hand.

Airflow imports every module of this folder in every process, so there is one, it registers and it
holds no logic. The pages live in ``breakwater.orchestration.pages`` and are loaded by the first
request; they ask for no log-in, and show nothing without a signed link.
"""

from airflow.plugins_manager import AirflowPlugin

from breakwater.orchestration import by_hand
from breakwater.orchestration.pages.lazily import Pages


class BreakwaterPlugin(AirflowPlugin):
    """It shows under Admin, Plugins."""

    name = "breakwater"
    fastapi_apps = [  # noqa: RUF012  Airflow's own way of naming them
        {"app": Pages(), "url_prefix": "/breakwater", "name": "Breakwater: answers to alerts"}
    ]
    listeners = [by_hand]  # noqa: RUF012
