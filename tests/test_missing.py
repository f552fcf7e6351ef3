"""What a machine lacks is told with what to install, and CI does not pass without it."""

import pytest

from tests.fakes.missing import missing


def test_off_ci_the_others_can_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """`missing` skips there: the exception that says so is what this test is about."""
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install nodejs"):  # nothing is skipped
        missing("Node is missing: apt-get install nodejs")


def test_in_ci_it_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="apt-get install nodejs"):
        missing("Node is missing: apt-get install nodejs")
