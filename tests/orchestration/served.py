"""Our pages over real HTTP, below the path that Airflow gives them."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import airflow_home  # noqa: F401  before anything imports Airflow
import httpx
import uvicorn

from breakwater.warehouse.workspace import Workspace


@contextmanager
def served(workspace: Workspace, clock: Callable[[], datetime]) -> Iterator[httpx.Client]:
    """Serve the pages of an installation; talk to them as a browser does."""
    from fastapi import FastAPI

    from breakwater.orchestration.pages.app import make_app

    site = FastAPI()
    site.mount("/breakwater", make_app(lambda: workspace, clock))
    server = uvicorn.Server(uvicorn.Config(site, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/breakwater/") as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()
