"""A script that runs once answers a repeat as it answered at first."""

from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from bot.stores.scripts import once

KEPT = "{nf}:once:1"
COUNT = "{nf}:count"


async def run(redis: Redis, body: str, *arguments: str) -> Any:
    return await redis.eval(once(body), 2, COUNT, KEPT, *arguments)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("nil", None),
        ("false", None),
        ("true", 1),
        ("{}", []),
        ("''", ""),
        ("'é\\n\\0'", "é\n\0"),
        ("1.7", 1),
        ("1784000000123", 1784000000123),
        ("-9007199254740991", -9007199254740991),
        ("{1, {'a', {}, {false, '2'}}, 'x', false, 3}", [1, ["a", [], [None, "2"]], "x", None, 3]),
        ("{1, nil, 3}", [1]),
        ("redis.call('GET', '{nf}:none')", None),
        ("redis.call('SET', KEYS[1], ARGV[1])", "OK"),
        ("redis.status_reply('FINE')", "FINE"),
        ("#KEYS", 1),
    ],
)
async def test_a_reply_of_any_shape_comes_back(redis: Redis, reply: str, expected: object) -> None:
    assert await redis.eval(f"return {reply}", 1, COUNT, "7") == expected
    assert await run(redis, f"return {reply}", "7") == expected
    assert await run(redis, "return 'another'") == expected
    assert 0 < int(await redis.pttl(KEPT)) <= 60_000


async def test_it_has_run_once(redis: Redis) -> None:
    counting = "local by = 1 -- a step\nreturn redis.call('INCRBY', KEYS[1], by) -- and the end"
    assert [await run(redis, counting) for _ in range(3)] == [1, 1, 1]
    assert await redis.get(COUNT) == "1"


@pytest.mark.parametrize(
    "failing",
    [
        "error('no')",
        "return redis.error_reply('ERR no')",
        "return redis.call('HGET', KEYS[1], 'no')",
    ],
)
async def test_what_failed_keeps_nothing_and_may_run_again(redis: Redis, failing: str) -> None:
    await redis.set(COUNT, 0)
    for _ in range(2):
        with pytest.raises(ResponseError):
            await run(redis, f"redis.call('INCR', KEYS[1])\n{failing}")
    assert await redis.get(COUNT) == "2"
    assert await redis.exists(KEPT) == 0
    assert await run(redis, "return 'fine'") == "fine"
