"""The messages on the wire, which only the fake gateway of the tests builds."""

from typing import Any

def __getattr__(name: str) -> Any: ...
