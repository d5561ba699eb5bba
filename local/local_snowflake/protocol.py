"""HTTP connections that end when they should: with the server, and not without consequence for a session."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

from local_snowflake import sessions

GRACE_SECONDS = 1.0
"""In which a living client, that for once uses a new connection, may show up again."""


class SessionProtocol(H11Protocol):
    """Uvicorn's protocol, for an account."""

    def shutdown(self) -> None:
        """Cut an idle connection when the server stops.

        Closing one in TLS would wait for the client's goodbye, and a blocking client sends none.
        """
        if self._idle():
            self.transport.abort()
        else:
            self.cycle.keep_alive = False

    def connection_lost(self, exc: Exception | None) -> None:
        """End the sessions of a client that died: their transactions would be in everybody's way.

        Snowflake does so too, after some time. The death during a statement is seen to when that is done.
        """
        super().connection_lost(exc)
        if self._idle() and self.client is not None:
            state = self.config.app.state.account  # type: ignore[union-attr]
            asyncio.get_running_loop().call_later(GRACE_SECONDS, sessions.end_of, state, self.client)

    def _idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete
