"""What machines ask: alive, fit to serve, figures; without anybody's name in it."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from bot.figures import BOUNDS, KINDS, Durations, Figures, kind_of
from bot.web.app import web_app
from bot.web.probes import DEAD_AFTER, OLD
from handlers.chat.platform import (
    Capabilities,
    GoneError,
    MovedError,
    PassingError,
    PermanentError,
    RawUpdate,
)
from storage.base import Base
from storage.tables import Update
from tests.bot.web.kit import client_of
from tests.harness import GROUP, Stage, staged

ALERTS = Path(__file__).parents[3] / "deploy" / "alerts.yaml"
DOCUMENT = Path(__file__).parents[3] / "docs" / "watching.md"
WATCHED = Capabilities(deep_links=True, contact=timedelta(seconds=45))
NAME = re.compile(r"\b(?:linli|process)_[a-z_]+")


@asynccontextmanager
async def asked(folder: Path, **given: Any) -> AsyncGenerator[tuple[Stage, httpx.AsyncClient]]:
    async with staged(folder, **given) as stage, client_of(web_app(stage.app)) as http:
        yield stage, http


async def figures(http: httpx.AsyncClient) -> dict[str, float]:
    """All samples: "name" or "name{label=value,...}" and what they say."""
    answer = await http.get("/metrics")
    assert answer.status_code == 200, answer.text
    return {
        _named(sample.name, sample.labels): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def _named(name: str, labels: dict[str, str]) -> str:
    told = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
    return f"{name}{{{told}}}" if told else name


async def drop_everything(stage: Stage) -> None:
    async with stage.app.store.engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)


async def test_alive_is_who_ticks(tmp_path: Path) -> None:
    async with asked(tmp_path) as (stage, http):
        assert (await http.get("/health")).json()["ok"] is True
        await drop_everything(stage)
        answer = await http.get("/health")
        assert answer.status_code == 200, "a restart would not mend the database"
        stage.app.figures.ticked -= DEAD_AFTER + 1
        answer = await http.get("/health")
        assert (answer.status_code, answer.json()["ok"]) == (503, False)


async def test_ready_tells_each_part(tmp_path: Path) -> None:
    async with asked(tmp_path, capabilities=WATCHED) as (stage, http):
        answer = await http.get("/ready")
        assert answer.status_code == 503, "no platform is in contact yet"
        assert answer.json()["platforms"]["rooms"] == {"ok": False, "last_contact": None}
        await stage.app.inbox.receive("rooms", ())
        answer = await http.get("/ready")
        told = answer.json()
        assert (answer.status_code, told["ok"]) == (200, True)
        assert set(told) == {"ok", "database", "migrations", "backlog", "platforms"}
        stage.clock.turn(timedelta(minutes=20))
        assert (await http.get("/ready")).status_code == 503


async def test_without_a_platform_nobody_is_served(tmp_path: Path) -> None:
    async with asked(tmp_path) as (stage, http):
        assert (await http.get("/ready")).status_code == 200
        stage.app.platforms = {}
        answer = await http.get("/ready")
    assert (answer.status_code, answer.json()["platforms"]) == (503, {"ok": False})


async def test_a_backlog_that_is_too_old_is_not_ready(tmp_path: Path) -> None:
    async with asked(tmp_path) as (stage, http):
        update = RawUpdate("k", GROUP, {"kind": "renamed", "room": GROUP, "title": "t"})
        body = {**update.body, "at": stage.clock.now().isoformat()}
        await stage.app.inbox.receive("rooms", [replace(update, body=body)])
        assert (await http.get("/ready")).json()["backlog"]["ok"] is True
        stage.clock.turn(timedelta(seconds=OLD + 1))
        answer = await http.get("/ready")
        assert (answer.status_code, answer.json()["backlog"]["updates"]) == (503, 1)
        await stage.app.settle()
        assert (await http.get("/ready")).status_code == 200


async def test_a_database_that_does_not_answer_is_not_ready(tmp_path: Path) -> None:
    async with asked(tmp_path) as (stage, http):
        await drop_everything(stage)
        answer = await http.get("/ready")
        assert answer.status_code == 503
        kind = "OperationalError" if stage.app.store.sqlite else "ProgrammingError"
        assert answer.json()["database"] == {"ok": False, "error": kind}, "what the driver says"
        told = await figures(http)
        assert told["linli_database_up"] == 0
        assert "linli_updates_waiting" not in told


async def test_tables_of_another_version_are_not_ready(tmp_path: Path) -> None:
    async with asked(tmp_path) as (stage, http):
        async with stage.app.store.engine.begin() as connection:
            await connection.exec_driver_sql("CREATE TABLE alembic_version (version_num TEXT)")
            await connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('0001')")
        told = (await http.get("/ready")).json()
        assert (told["ok"], told["migrations"]["revision"]) == (False, "0001")


async def test_the_figures_follow_what_happens(tmp_path: Path) -> None:
    async with asked(tmp_path, capabilities=WATCHED) as (stage, http):
        assert (await figures(http))["linli_platform_connected{platform=rooms}"] == 0
        await stage.zhao.says("大家早上好")
        await stage.zhao.says("今天天气不错")
        await stage.li.says("咱们楼电梯又坏了")
        stage.rooms.blocked.add("@wang")
        await stage.sun.says("我家没水了")
        await stage.passes(days=8)
        await stage.does(GROUP, "li", "standing", can_speak=False)
        told = await figures(http)
        assert told["linli_updates_received_total{platform=rooms}"] == 5
        assert told["linli_updates_handled_total{outcome=talk}"] == 1, "the first is looked up"
        assert told["linli_updates_handled_total{outcome=done}"] == 4
        assert told["linli_letters_failed_total{kind=unreachable,platform=rooms}"] >= 1
        assert told["linli_letters_sent_total{platform=rooms}"] > 4
        assert told["linli_requests{state=open}"] == 2
        assert told["linli_requests_opened_total"] == 2
        assert told["linli_deadlines_late{clock=answer}"] == 2
        assert told["linli_deadlines_late{clock=solve}"] == 2
        assert told["linli_due_oldest_seconds"] == 0
        assert told["linli_alarms{kind=mute}"] == 1
        assert told["linli_alarms{kind=silent}"] == 0
        assert told["linli_tick_duration_seconds_count"] > 8
        assert told["linli_platform_connected{platform=rooms}"] == 1
        assert told["process_resident_memory_bytes"] > 1e6


async def test_what_waits_is_told_with_its_age(tmp_path: Path) -> None:
    async with asked(tmp_path) as (stage, http):
        stage.rooms.faults += [PassingError("later")] * 50
        await stage.li.says("咱们楼电梯又坏了")
        async with stage.app.store.write() as store:
            now = stage.clock.now()
            new = {"platform": "rooms", "lane": "x", "body": "{}", "received_at": now}
            store.add(Update(**new, key="a", state="new"))
            store.add(Update(**new, key="b", state="dead"))
            store.add(Update(**{**new, "platform": "off"}, key="c", state="new"))
        stage.clock.turn(timedelta(seconds=90))
        told = await figures(http)
        assert (told["linli_updates_waiting"], told["linli_updates_oldest_seconds"]) == (1, 90)
        assert told["linli_updates_dead"] == 1
        assert told["linli_letters_waiting"] > 0
        assert told["linli_letters_oldest_seconds"] == 90
        assert told["linli_letters_failed_total{kind=passing,platform=rooms}"] > 0


async def test_nothing_tells_of_anybody(tmp_path: Path) -> None:
    async with asked(tmp_path) as (stage, http):
        await stage.li.says("咱们楼电梯又坏了，我电话13812345678")
        page = (await http.get("/metrics")).text + (await http.get("/ready")).text
    for secret in ("电梯", "李娜", "和平里", "1381234", GROUP, "@wang"):
        assert secret not in page
    labels = set(re.findall(r"(\w+)=\"", page))
    assert labels <= {"platform", "kind", "state", "outcome", "clock", "subject", "version", "le"}


@pytest.mark.parametrize(
    ("given", "header", "status"),
    [
        ({}, "", 200),
        ({"host": "::"}, "", 403),
        ({"public_url": "https://linli.example.org"}, "", 403),
        ({"metrics_token": "t0ken"}, "", 401),
        ({"metrics_token": "t0ken"}, "Bearer t0kem", 401),
        ({"metrics_token": "t0ken"}, "Bearer ünï", 401),
        ({"metrics_token": "t0ken", "host": "::"}, "Bearer t0ken", 200),
    ],
)
async def test_figures_are_for_this_machine_or_for_who_has_the_token(
    tmp_path: Path, given: dict[str, str], header: str, status: int
) -> None:
    async with asked(tmp_path, **given) as (_, http):
        headers = {b"authorization": header.encode()} if header else None
        answer = await http.get("/metrics", headers=headers)
    assert answer.status_code == status
    assert status == 200 or "LINLI_METRICS_TOKEN" in answer.text


@pytest.mark.parametrize(
    ("path", "token", "header", "status"),
    [
        ("/health", None, "", 200),
        ("/ready", None, "", 200),
        ("/metrics", None, "", 421),
        ("/metrics", "t0ken", "", 401),
        ("/metrics", "t0ken", "Bearer t0kem", 401),
        ("/metrics", "t0ken", "Bearer t0ken", 200),
        ("/", "t0ken", "Bearer t0ken", 421),
    ],
)
async def test_machines_ask_by_the_names_of_their_network(
    tmp_path: Path, path: str, token: str | None, header: str, status: int
) -> None:
    given = {"metrics_token": token} if token else {}
    async with asked(tmp_path, **given) as (_, http):
        answer = await http.get(path, headers={"host": "linli:8080", "authorization": header})
    assert answer.status_code == status


def test_a_failed_send_is_of_one_kind() -> None:
    errors = (
        PassingError("429"),
        PassingError("lost", uncertain=True),
        PermanentError("malformed"),
        PermanentError("blocked", unreachable=True),
        MovedError("5"),
        GoneError("gone"),
    )
    kinds = [kind_of(each) for each in errors]
    assert kinds == ["passing", "uncertain", "permanent", "unreachable", "moved", "gone"]
    assert set(kinds) < set(KINDS)


def test_durations_fall_into_their_buckets() -> None:
    took = Durations()
    for seconds in (0.001, BOUNDS[0], 0.3, 99.0):
        took.took(seconds)
    assert (took.buckets[0], took.buckets[-1], sum(took.buckets)) == (2, 1, 4)
    assert took.total == pytest.approx(99.306)


async def test_a_subject_that_fails_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(_work: object) -> int:
        raise LookupError("no")

    monkeypatch.setattr("bot.ticks.DUE", {"numbers": fails})
    async with asked(tmp_path) as (stage, http):
        with capture_logs():
            await stage.app.ticks.tick()
        assert (await figures(http))["linli_tick_failures_total{subject=numbers}"] == 1


async def every_metric(folder: Path) -> set[str]:
    """The names of all metrics there can be: everything happened once."""
    async with asked(folder, capabilities=WATCHED) as (stage, http):
        await stage.app.inbox.receive("rooms", ())
        stage.app.figures.failed[("rooms", "passing")] += 1
        stage.app.figures.tick_failures["numbers"] += 1
        stage.app.figures.sent["rooms"] += 1
        return {each.partition("{")[0] for each in await figures(http)}


async def test_every_alert_asks_for_metrics_that_there_are(tmp_path: Path) -> None:
    rules = [
        rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]
    ]
    known = await every_metric(tmp_path)
    for rule in rules:
        named = set(NAME.findall(rule["expr"]))
        assert named or "up{" in rule["expr"]
        assert named <= known, rule["alert"]
        assert {"summary", "do"} <= set(rule["annotations"]), rule["alert"]
        assert rule["alert"] in DOCUMENT.read_text(), f"{rule['alert']} is not documented"
    assert len({rule["alert"] for rule in rules}) == len(rules) >= 10


async def test_the_document_names_every_metric_and_no_other(tmp_path: Path) -> None:
    known = await every_metric(tmp_path)
    bare = {re.sub(r"_(bucket|sum|count)$", "", each) for each in known if "linli_" in each}
    named = {each for each in NAME.findall(DOCUMENT.read_text()) if each.startswith("linli_")}
    assert named == bare


def test_figures_begin_with_nothing() -> None:
    assert (Figures().received, Figures().ticks.total) == ({}, 0.0)
