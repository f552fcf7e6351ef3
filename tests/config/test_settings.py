"""Settings: typed, read once, all wrong ones told together, each with what to change."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import SettingsError, load_settings


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # no .env of ours


def test_nothing_set_is_enough() -> None:
    settings = load_settings()
    assert settings.telegram_token is None
    assert settings.host == "127.0.0.1"


def test_all_wrong_ones_are_told_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_PORT", "eighty")
    monkeypatch.setenv("LINLI_TIMEZONE", "Mars/Olympus")
    monkeypatch.setenv("LINLI_DATABASE_URL", "mysql://x")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    said = str(caught.value)
    for name in ("LINLI_PORT", "LINLI_TIMEZONE", "LINLI_DATABASE_URL"):
        assert name in said
    assert "Asia/Shanghai" in said


def test_an_env_file_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LINLI_LANGUAGE=en\nLINLI_TELEGRAM_TOKEN=1:abc\n")
    settings = load_settings()
    assert settings.language == "en"
    assert settings.telegram_token is not None
    assert "abc" not in repr(settings)


def test_a_webhook_needs_a_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_TELEGRAM_WEBHOOK", "true")
    with pytest.raises(SettingsError, match="LINLI_PUBLIC_URL"):
        load_settings()


def test_the_example_names_every_setting() -> None:
    from config.settings import Settings

    example = (Path(__file__).parents[2] / ".env.example").read_text(encoding="utf-8")
    for name in Settings.model_fields:
        assert f"LINLI_{name.upper()}" in example
