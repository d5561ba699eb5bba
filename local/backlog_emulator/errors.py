"""Backlog's errors: `{"errors": [{"message", "code", "moreInfo"}]}`.

Source: https://developer.nulab.com/docs/backlog/error-response/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from backlog_emulator.switches import Switches

INTERNAL, LICENCE, UNAUTHORIZED_OPERATION, NO_RESOURCE, INVALID_REQUEST = 1, 2, 5, 6, 7
AUTHENTICATION, TOO_MANY_REQUESTS = 11, 13
# Codes whose HTTP status nobody has documented, with the switches that decide it.
_SWITCHED = {
    LICENCE: "status_licence",
    3: "status_licence_expired",
    4: "status_access_denied",
    UNAUTHORIZED_OPERATION: "status_unauthorized",
    INVALID_REQUEST: "status_invalid",
    8: "status_over_capacity",
    9: "status_overflow",
    10: "status_too_large",
    12: "status_mfa",
}
_STATUSES = {INTERNAL: 500, NO_RESOURCE: 404, AUTHENTICATION: 401, TOO_MANY_REQUESTS: 429}


class ApiError(Exception):
    """A request that Backlog refuses, with its error code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def status(self, switches: Switches) -> int:
        """The HTTP status of the refusal; of some codes it is a switch."""
        switch = _SWITCHED.get(self.code)
        status: int = getattr(switches, switch) if switch else _STATUSES.get(self.code, 500)
        return status

    def body(self) -> bytes:
        """The refusal as JSON."""
        return error_body(self.code, self.message)


def code_of(status: int) -> int:
    """The error code that usually comes with an HTTP status."""
    usual = {400: INVALID_REQUEST, 403: UNAUTHORIZED_OPERATION} | {each: code for code, each in _STATUSES.items()}
    return usual.get(status, INTERNAL)


def error_body(code: int, message: str) -> bytes:
    """Backlog's error body with one entry."""
    return orjson.dumps({"errors": [{"message": message, "code": code, "moreInfo": ""}]})


def no_resource(message: str) -> ApiError:
    """There is no such thing, or the caller may not know of it (404)."""
    return ApiError(NO_RESOURCE, message)


def invalid(message: str) -> ApiError:
    """A parameter is wrong (400)."""
    return ApiError(INVALID_REQUEST, message)


def forbidden(message: str = "You do not have permission to use this API.") -> ApiError:
    """The caller's rights do not reach (403)."""
    return ApiError(UNAUTHORIZED_OPERATION, message)


def feature_off(feature: str) -> ApiError:
    """A feature, such as `git`, is switched off in the project or the space (code 5)."""
    return forbidden(f"msg.featureRestrictedError.title.{feature}")
