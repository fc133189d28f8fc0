"""The pages as Airflow's plugin names them: nothing is loaded before somebody opens one."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Pages:
    """An ASGI application that is made at its first request.

    Airflow imports plugins in every process, and only its server shows pages.
    """

    def __init__(self) -> None:
        """Make nothing yet."""
        self._app: App | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if self._app is None:
            from breakwater.orchestration.pages.app import make_app

            self._app = make_app()
        await self._app(scope, receive, send)
