"""Redis as it should not be."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.doctor import store
from bot.ports import State
from bot.stores import Inspection
from bot.stores.embedded import EmbeddedRedis
from tests.doctor.ask import configured, now, of, states
from tests.stores.servers import LOCAL, PASSWORD, RIGHTS, USER, Server, server

PLATFORMS = ("telegram",)


@pytest_asyncio.fixture
async def redis(tmp_path: Path) -> AsyncIterator[Server]:
    async with server(tmp_path, "--appendonly", "yes") as started:
        yield started


async def look(port: int, account: str = "") -> store.Look:
    settings = configured(redis_url=f"redis://{account}{LOCAL}:{port}")
    return await store.examine(settings, {}, PLATFORMS, now)


async def test_a_good_server_is_told_in_full(redis: Server) -> None:
    seen = await look(redis.port)
    assert set(states(seen.findings).values()) == {State.OK}
    assert "at REDIS_URL, ready in" in of(seen.findings, "store").found
    assert of(seen.findings, "store persistence").facts == {"append_only": True}
    assert of(seen.findings, "store eviction").facts == {"policy": "noeviction"}
    assert of(seen.findings, "store latency").facts.keys() == {"median_ms", "worst_ms"}
    assert seen.ahead_seconds is not None
    assert abs(seen.ahead_seconds) < 5


async def test_nothing_is_stored_by_a_look(redis: Server) -> None:
    await look(redis.port)
    assert await redis.ask("DBSIZE") == 0


async def test_a_store_of_a_newer_bot_fails_and_stays_as_it_is(redis: Server) -> None:
    await redis.ask("SET", "{nf}:schema", "99")
    assert "version 99" in of((await look(redis.port)).findings, "store").found
    assert await redis.ask("GET", "{nf}:schema") == "99"


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
async def test_a_server_that_throws_away_fails(redis: Server, policy: str) -> None:
    await redis.ask("CONFIG", "SET", "maxmemory-policy", policy)
    found = of((await look(redis.port)).findings, "store eviction")
    assert found.state is State.FAIL
    assert policy in found.found
    assert "noeviction" in found.advice


async def test_a_server_that_keeps_no_file_is_told(redis: Server) -> None:
    await redis.ask("CONFIG", "SET", "appendonly", "no")
    found = of((await look(redis.port)).findings, "store persistence")
    assert (found.state, "appendonly yes" in found.advice) == (State.WARN, True)


async def test_a_server_that_is_nearly_full_is_told(redis: Server) -> None:
    await redis.ask("SET", "ballast", "x" * 3_000_000)
    used = int((await redis.ask("INFO", "memory"))["used_memory"])
    await redis.ask("CONFIG", "SET", "maxmemory", str(used + 300_000))
    assert of((await look(redis.port)).findings, "store memory").state is State.WARN


async def test_a_replica_fails(redis: Server) -> None:
    await redis.ask("CONFIG", "SET", "replica-serve-stale-data", "yes")
    await redis.ask("REPLICAOF", LOCAL, "1")
    found = of((await look(redis.port)).findings, "store writes")
    assert (found.state, "primary" in found.advice) == (State.FAIL, True)


async def test_a_user_who_may_not_read_the_configuration_is_told_as_much(redis: Server) -> None:
    await redis.ask("ACL", "SETUSER", USER, "reset", "on", ">plain", *RIGHTS)
    seen = await look(redis.port, f"{USER}:plain@")
    assert set(states(seen.findings).values()) == {State.OK}
    assert of(seen.findings, "store eviction").facts == {"policy": "noeviction"}
    assert "plain" not in repr(seen)


def test_what_a_server_does_not_tell_is_no_fault_of_it() -> None:
    silent = Inspection("a server", None, None, None, None, None, None, 0.1, 0.2, 0.0)
    found = list(store._server(silent))
    assert set(states(found).values()) == {State.OK}
    assert sum("cannot be asked" in each.found for each in found) == 3


async def test_without_a_server_there_is_one_line(tmp_path: Path) -> None:
    settings = configured(redis_url=f"redis://:{PASSWORD[:6]}@127.0.0.1:9")
    (found,) = (await store.examine(settings, {}, PLATFORMS, now)).findings
    assert (found.state, "Mend REDIS_URL" in found.advice) == (State.FAIL, True)
    assert PASSWORD[:6] not in repr(found)
    locked = tmp_path / "file"
    locked.write_text("", encoding="utf-8")
    settings = configured(data_dir=locked / "data")
    (found,) = (await store.examine(settings, {}, PLATFORMS, now)).findings
    assert (found.state, "DATA_DIR" in found.found) == (State.FAIL, True)


async def test_a_wrong_address_is_not_replaced_by_an_embedded_server(tmp_path: Path) -> None:
    settings = configured(data_dir=tmp_path / "data")
    (found,) = (await store.examine(settings, {"REDIS_URL": ""}, PLATFORMS, now)).findings
    assert (found.state, "not looked at" in found.found) == (State.FAIL, True)
    assert not (tmp_path / "data").exists()


async def test_it_works_beside_a_bot_that_runs_and_leaves_its_server(tmp_path: Path) -> None:
    settings = configured(data_dir=tmp_path / "data")
    async with EmbeddedRedis(settings.data_dir) as running:
        seen = await store.examine(settings, {}, PLATFORMS, now)
        assert "embedded under" in of(seen.findings, "store").found
        assert running.pid is not None
