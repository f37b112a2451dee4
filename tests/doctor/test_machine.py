"""The disk and the port."""

import asyncio
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.doctor import machine
from bot.ports import State
from bot.web import WebServer, health
from tests.doctor.ask import configured, of, states

LOOPBACK = "127.0.0.1"


@pytest.mark.parametrize(
    ("free", "state"), [(50.0, State.OK), (0.5, State.WARN), (0.05, State.FAIL)]
)
async def test_little_room_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: float, state: State
) -> None:
    usage = SimpleNamespace(free=free * machine.GIBIBYTE)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    settings = configured(data_dir=tmp_path / "not" / "there", port=0)
    found = await machine.examine(settings, {})
    assert states(found) == {"disk": state, "port": State.OK}


async def test_the_disk_matters_to_the_embedded_server_alone() -> None:
    found = await machine.examine(configured(redis_url="redis://x", port=0), {"PORT": ""})
    assert list(found) == []


async def test_a_port_is_free_or_a_bots_or_somebody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "ASK_SECONDS", 0.2)
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        settings = configured(redis_url="redis://x", listen_host=LOOPBACK, port=port)
        found = of(await machine.examine(settings, {}), "port")
        assert (found.state, "PORT" in found.advice) == (State.WARN, True)
    assert "is free" in of(await machine.examine(settings, {}), "port").found
    server = WebServer(health.routes(), host=LOOPBACK, port=port)
    running = asyncio.create_task(server.run())
    await server.bound
    found = of(await machine.examine(settings, {}), "port")
    running.cancel()
    assert (found.state, "a bot that runs" in found.found) == (State.OK, True)


async def test_an_address_that_is_not_ours_is_told() -> None:
    settings = configured(redis_url="redis://x", listen_host="192.0.2.1", port=8080)
    assert of(await machine.examine(settings, {}), "port").state is State.WARN
