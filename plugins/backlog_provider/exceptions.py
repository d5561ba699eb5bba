"""Everything this provider raises, in one tree.

BacklogError
├── ConfigurationError          an argument or a connection that cannot work
├── ApiError                    Backlog answered, and refused
│   ├── AuthenticationError     code 11: the key or the token is wrong, or of another space
│   │   └── GrantError          OAuth 2.0: the refresh token is not accepted any more
│   ├── AccessDeniedError       codes 2 to 5 and 12: role, plan, address, two-factor, feature switched off
│   ├── NotFoundError           code 6
│   ├── InvalidRequestError     code 7, or a redirect
│   │   └── OffsetError         code 7 at a place too far behind in a list
│   ├── RateLimitError          code 13 or 429, and waiting for the reset did not help
│   ├── ServerError             code 1 or 5xx
│   └── UnknownError            any other status without a known code: a gateway may have answered
├── TransportError              no answer: unreachable, timed out, cut off
├── TokenStoreError             OAuth 2.0: new tokens were got, or are to be, and cannot be kept
├── ResponseError               an answer that is not what the API documents
│   ├── TextError               a record with text that is no Unicode
│   └── LimitError              an answer, or a list, that is larger than any
├── UnreadListsError            a few of an endpoint's lists could not be read; everything else is loaded
├── IncompleteError             the space counts more or fewer records than it gives, or than the table has
├── MassDeletionError           so much of a project looks deleted that somebody should look first
└── LoadError                   Snowflake refused a statement
    └── StateConflictError      another run wrote the same table's mark first
"""

from __future__ import annotations


class BacklogError(Exception):
    """The root of the tree; its text is one line that names the thing and the remedy.

    ``retryable`` says whether the same call may succeed later without anybody changing anything.
    """

    retryable = True


class ConfigurationError(BacklogError, ValueError):
    """An argument or a connection field that cannot work; the message says what would be right."""

    retryable = False


class ApiError(BacklogError):
    """Backlog answered with an error body.

    :param message: one line: what was asked, what Backlog said, what to do.
    :param status: the HTTP status.
    :param code: Backlog's own error code, where the body had one
        (https://developer.nulab.com/docs/backlog/error-response/).
    """

    def __init__(self, message: str, *, status: int, code: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.retry_after: float | None = None
        """Seconds that the answer asks to wait before the next try; None where it says nothing."""


class AuthenticationError(ApiError):
    """The API key, the access token or the app was not accepted."""

    retryable = False


class GrantError(AuthenticationError):
    """The refresh token was not accepted: it has ended, was withdrawn, or was used by somebody else."""


class AccessDeniedError(ApiError):
    """The key is good, but its user may not read this."""

    retryable = False

    @property
    def is_of_all(self) -> bool:
        """Whether it holds for whatever one asks: the licence, the address or two-factor authentication is missing."""
        return self.code in {3, 4, 12}


class NotFoundError(ApiError):
    """There is no such thing, or the key's user cannot see it."""

    retryable = False


class InvalidRequestError(ApiError):
    """Backlog did not accept a parameter."""

    retryable = False


class OffsetError(InvalidRequestError):
    """A list is longer than Backlog lets anybody page through it, and nothing narrower can be asked for.

    :param offset: the place that was refused.
    :param error: what Backlog said.
    """

    def __init__(self, offset: int, error: InvalidRequestError) -> None:
        refusal, _, _ = str(error).partition("; ")
        super().__init__(
            f"{refusal}; the list is longer than {offset} records, and no smaller part of it can be asked for",
            status=error.status,
            code=error.code,
        )


class RateLimitError(ApiError):
    """The limit was hit again and again, although each wait lasted until the announced reset."""


class ServerError(ApiError):
    """Backlog failed, and kept failing through the retries."""


class UnknownError(ApiError):
    """An error status without an error code that Backlog documents: nothing follows from it but to try again."""


class TransportError(BacklogError):
    """The space could not be reached, or its answer did not arrive whole."""


class TokenStoreError(BacklogError):
    """Airflow could not keep the tokens that Backlog gives, without which other tasks may be locked out."""


class ResponseError(BacklogError):
    """The answer was not JSON, or not of the documented shape."""


class TextError(ResponseError):
    """A record has text that is no Unicode, which no table can hold; the message names the record."""

    retryable = False


class LimitError(ResponseError):
    """More came than any space has to tell: it is not read to its end."""

    retryable = False


class UnreadListsError(BacklogError):
    """Backlog failed to give some of the lists that an endpoint consists of; the message names whose they are.

    Everything else is loaded, and kept. The cursor has these lists: the next run reads them first.
    """


class IncompleteError(BacklogError):
    """Table and space differ, in numbers that the message gives, after everything was read twice."""


class MassDeletionError(BacklogError):
    """More than a tenth of a project's rows would be marked as deleted at once; nothing was marked."""

    retryable = False


class LoadError(BacklogError):
    """Snowflake refused a statement.

    :param errno: Snowflake's error number, where it gave one.
    """

    def __init__(self, message: str, *, errno: int | None = None, retryable: bool = True) -> None:
        super().__init__(message)
        self.errno = errno
        self.retryable = retryable


class StateConflictError(LoadError):
    """Another run moved the table's mark meanwhile; everything of this batch was rolled back."""
