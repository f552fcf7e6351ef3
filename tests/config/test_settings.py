"""Settings: typed, read once, all wrong ones told together, each with what to change."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from config.settings import Settings, SettingsError, load_settings


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # no .env of ours
    for name in [name for name in os.environ if name.startswith("LINLI_")]:
        monkeypatch.delenv(name)


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
    (tmp_path / ".env").write_text(f"LINLI_LANGUAGE=en\nLINLI_TELEGRAM_TOKEN=1:{'abc' * 12}\n")
    settings = load_settings()
    assert settings.language == "en"
    assert settings.telegram_token is not None
    assert "abc" not in repr(settings)


def test_a_webhook_needs_a_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_TELEGRAM_WEBHOOK", "true")
    with pytest.raises(SettingsError, match="LINLI_PUBLIC_URL"):
        load_settings()


def test_a_second_opinion_needs_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_OPINION_URL", "http://127.0.0.1:9/v1")
    with pytest.raises(SettingsError, match="LINLI_OPINION_MODEL"):
        load_settings()
    monkeypatch.setenv("LINLI_OPINION_MODEL", "small")
    monkeypatch.setenv("LINLI_OPINION_KEY", "sk-of-ours")
    assert "sk-of-ours" not in repr(load_settings())
    monkeypatch.setenv("LINLI_OPINION_SECONDS", "0")
    with pytest.raises(SettingsError, match="LINLI_OPINION_SECONDS"):
        load_settings()


EXAMPLE = Path(__file__).parents[2] / ".env.example"


def example() -> dict[str, str]:
    """The settings of `.env.example`, as they would be without the mark of a comment."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    named = [line.removeprefix("#") for line in lines if line.startswith("#LINLI_")]
    return dict(line.split("=", 1) for line in named)


def test_the_example_names_every_setting_once_and_no_other() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert sorted(example()) == sorted(f"LINLI_{name.upper()}" for name in Settings.model_fields)
    assert all(text.count(f"#{name}=") == 1 for name in example())


def test_the_example_sets_nothing_and_shows_the_defaults(tmp_path: Path) -> None:
    assert all(
        line.startswith("#") or not line
        for line in EXAMPLE.read_text(encoding="utf-8").splitlines()
    )
    # These have no default worth showing: a file, an address and secrets of one's own.
    own = {"LINLI_POLICY_FILE", "LINLI_PUBLIC_URL", "LINLI_OPINION_URL", "LINLI_OPINION_MODEL"}
    shown = [f"{name}={value}" for name, value in example().items() if name not in own]
    (tmp_path / ".env").write_text("\n".join(shown), encoding="utf-8")
    shown_there = load_settings()
    (tmp_path / ".env").unlink()
    assert shown_there == load_settings()


def test_every_setting_is_explained_above_it() -> None:
    block: list[str] = []
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#LINLI_"):
            assert block, line
        elif line.startswith("# "):
            block.append(line)
        else:
            block = []


def test_what_is_left_empty_is_not_set(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LINLI_TELEGRAM_TOKEN=\nLINLI_PORT=\nLINLI_SECRET_KEY=\n")
    settings = load_settings()
    assert settings.telegram_token is None
    assert settings.port == 8080


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "70000", "at most 65535"),
        ("PORT", "eighty", "whole number"),
        ("WEB_CHAT", "perhaps", "true or false"),
        ("LANGUAGE", "fr", "'zh' or 'en'"),
        ("LOG_FORMAT", "xml", "'console' or 'json'"),
        ("PUBLIC_URL", "linli.example.org", "https://"),
        ("TELEGRAM_BASE_URL", "api.telegram.org", "https://"),
        ("PUBLIC_URL", "https://", "names no host"),
        ("PUBLIC_URL", "https:// ", "names no host"),
        ("ALARM_URL", "http://", "names no host"),
        ("ALARM_URL", "http://:8080/hunter2", "names no host"),
        ("ALARM_URL", "http://[", "names no host"),
        ("OPINION_URL", "http://h:eighty/v1", "names no host"),
        ("METRICS_TOKEN", "   ", "without blanks"),
        ("METRICS_TOKEN", "hunter2 hunter2", "without blanks"),
        ("METRICS_TOKEN", "hunter2密", "without blanks"),
        ("SECRET_KEY", "hunter2", "44 characters"),
        ("SECRET_KEY", "密", "44 characters"),
        ("TELEGRAM_TOKEN", "hunter2", "looks like 123456:ABC"),
        ("TELEGRAM_TOKEN", "123456:hunter2", "@BotFather"),
        ("TELEGRAM_WEBHOOK_SECRET", "hunter2", "16 to 256"),
        ("POLICY_FILE", "none.toml", "there is no file none.toml"),
        ("DATA_DIR", "plain", "no folder"),
        ("DATABASE_URL", "postgresql+asyncpg://u:hunter2@h:x/d", "port"),
        ("TELEGRAM_TOKN", "1:abc", "did you mean LINLI_TELEGRAM_TOKEN?"),
        ("TOKEN", "hunter2", "did you mean LINLI_TELEGRAM_TOKEN?"),
        ("PROT", "80", "did you mean LINLI_PORT?"),
        ("COLOUR_OF_THE_PAGE", "hunter2", "is no setting, and none has a name like it"),
    ],
)
def test_each_wrong_one_is_told_with_what_to_change(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("plain").touch()
    monkeypatch.setenv(f"LINLI_{name}", value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    told = str(caught.value)
    assert told.startswith(f"LINLI_{name}: ")
    assert said in told
    assert "hunter2" not in told  # a wrong secret is a secret still
    assert "\n" not in told


def test_a_misspelt_name_in_the_file_is_told_with_the_other_mistakes(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LINLI_LANGAUGE=en\nLINLI_PORT=x\n")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert len(str(caught.value).splitlines()) == 2
    assert "LINLI_LANGUAGE?" in str(caught.value)


def test_a_name_in_the_file_that_is_no_setting_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LINLI_COLOUR=1\nlinli_xyz=x\nOTHER=1\n")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    first, second = str(caught.value).splitlines()
    assert first.startswith("LINLI_COLOUR: is no setting")
    assert second.startswith("linli_xyz: is no setting")


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"LINLI_LANGUAGE=\xff\xfe\n")
    with pytest.raises(SettingsError, match="UTF-8"):
        load_settings()


def test_the_command_line_goes_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_PORT", "1")
    assert load_settings(port=2).port == 2


# The container and the unit set only what there is


def test_what_the_deployment_sets_are_settings() -> None:
    deploy = EXAMPLE.parent / "deploy"
    for file in ("Containerfile", "linli.service"):
        text = (deploy / file).read_text(encoding="utf-8")
        for name in re.findall(r"LINLI_[A-Z_]+", text):
            assert name in example(), (file, name)


def test_the_container_has_what_backups_of_postgresql_need() -> None:
    built = (EXAMPLE.parent / "deploy" / "Containerfile").read_text(encoding="utf-8")
    assert "postgresql-client" in built.split("USER linli")[0]


TOKENS = {"east": "123456:" + "a" * 35, "west": "654321:" + "b" * 35}


def test_further_bots_have_names(monkeypatch: pytest.MonkeyPatch) -> None:
    written = ", ".join(f"{name}={token}" for name, token in TOKENS.items())
    monkeypatch.setenv("LINLI_TELEGRAM_TOKENS", written)
    settings = load_settings()
    found = {name: each.get_secret_value() for name, each in settings.telegram_tokens.items()}
    assert found == TOKENS
    assert TOKENS["east"] not in repr(settings)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (TOKENS["east"], "lacks a name and ="),
        ("x", "lacks a name and ="),
        (f"east={TOKENS['east']},hunter2", "lacks a name and ="),
        (f"={TOKENS['east']}", "must be name=token"),
        (f"East={TOKENS['east']}", "small letters"),
        (f"east={TOKENS['east']},east={TOKENS['west']}", "each name once"),
        (f"east={TOKENS['east']},west={TOKENS['east']}", "one token twice"),
        ("east=hunter2", "looks like 123456:ABC"),
        (f"east={TOKENS['east']},west={TOKENS['west']}", "LINLI_TELEGRAM_TOKEN again"),
    ],
)
def test_further_bots_are_named_once_each(
    written: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINLI_TELEGRAM_TOKENS", written)
    if "again" in told:
        monkeypatch.setenv("LINLI_TELEGRAM_TOKEN", TOKENS["west"])
    with pytest.raises(SettingsError, match="LINLI_TELEGRAM_TOKENS") as wrong:
        load_settings()
    assert told in str(wrong.value)
    assert "hunter2" not in str(wrong.value)
    assert TOKENS["east"] not in str(wrong.value)


WECOM_HOOK = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a-hunter2"


def test_wecom_has_one_robot_or_several_and_groups_by_webhook(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LINLI_WECOM_BOT_ID", "aib1")
    monkeypatch.setenv("LINLI_WECOM_SECRET", "hunter2")
    monkeypatch.setenv("LINLI_WECOM_BOTS", "east=aib2:hunter2,west=aib3:hunter2:3")
    monkeypatch.setenv("LINLI_WECOM_WEBHOOKS", f"staff={WECOM_HOOK}")
    settings = load_settings()
    found = {name: each.get_secret_value() for name, each in settings.wecom_bots.items()}
    assert found == {"east": "aib2:hunter2", "west": "aib3:hunter2:3"}
    assert settings.wecom_webhooks["staff"].get_secret_value() == WECOM_HOOK
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"BOT_ID": "aib1"}, "LINLI_WECOM_SECRET: goes with LINLI_WECOM_BOT_ID"),
        ({"BOT_ID": " ", "SECRET": "hunter2"}, "LINLI_WECOM_SECRET: goes with LINLI_WECOM_BOT_ID"),
        ({"BOT_ID": "aib1", "SECRET": "hunter2 "}, "LINLI_WECOM_SECRET: must be the robot's"),
        ({"BOTS": "webhook=aib2:hunter2"}, "cannot name a robot webhook"),
        ({"NAME": "@ "}, "LINLI_WECOM_NAME: must be what the robot is called"),
        ({"NAMES": "east=东区邻里"}, "LINLI_WECOM_NAMES: names robots that LINLI_WECOM_BOTS does"),
        ({"BOTS": "east=aib2:hunter2", "NAMES": "east=@"}, "LINLI_WECOM_NAMES: must be what the"),
        ({"NAMES": "东区邻里"}, "LINLI_WECOM_NAMES: lacks a name and ="),
        (
            {"WEBHOOKS": f"staff={WECOM_HOOK},all={WECOM_HOOK}&x=1"},
            "LINLI_WECOM_WEBHOOKS: has one address under two names, staff and all",
        ),
        ({"SECRET": "hunter2"}, "LINLI_WECOM_SECRET: goes with LINLI_WECOM_BOT_ID"),
        ({"BOTS": "aib2:hunter2"}, "LINLI_WECOM_BOTS: lacks a name and ="),
        ({"BOTS": "East=aib2:hunter2"}, "small letters"),
        ({"BOTS": "east=aib2"}, "a colon and its secret"),
        ({"BOTS": "east=aib2:hunter2,west=aib2:hunter2"}, "one robot twice"),
        (
            {"BOT_ID": "aib2", "SECRET": "hunter2", "BOTS": "east=aib2:hunter2"},
            "LINLI_WECOM_BOT_ID again",
        ),
        ({"WEBHOOKS": WECOM_HOOK}, "must be name=address"),
        ({"WEBHOOKS": "hunter2"}, "lacks a name and ="),
        ({"WEBHOOKS": "staff=hunter2"}, "must be whole addresses"),
        ({"URL": "https://hunter2.example.org"}, "must begin with wss://"),
        ({"URL": "wss://"}, "must begin with wss://"),
    ],
)
def test_what_is_wrong_with_wecom_is_told_without_its_secrets(
    given: dict[str, str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"LINLI_WECOM_{name}", value)
    with pytest.raises(SettingsError) as wrong:
        load_settings()
    assert told in str(wrong.value)
    assert "hunter2" not in str(wrong.value)
