"""The version of the layout: written once, moved forward once, unread by a bot too old for it."""

import asyncio
import importlib
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType

import pytest
from redis.asyncio import Redis

from bot.model import Chat
from bot.ports import StoreInUse
from bot.registry import BrokenPlugin
from bot.settings import Settings
from bot.stores import keys, migrations, open_stores, schema
from bot.stores.connect import Client, Reply, Word
from bot.stores.migrations import known
from bot.stores.schema import COPYING, UnknownLayout, prepare
from tests.stores.examples import NOW, PLATFORMS, Desk

ROOT = Path(__file__).parents[2]
MEMBERS = 6
TOPICS_TOGETHER = '''
"""Keeps the topics of all chats in one hash, two chats a step."""

import sys
from collections.abc import AsyncIterator

from bot.stores.connect import Client
from bot.stores.migrations import Migration

TOGETHER = """
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HSET', KEYS[2], ARGV[1], table.concat(redis.call('SMEMBERS', KEYS[1]), ','))
  redis.call('DEL', KEYS[1])
  redis.call('INCR', '{nf}:test:moved')
end
"""


async def _steps(client: Client) -> AsyncIterator[None]:
    for member in range(HOW_MANY):
        chat = f"{{nf}}:telegram:chat:{member}"
        await client._redis.eval(TOGETHER, 2, chat, "{nf}:telegram:chats", member)
        if member % 2:
            print("step", flush=True)
            if "--slow" in sys.argv:
                sys.stdin.readline()
            yield


MIGRATION = Migration(2, "the topics of all chats in one hash", _steps)
'''.replace("HOW_MANY", str(MEMBERS))
MARKED = """
from bot.stores.migrations import Migration


async def _steps(client):
    await client._redis.set("{nf}:test:marked", "yes")
    yield


MIGRATION = Migration(3, "a mark", _steps)
"""
OPENER = """
import asyncio, importlib, logging, sys
from bot.stores.connect import connect
from bot.stores.schema import prepare
logging.basicConfig(level=logging.INFO, format="%(message)s")

async def main(url, folder):
    sys.path.insert(0, folder)
    async with connect(url) as client:
        await prepare(client, ["telegram"], importlib.import_module("layouts"))
    print("open", flush=True)

asyncio.run(main(*sys.argv[1:3]))
"""


@pytest.fixture
def layouts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A package that leads from version 1 to 3."""
    folder = tmp_path / "layouts"
    folder.mkdir()
    (folder / "__init__.py").write_text("", encoding="utf-8")
    (folder / "to_2_topics_together.py").write_text(TOPICS_TOGETHER, encoding="utf-8")
    (folder / "to_3_a_mark.py").write_text(MARKED, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("layouts")
    for name in [name for name in sys.modules if name.partition(".")[0] == "layouts"]:
        del sys.modules[name]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "WAIT_SECONDS", 0.3)
    monkeypatch.setattr(schema, "LOOK_EVERY_SECONDS", 0.02)


async def joined(client: Client) -> None:
    await Desk(client).join(*range(MEMBERS))


async def has_moved_once(redis: Redis) -> bool:
    """Whether all is of version 3, and no chat was moved twice."""
    together = await redis.hgetall("{nf}:telegram:chats")
    assert together == {str(member): "dominance" for member in range(MEMBERS)}
    assert await redis.get("{nf}:test:moved") == str(MEMBERS)
    return bool(await redis.get("{nf}:test:marked") and await redis.get(keys.SCHEMA) == "3")


class Counting(Client):
    calls = 0

    async def run(
        self, name: str, keys: Sequence[Word], arguments: Sequence[Word | int] = ()
    ) -> Reply:
        self.calls += 1
        return await super().run(name, keys, arguments)


async def test_an_empty_store_gets_the_newest_version_in_one_call(
    redis: Redis, layouts: ModuleType
) -> None:
    client = Counting(redis)
    assert await prepare(client, PLATFORMS, layouts)
    assert await redis.get(keys.SCHEMA) == "3"
    assert not await prepare(client, PLATFORMS, layouts)
    assert client.calls == 2
    assert not await redis.exists("{nf}:test:marked"), "There was nothing to move."


async def test_a_store_from_before_versions_is_of_the_first(
    redis: Redis, store_client: Client
) -> None:
    await joined(store_client)
    assert not await prepare(store_client, PLATFORMS)
    assert await redis.get(keys.SCHEMA) == "1"


async def test_the_bot_prepares_what_it_opens(tmp_path: Path, redis_url: str, redis: Redis) -> None:
    settings = Settings(_env_file=None, redis_url=redis_url, data_dir=tmp_path)
    async with open_stores(settings, PLATFORMS, lambda: NOW) as stores:
        await stores.subscriptions.subscribe(Chat("telegram", "1"), ["dominance"])
    assert await redis.get(keys.SCHEMA) == str(1 + len(known(migrations)))
    await redis.set(keys.SCHEMA, "99")
    with pytest.raises(UnknownLayout, match=r"of version 99, .* up to 1: upgrade the bot\."):
        async with open_stores(settings, PLATFORMS, lambda: NOW):
            pass


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("4", r"of version 4, and this bot knows versions up to 3: upgrade the bot\.$"),
        ("4 from 3", r"of version 4, "),
        (COPYING, r"half filled: run `python -m bot migrate` again"),
        ("0", "which is no version"),
        ("three", "which is no version"),
        ("", "which is no version"),
    ],
)
async def test_what_cannot_be_read_is_left_alone(
    redis: Redis, store_client: Client, layouts: ModuleType, text: str, sentence: str
) -> None:
    await redis.set(keys.SCHEMA, text)
    with pytest.raises(UnknownLayout, match=sentence):
        await prepare(store_client, PLATFORMS, layouts)
    assert await redis.keys("*") == [keys.SCHEMA]
    assert await redis.get(keys.SCHEMA) == text


async def test_an_older_store_is_moved_forward_step_by_step(
    redis: Redis, store_client: Client, layouts: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    await joined(store_client)
    with caplog.at_level("INFO"):
        await prepare(store_client, PLATFORMS, layouts)
    assert await has_moved_once(redis)
    assert not await redis.exists(keys.LEAD_SCHEMA)
    assert [record.getMessage() for record in caplog.records] == [
        "bringing the store's layout to version 2: the topics of all chats in one hash",
        "bringing the store's layout to version 3: a mark",
        "the store's layout is of version 3 now",
    ]


async def test_a_bot_of_the_older_version_keeps_its_hands_off_from_the_first_step_on(
    redis: Redis, store_client: Client, layouts: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    await joined(store_client)
    monkeypatch.setattr(sys, "stdin", None)
    monkeypatch.setattr(sys, "argv", ["", "--slow"])
    with pytest.raises(AttributeError):  # There is nobody to let the second step begin.
        await prepare(store_client, PLATFORMS, layouts)
    assert await redis.get(keys.SCHEMA) == "3 from 1"
    with pytest.raises(UnknownLayout, match="of version 3, and this bot knows versions up to 1"):
        await prepare(store_client, PLATFORMS)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("lease", [keys.LEAD_POLLER, "{nf}:telegram:lead"])
async def test_a_store_that_an_older_bot_works_with_is_not_moved(
    redis: Redis, store_client: Client, layouts: ModuleType, lease: str
) -> None:
    await joined(store_client)
    await redis.set(lease, "an older bot")
    with pytest.raises(StoreInUse, match=r"version 1, .* stop every process of it"):
        await prepare(store_client, PLATFORMS, layouts)
    assert await redis.get(keys.SCHEMA) == "1"
    await redis.pexpire(lease, 100)
    await prepare(store_client, PLATFORMS, layouts)
    assert await has_moved_once(redis)


@pytest.mark.usefixtures("impatient")
async def test_a_turn_that_does_not_come_is_told(
    redis: Redis, store_client: Client, layouts: ModuleType
) -> None:
    await joined(store_client)
    await redis.set(keys.LEAD_SCHEMA, "another process")
    with pytest.raises(StoreInUse, match="Another process is changing the store"):
        await prepare(store_client, PLATFORMS, layouts)


async def test_whoever_lost_the_turn_writes_no_version(redis: Redis, store_client: Client) -> None:
    await redis.set(keys.SCHEMA, "1")
    async with schema.keeping(store_client) as turn:
        await redis.set(keys.LEAD_SCHEMA, "another process")
        with pytest.raises(StoreInUse):
            await turn.write("1", "2")
    assert await redis.get(keys.SCHEMA) == "1"
    assert await redis.get(keys.LEAD_SCHEMA) == "another process"


@asynccontextmanager
async def opener(
    url: str, layouts: ModuleType, *arguments: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that opens the store."""
    assert layouts.__file__ is not None
    folder = str(Path(layouts.__file__).parents[1])
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OPENER, url, folder, *arguments,
        cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def reads(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(20):
        return (await process.stdout.readline()).decode().strip()


async def test_a_process_killed_in_the_middle_leaves_the_rest_to_the_next(
    redis: Redis, redis_url: str, store_client: Client, layouts: ModuleType
) -> None:
    await joined(store_client)
    async with opener(redis_url, layouts, "--slow") as process:
        assert await reads(process) == "step"
        process.kill()
        await process.wait()
    assert await redis.get(keys.SCHEMA) == "3 from 1"
    assert await redis.get("{nf}:test:moved") == "2"
    await redis.pexpire(keys.LEAD_SCHEMA, 50)  # It would run out in 15 seconds.
    await prepare(store_client, PLATFORMS, layouts)
    assert await has_moved_once(redis)


async def test_of_two_processes_that_start_at_once_one_moves_the_store(
    redis: Redis, redis_url: str, store_client: Client, layouts: ModuleType
) -> None:
    await joined(store_client)
    async with opener(redis_url, layouts) as one, opener(redis_url, layouts) as other:
        out = [(await process.communicate())[0].decode() for process in (one, other)]
    assert sorted(out) == ["open\n", "step\n" * 3 + "open\n"]
    assert await has_moved_once(redis)


def test_versions_without_a_gap(tmp_path: Path, layouts: ModuleType) -> None:
    (tmp_path / "layouts" / "to_2_topics_together.py").unlink()
    with pytest.raises(BrokenPlugin, match="layouts must lead to version 2, not to 3"):
        known(layouts)


def test_the_projects_own_versions_have_no_gap() -> None:
    assert [each.to for each in known(migrations)] == [
        number for number, _ in enumerate(known(migrations), start=2)
    ]
