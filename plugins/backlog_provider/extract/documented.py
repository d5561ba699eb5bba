"""One kind of error for records of another shape than documented."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from backlog_provider.exceptions import BacklogError, ResponseError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backlog_provider.model.endpoint import Endpoint


@contextmanager
def documented(endpoint: Endpoint) -> Iterator[None]:
    """Turn exceptions of unexpected records into one error.

    :param endpoint: the endpoint that is read.
    :raises ResponseError: for records of another shape, with the exception as its cause.
    """
    try:
        yield
    except BacklogError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        said = " ".join(str(error).split())[:200]
        raise ResponseError(
            f"{endpoint}: records came in another shape than documented ({type(error).__name__}: {said}); check "
            "that the connection's host is a Backlog space"
        ) from error
