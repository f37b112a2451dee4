"""What a new user does, from the first word to the last, on each platform."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.transcripts.people import Read
from tests.transcripts.places import Place, Visit, on_discord, on_telegram

PNG = b"\x89PNG"
LARGEST_PICTURE_BYTES = 200_000
HANDED_OUT_SECONDS = 60
PLACES = [pytest.param(on_telegram, id="telegram"), pytest.param(on_discord, id="discord")]


@pytest.mark.parametrize("visit", PLACES)
async def test_from_start_to_stop_and_nothing_is_left(visit: Visit, tmp_path: Path) -> None:
    async with visit(tmp_path) as place:
        await _gets_ready(place)
        await _hears_of_a_breakout(place)
        await _wants_quiet(place)
        assert {key async for key, _ in _naming(place)}, "What is looked for must be there before."
        await _leaves(place)
        assert await place.running.stop() == 0
        assert "Traceback" not in place.running.log.text
        left = {key: seconds async for key, seconds in _naming(place)}
    # /privacy: "a note of what was handed out to be sent, after a minute".
    assert {key: seconds for key, seconds in left.items() if not _is_note(key, seconds)} == {}


def _is_note(key: str, seconds: int) -> bool:
    return ":taken:" in key and 0 < seconds <= HANDED_OUT_SECONDS


async def _gets_ready(place: Place) -> None:
    person = place.person
    hello = await person.say("/start", "Hello, I am altseason-bot")
    welcome = await person.press("Get the essentials", hello, "Subscribed: breakout")
    assert "whale_accumulation" not in welcome.text, (
        "It says nothing of rules that were not asked for."
    )
    await person.say("/alert btc_dominance below 55", "Alert 1: btc_dominance below 55")
    await person.say("/alert russell_2000 above 2600 once", "Alert 2: russell_2000 above 2600")
    await person.say("/preview russell_breakout", "russell_breakout, over the past")
    chart = await person.say("/chart russell_2000", "Russell 2000")
    _shows_a_picture(chart)


def _shows_a_picture(read: Read) -> None:
    assert read.picture is not None
    assert read.picture.startswith(PNG)
    assert len(read.picture) < LARGEST_PICTURE_BYTES
    assert "Russell 2000" in read.alternative


async def _hears_of_a_breakout(place: Place) -> None:
    person = place.person
    place.break_out()
    alert = await person.hear("Russell 2000 breaks out: 2,520.50")
    assert {"Why", "Chart", "Snooze"} <= alert.buttons.keys()
    _shows_a_picture(alert)
    why = await person.press("Why", alert, "2,520.50")
    assert not why.picture
    picker = await person.press("Snooze", alert, "For how long shall I mute russell_breakout?")
    await person.press("1 hour", picker, "Muted: russell_breakout")


async def _wants_quiet(place: Place) -> None:
    person = place.person
    await person.say("/mute dominance 1d", "Muted: dominance")
    settings = await person.say("/settings", "Settings of this chat")
    choice = await person.press("Quiet hours", settings, "Quiet hours: none")
    await person.press("22:00-07:00", choice, "Quiet hours: 22:00-07:00")
    await person.say("/settings zone berlin", "Europe/Berlin")


async def _leaves(place: Place) -> None:
    person = place.person
    export = await person.say("/export", "Paste this into another chat")
    for command in ("/subscribe breakout", "/alert btc_dominance below 55", "/mute dominance"):
        assert command in export.text
    farewell = await person.say("/stop", "Forget this chat?")
    await person.press("Forget this chat", farewell, "Forgotten")


async def _naming(place: Place) -> AsyncIterator[tuple[str, int]]:
    """Keys that name the chat in themselves or in what they hold, with their seconds to live."""
    async with Redis.from_url(
        place.redis_url, decode_responses=True, protocol=2, encoding_errors="replace"
    ) as redis:
        async for key in redis.scan_iter(count=1000):
            if place.id in key or place.id in repr(await _held(redis, key)):
                yield key, await redis.ttl(key)


async def _held(redis: Redis, key: str) -> object:
    match await redis.type(key):
        case "string":
            return await redis.get(key)
        case "hash":
            return await redis.hgetall(key)
        case "set":
            return await redis.smembers(key)
        case "zset":
            return await redis.zrange(key, 0, -1, withscores=True)
        case "list":
            return await redis.lrange(key, 0, -1)
        case "stream":
            return await redis.xrange(key)
    raise AssertionError(key)
