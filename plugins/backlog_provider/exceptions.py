"""All exceptions of this provider, in one class tree.

BacklogError
├── ConfigurationError          invalid argument or connection
├── ApiError                    Backlog responded with an error
│   ├── AuthenticationError     code 11: API key or token is invalid, or for another space
│   │   └── GrantError          OAuth 2.0: the refresh token is no longer accepted
│   ├── AccessDeniedError       codes 2 to 5 and 12: role, plan, IP address, two-factor, feature switched off
│   ├── NotFoundError           code 6
│   ├── InvalidRequestError     code 7, or a redirect
│   │   └── OffsetError         code 7 for an offset beyond the maximum
│   ├── RateLimitError          code 13 or 429, even after waiting for the reset
│   ├── ServerError             code 1 or 5xx
│   └── UnknownError            any other status without a known code, perhaps from a gateway
├── TransportError              no complete response: unreachable, timed out, cut off
├── TokenStoreError             OAuth 2.0: new tokens cannot be stored
├── ResponseError               a response that the API does not document
│   ├── TextError               a record with invalid Unicode
│   └── LimitError              a response or a list that exceeds a size limit
├── UnreadListsError            some lists of an endpoint could not be read; the rest is loaded
├── IncompleteError             a list is inconsistent, or its record count differs from the table
├── MassDeletionError           so many deletions in a project that a user must confirm them
└── LoadError                   Snowflake refused a statement
    └── StateConflictError      another run updated the table's high-water mark first
"""

from __future__ import annotations


class BacklogError(Exception):
    """The base class. The message is one line with the cause and the remedy.

    ``retryable`` tells whether the same call may succeed later without any change by a user.
    """

    retryable = True


class ConfigurationError(BacklogError, ValueError):
    """An argument or a connection field is invalid. The message says how to correct it."""

    retryable = False


class ApiError(BacklogError):
    """Backlog responded with an error.

    :param message: one line with the request, Backlog's error and the remedy.
    :param status: the HTTP status.
    :param code: Backlog's error code; None if the body has none
        (https://developer.nulab.com/docs/backlog/error-response/).
    """

    def __init__(self, message: str, *, status: int, code: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.retry_after: float | None = None
        """Seconds to wait before the next attempt, from ``Retry-After``; None if the response has none."""


class AuthenticationError(ApiError):
    """Backlog did not accept the API key, the access token or the OAuth app."""

    retryable = False


class GrantError(AuthenticationError):
    """Backlog did not accept the refresh token: it has expired, was revoked, or was already used."""


class AccessDeniedError(ApiError):
    """The API key is valid, but its user may not read this resource."""

    retryable = False

    @property
    def is_of_all(self) -> bool:
        """Whether all requests are refused, because of the licence, the IP address or two-factor authentication."""
        return self.code in {3, 4, 12}


class NotFoundError(ApiError):
    """The resource does not exist, or the user of the API key cannot see it."""

    retryable = False


class InvalidRequestError(ApiError):
    """Backlog did not accept a parameter."""

    retryable = False


class OffsetError(InvalidRequestError):
    """A list is longer than the maximum offset, and no filter can make it shorter.

    :param offset: the offset that Backlog refused.
    :param error: the error that Backlog returned.
    """

    def __init__(self, offset: int, error: InvalidRequestError) -> None:
        refusal, _, _ = str(error).partition("; ")
        super().__init__(
            f"{refusal}; the list is longer than {offset} records, and no smaller part of it can be asked for",
            status=error.status,
            code=error.code,
        )


class RateLimitError(ApiError):
    """Requests exceeded the rate limit repeatedly, although each retry waited until the reset."""


class ServerError(ApiError):
    """Backlog failed with a server error in every attempt."""


class UnknownError(ApiError):
    """An error without a documented Backlog error code. Its cause is unknown, so it is only retried."""


class TransportError(BacklogError):
    """The space could not be reached, or its response was cut off."""


class TokenStoreError(BacklogError):
    """Airflow could not store new tokens, so other tasks may be locked out."""


class ResponseError(BacklogError):
    """The response was not JSON, or did not have the documented structure."""


class TextError(ResponseError):
    """A record has text with invalid Unicode, which no table can store. The message names the record."""

    retryable = False


class LimitError(ResponseError):
    """A response or a list exceeded a size limit, and was not read to its end."""

    retryable = False


class UnreadListsError(BacklogError):
    """Some child lists of an endpoint could not be read. The message names their parents.

    The other lists are loaded. The cursor contains the unread lists, and the next run reads them first.
    """


class IncompleteError(BacklogError):
    """A list is inconsistent, or its record count differs from the table, even after it was read again."""


class MassDeletionError(BacklogError):
    """More than a tenth of a project's rows would be soft-deleted at once. No row was soft-deleted."""

    retryable = False


class LoadError(BacklogError):
    """Snowflake refused a statement.

    :param message: one line with the statement's purpose, Snowflake's error and the remedy.
    :param errno: Snowflake's error number; None if there is none.
    :param retryable: whether the statement may succeed later without any change by a user.
    """

    def __init__(self, message: str, *, errno: int | None = None, retryable: bool = True) -> None:
        super().__init__(message)
        self.errno = errno
        self.retryable = retryable


class StateConflictError(LoadError):
    """Another run moved the table's high-water mark in the meantime. The whole batch was rolled back."""
