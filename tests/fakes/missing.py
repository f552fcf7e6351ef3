"""What a test needs of the machine and does not find there."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """Say what to install. In CI it is a failure; elsewhere all the other tests can run."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)  # at home only: who has no Chromium or Node can run all the other tests
