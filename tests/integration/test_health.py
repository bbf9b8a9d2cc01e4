"""What monitors see: alive, ready, and numbers without people."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.app import App, build
from bot.commands import EXIT_FAILED, EXIT_OK, health
from bot.config import Settings
from bot.health import CHECK_LASTS_S, STUCK_S, serve_health
from cogs.work.host import Outcome
from services.domain.spotify import Quota
from services.maintenance import Maintenance
from services.storage.migrate import head_revision


class Clock:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


class Client:
    """Stands for a Discord client."""

    latency = 0.042
    guilds = ("one", "two")
    working = None

    def __init__(self) -> None:
        self.ready = True

    def is_ready(self) -> bool:
        return self.ready

    def is_closed(self) -> bool:
        return False


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    url = f"sqlite:///{tmp_path / 'tastemap.db'}"
    async with build(Settings(_env_file=None, database_url=url, reccobeats_url="")) as opened:
        opened.vitals.monotonic = Clock()
        opened.vitals.last_tick = 100.0
        opened.vitals.client = Client()
        yield opened


@pytest.fixture
async def ask(app: App) -> AsyncIterator[Any]:
    async with serve_health(app.status, host="127.0.0.1", port=0) as port, aiohttp.ClientSession() as session:

        async def get(path: str) -> tuple[int, str]:
            async with session.get(f"http://127.0.0.1:{port}{path}") as answer:
                return answer.status, await answer.text()

        yield get


async def forbid_writing(app: App, forbidden: bool) -> None:
    async with app.database._writer.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.execute(f"PRAGMA query_only={int(forbidden)}")


async def quota() -> Quota:
    return Quota(spent=120, budget=500)


async def test_alive_until_the_loop_is_stuck(app: App, ask: Any) -> None:
    assert await ask("/healthz") == (200, "alive\n")
    app.vitals.monotonic.at += STUCK_S
    assert await ask("/healthz") == (503, "stuck\n")


async def test_the_beat_measures_how_late_the_loop_is(app: App) -> None:
    clock = app.vitals.monotonic = Clock()
    naps = iter((0.1, 0.35))

    async def oversleep(_seconds: float) -> None:
        clock.at += next(naps, None) or await stop()

    async def stop() -> float:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await app.vitals.beat(Maintenance(sleep=oversleep))
    assert app.vitals.last_tick == clock.at
    assert app.vitals.worst_lag_s == pytest.approx(0.25)
    assert "tastemap_loop_lag_seconds_count 2.0" in app.vitals.metrics.exposition().decode()


async def test_not_ready_without_gateway_or_workers(app: App, ask: Any) -> None:
    assert await ask("/readyz") == (
        200,
        '{"role": "all", "database": true, "gateway": true, "workers": true}',
    )
    app.vitals.client.ready = False
    assert (await ask("/readyz"))[0] == 503
    app.vitals.client.ready = True
    assert (await ask("/readyz"))[0] == 200
    await app.compute.aclose()
    assert (await ask("/readyz"))[0] == 503


async def test_not_ready_while_the_database_can_not_be_written_and_ready_again_after(
    app: App, ask: Any
) -> None:
    assert (await ask("/readyz"))[0] == 200
    await forbid_writing(app, True)
    app.vitals.monotonic.at += CHECK_LASTS_S
    status, text = await ask("/readyz")
    assert (status, '"database": false' in text) == (503, True)
    assert "readonly" in (await app.status.read()).database_problem
    await forbid_writing(app, False)
    app.vitals.monotonic.at += CHECK_LASTS_S
    assert (await ask("/readyz"))[0] == 200


async def test_metrics_are_in_the_format_of_prometheus_and_name_nobody(app: App, ask: Any) -> None:
    app.vitals.metrics.answered("analyze", Outcome.ANSWERED, 1.5)
    app.vitals.metrics.called("ReccoBeats", "429", 0.2)
    app.vitals.metrics.looked_up("features", 3, 1)
    app.status.load_quota = quota
    status, text = await ask("/metrics")
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert status == 200
    values = {(s.name, *sorted(s.labels.values())): s.value for f in families.values() for s in f.samples}
    assert values["tastemap_commands_total", "analyze", "answered"] == 1
    assert values["tastemap_upstream_calls_total", "429", "ReccoBeats"] == 1
    assert values["tastemap_cache_lookups_total", "features", "hit"] == 3
    assert values["tastemap_servers",] == 2
    assert values["tastemap_gateway_connected",] == 1
    assert values["tastemap_quota_left",] == 380
    labels = {label for family in families.values() for s in family.samples for label in s.labels}
    assert labels <= {"command", "outcome", "upstream", "status", "cache", "origin", "work", "role", "le"}


async def test_the_command_for_container_engines_asks_the_running_bot(app: App) -> None:
    async with serve_health(app.status, host="127.0.0.1", port=0) as port:
        assert await asyncio.to_thread(health.ask, "0.0.0.0", port) == EXIT_OK
        app.vitals.monotonic.at += STUCK_S
        assert await asyncio.to_thread(health.ask, "0.0.0.0", port) == EXIT_FAILED


async def test_the_answers_to_monitors_do_not_say_what_software_this_is(app: App) -> None:
    async with serve_health(app.status, host="127.0.0.1", port=0) as port:
        for line in (b"GET /healthz HTTP/1.1", b"GET /nothing HTTP/1.1", b"GET / HTTP/9"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(line + b"\r\nHost: a\r\nConnection: close\r\n\r\n")
            answered = await asyncio.wait_for(reader.read(), 10)
            writer.close()
            assert b"X-Content-Type-Options: nosniff" in answered
            assert b"Server:" not in answered
            assert b"aiohttp" not in answered


HEAVY = ("discord", "aiohttp", "pydantic", "sqlalchemy", "asyncio", "urllib.request")


@pytest.mark.parametrize("how", ["environment", ".env"])
async def test_the_probe_of_containers_imports_nothing_heavy(app: App, tmp_path: Path, how: str) -> None:
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    async with serve_health(app.status, host="127.0.0.1", port=0) as port:
        if how == "environment":
            environment["HEALTH_PORT"] = str(port)
        else:
            environment.pop("HEALTH_PORT", None)
            (tmp_path / ".env").write_text(f"# mine\nexport HEALTH_PORT='{port}' # a port\nDISCORD_TOKEN=x\n")
        probe = await asyncio.create_subprocess_exec(
            sys.executable, "-X", "importtime", "-m", "bot", "health",
            cwd=tmp_path, env=environment, stdout=PIPE, stderr=PIPE,
        )  # fmt: skip
        said, imports = await probe.communicate()
    assert (probe.returncode, said) == (EXIT_OK, b"alive\n")
    imported = {line.rpartition("|")[2].strip() for line in imports.decode().splitlines()}
    assert "http.client" in imported
    assert not imported & set(HEAVY)


def test_the_probe_asks_where_the_settings_say() -> None:
    fields = Settings.model_fields
    assert {
        "HEALTH_HOST": fields["health_host"].default,
        "HEALTH_PORT": str(fields["health_port"].default),
    } == health._DEFAULTS


async def test_a_taken_port_costs_a_line_and_not_the_bot(app: App, caplog: pytest.LogCaptureFixture) -> None:
    async with (
        serve_health(app.status, host="127.0.0.1", port=0) as taken,
        serve_health(app.status, host="127.0.0.1", port=taken or 0) as second,
    ):
        assert taken is not None
        assert second is None
    assert "nobody can watch this bot" in caplog.text


async def test_ready_means_that_the_tables_are_up_to_date(app: App) -> None:
    async with app.database.reading() as connection:
        found = await connection.exec_driver_sql("SELECT version_num FROM alembic_version")
        assert found.scalar() == head_revision()
