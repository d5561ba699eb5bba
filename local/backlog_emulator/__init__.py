"""A Backlog space to develop against: the read API over HTTP, with a clock that moves on demand."""
