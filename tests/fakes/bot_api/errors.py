"""The refusals of the Bot API: a code, a description, and whose mistake it was."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """What is answered instead of a result."""

    def __init__(
        self, code: int, description: str, *, violation: bool = False, **parameters: Any
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.violation = violation  #: no state of the world excuses such a call
        self.parameters = parameters

    def json(self) -> dict[str, Any]:
        """The body of the answer."""
        extra = {"parameters": self.parameters} if self.parameters else {}
        return {"ok": False, "error_code": self.code, "description": self.description, **extra}


def refused(text: str, **parameters: Any) -> ApiError:
    """A proper call that the state of the chat does not allow."""
    return ApiError(400, f"Bad Request: {text}", **parameters)


def wrong(text: str) -> ApiError:
    """A call that is never right."""
    return ApiError(400, f"Bad Request: {text}", violation=True)


def forbidden(text: str) -> ApiError:
    """A chat that must not be written to."""
    return ApiError(403, f"Forbidden: {text}")


def too_many(seconds: int) -> ApiError:
    """More than the limits allow."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
