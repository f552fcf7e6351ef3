"""Where Chromium is missing the tests of the page say what to install, and CI does not pass."""

import shutil

import pytest

from tests.bot.web.chromium import launched


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(_name: str) -> None:
        return None

    monkeypatch.setattr(shutil, "which", found)


async def test_in_ci_a_missing_chromium_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium"):
        await launched().__aenter__()
