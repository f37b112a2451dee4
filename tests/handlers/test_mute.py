"""/mute and /unmute, over a real store."""

import asyncio
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from redis.asyncio import Redis

from bot.commands import Command
from bot.messages import plain
from bot.messages.buttons import LONGEST_COMMAND_BYTES
from bot.model import Message, Mute, Preferences
from bot.stores.connect import Client, connect
from bot.stores.embedded import EmbeddedRedis
from bot.stores.preferences import RedisPreferences
from bot.wishes.mutes import MOST
from tests.handlers.past import CHAT, PARTS, Desk, values
from tests.handlers.test_settings import commands
from tests.wishes.examples import NOW as INSTANT
from tests.wishes.examples import preferences as every_preference
from tests.wishes.test_zones import said_moments

NOW = datetime(2026, 11, 25, 12, 3, 7, tzinfo=UTC)
IN_AN_HOUR = datetime(2026, 11, 25, 13, 4, tzinfo=UTC)


@pytest.fixture
async def desk(store_client: Client) -> Desk:
    desk = Desk(store_client, NOW)
    await desk.ask("/settings zone berlin")
    return desk


@pytest.fixture
def kept(store_client: Client) -> RedisPreferences:
    return RedisPreferences(store_client)


async def with_dominance(desk: Desk, value: float) -> None:
    await desk.store(values("btc_dominance", [(date(2026, 11, 23), 60.0), (NOW.date(), value)]))


def labels(message: Message) -> list[str]:
    return [button.label for button in message.buttons]


@pytest.mark.parametrize(
    ("typed", "mute"),
    [
        ("1h", Mute(until=IN_AN_HOUR)),
        ("for 1 hour", Mute(until=IN_AN_HOUR)),
        ("everything 1h", Mute(until=IN_AN_HOUR)),
        ("all for an hour", Mute(until=IN_AN_HOUR)),
        ("always", Mute()),
        ("dominance 1h", Mute("dominance", until=IN_AN_HOUR)),
        ("dominance always", Mute("dominance")),
        ("own 1h", Mute("own", until=IN_AN_HOUR)),
        ("Dominance_55 until recovers", Mute(rule="dominance_55", condition="recovers")),
        ("dominance-55 until it recovers", Mute(rule="dominance_55", condition="recovers")),
        ("correlation 1h", Mute("correlation", until=IN_AN_HOUR)),
        ("correlation until recovers", Mute(rule="correlation", condition="recovers")),
        ("1 1h", Mute(rule="1", until=IN_AN_HOUR)),
        ("#1 until recovers", Mute(rule="1", condition="recovers")),
        ("1 day", Mute(until=datetime(2026, 11, 26, 12, 4, tzinfo=UTC))),
        ("until 14:30", Mute(until=datetime(2026, 11, 25, 13, 30, tzinfo=UTC))),
        ("phase until 2026-11-25T13:04Z", Mute("phase", until=IN_AN_HOUR)),
        ("until dominance under 55%", Mute(condition="btc_dominance below 55")),
        ("etf until sp 500 falls 5% in 3 days", Mute("etf", condition="sp_500 falls 5% in 3 days")),
    ],
)  # fmt: skip
async def test_what_and_how_long_is_understood(
    desk: Desk, kept: RedisPreferences, typed: str, mute: Mute
) -> None:
    await desk.ask("/alert fear_greed below 10")
    said = await desk.answer(f"/mute {typed}")
    assert said.title.startswith("Muted: ")
    assert (await kept.of(CHAT)).mutes == (mute,)
    (undo,) = commands(said)
    assert (await desk.answer(undo)).title.startswith("Unmuted: ")
    assert (await kept.of(CHAT)).mutes == ()


async def test_it_says_until_when_and_what_becomes_of_what_comes(desk: Desk) -> None:
    assert (await desk.ask("/mute dominance 1h")).splitlines() == [
        "Muted: dominance",
        "Until 2026-11-25 14:04 Europe/Berlin.",
        "What comes meanwhile arrives together afterwards.",
        "/mute lists what is muted, /unmute lifts it",
    ]
    assert "What is more than 7 days old by then is left out." in await desk.ask("/mute etf 8d")
    assert (await desk.ask("/mute season always")).splitlines()[1:3] == [
        "Until you lift it.",
        "What comes meanwhile is left out, and not told later.",
    ]


async def test_without_a_length_it_asks(desk: Desk, kept: RedisPreferences) -> None:
    await desk.ask("/alert fear_greed below 10")
    lengths = ["1 hour", "1 day", "1 week"]
    for what, last in (
        ("dominance", ["Until I lift it"]),
        ("everything", ["Until I lift it"]),
        ("dominance_55", ["Until it recovers"]),
        ("1", ["Until it recovers"]),
        ("correlation", ["Until it recovers", "Until I lift it"]),
        ("phase", ["Until I lift it"]),
    ):
        picker = await desk.answer(f"/mute {what}")
        assert labels(picker) == [*lengths, *last]
        assert (await kept.of(CHAT)).mutes == ()
        for button in picker.buttons:
            assert button.replaces
            assert (await desk.answer(button.command)).title.startswith("Muted: ")
        await desk.ask("/unmute all")


async def test_alone_it_explains_or_lists(desk: Desk) -> None:
    assert (await desk.ask("/mute")).startswith("Nothing is muted\n")
    await desk.ask("/mute dominance 1h")
    await desk.ask("/mute 2d")
    message = await desk.answer("/mute")
    assert message.lines[:2] == (
        "– dominance, until 2026-11-25 14:04 Europe/Berlin",
        "– everything, until 2026-11-27 13:04 Europe/Berlin",
    )
    assert commands(message) == ["/unmute dominance", "/unmute everything"]
    desk.now = NOW + timedelta(hours=2)
    assert commands(await desk.answer("/mute")) == ["/unmute everything"]


async def test_a_new_mute_takes_the_place_of_one_of_the_same(
    desk: Desk, kept: RedisPreferences
) -> None:
    await desk.ask("/mute dominance always")
    said = await desk.answer("/mute dominance 1h")
    assert "It takes the place of the mute until you lift it." in said.lines
    assert (await kept.of(CHAT)).mutes == (Mute("dominance", until=IN_AN_HOUR),)
    assert commands(said) == ["/mute dominance always"]


async def test_a_mute_until_a_condition_says_where_the_number_stands(
    desk: Desk, kept: RedisPreferences
) -> None:
    await with_dominance(desk, 58.0)
    said = await desk.ask("/mute until btc_dominance below 55")
    assert "Until this is true: Bitcoin dominance below 55 %.\n" in said
    assert re.search(r"Bitcoin dominance is 58.00 % now \(CoinMarketCap, 2026-11-25 .* UTC", said)
    assert "no value of S&P 500 right now" in await desk.ask("/mute etf until sp500 above 9000")
    before = await kept.of(CHAT)
    said = await desk.ask("/mute until btc_dominance below 59")
    assert "That is true already, so there is nothing to wait for: Bitcoin dominance below" in said
    assert "58.00 % now (CoinMarketCap, " in said
    assert await kept.of(CHAT) == before


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("domminance 1d", "There is no topic, rule or alert domminance. Did you mean dominance?"),
        ("7", "You have no alert 7. Yours: 1; /alerts shows them."),
        ("1x", "I do not understand for how long 1x is: write 1h, 1d"),
        ("dominance tomorrow", "I do not understand for how long tomorrow is"),
        ("dominance until recovers", "Only a rule or an alert of your own recovers"),
        ("everything until recovers", "Only a rule or an alert of your own recovers"),
        ("30s", "I do not understand for how long 30s is"),
        ("31d", "I mute for 1 minute up to 30 days"),
        ("until 2026-12-31", "I mute for up to 30 days"),
        ("until 2026-11-25 13:00", "That is over already"),
        ("until 2026-11-31", "There is no time 2026-11-31"),
        ("until btc_dominance below", "After “below” I need a number"),
        ("until btc_dominance below 55 once", "A mute ends with one condition alone"),
        ("until fear_greed below 9 and btc_dominance below 55", "one condition alone"),
    ],
)
async def test_what_cannot_be_muted_says_what_can(
    desk: Desk, kept: RedisPreferences, typed: str, said: str
) -> None:
    await desk.ask("/alert fear_greed below 10")
    assert said in await desk.ask(f"/mute {typed}")
    assert (await kept.of(CHAT)).mutes == ()


async def test_no_chat_has_more_mutes_than_it_may(desk: Desk, kept: RedisPreferences) -> None:
    for number in range(1, MOST + 1):
        await desk.ask(f"/alert btc_dominance below {30 + number}")
        await desk.ask(f"/mute {number} 1h")
    assert "You have 20 mutes, as many as a chat may have" in await desk.ask("/mute etf 1d")
    assert "Muted: alert 3" in await desk.ask("/mute 3 1d")
    assert len((await desk.answer("/mute")).buttons) == MOST
    desk.now = NOW + timedelta(hours=2)
    assert "Muted: etf" in await desk.ask("/mute etf 1d")
    assert [each.rule or each.topic for each in (await kept.of(CHAT)).mutes] == ["3", "etf"]


async def test_the_only_mute_is_lifted_and_of_several_it_asks(
    desk: Desk, kept: RedisPreferences
) -> None:
    assert (await desk.ask("/unmute")).startswith("Nothing is muted\n")
    await desk.ask("/mute dominance 1h")
    await desk.ask("/mute 1d")
    picker = await desk.answer("/unmute")
    assert commands(picker) == ["/unmute dominance", "/unmute everything", "/unmute all"]
    said = await desk.answer("/unmute everything")
    assert said.title == "Unmuted: everything"
    assert commands(said) == ["/mute everything until 2026-11-26T12:04Z"]
    said = await desk.answer("/unmute")
    assert said.title == "Unmuted: dominance"
    assert (await kept.of(CHAT)).mutes == ()


async def test_several_are_lifted_at_once(desk: Desk, kept: RedisPreferences) -> None:
    for what in ("dominance", "etf", "season"):
        await desk.ask(f"/mute {what} always")
    assert "phase is not muted. Muted: dominance, etf, season." in await desk.ask("/unmute phase")
    said = await desk.answer("/unmute etf, season")
    assert said.title == "Unmuted: etf, season"
    assert "What came while it was muted without an end was left out." in said.lines
    await desk.ask("/mute etf 1h")
    assert (await desk.answer("/unmute all")).title == "Unmuted: dominance, etf"
    assert await kept.of(CHAT) == Preferences(zone="Europe/Berlin")


async def test_the_mute_of_an_alert_goes_with_it(
    desk: Desk, kept: RedisPreferences, store_client: Client
) -> None:
    await desk.ask("/alert btc_dominance below 55")
    await desk.ask("/mute 1 always")
    await desk.ask("/unalert 1")
    assert (await kept.of(CHAT)).mutes == ()
    for again in (
        "/alert btc_dominance below 54",
        "/import /alert btc_dominance below 54",
        "/pack add risk-off",
    ):
        # As after one that was told once, and so is forgotten.
        await kept.change(CHAT, lambda before: Preferences(mutes=(*before.mutes, Mute(rule="1"))))
        await desk.ask(again)
        assert (await kept.of(CHAT)).mutes == ()
        assert (await desk.ask("/unalert all")).startswith("Removed")


def test_every_moment_is_said_by_the_clocks_of_the_chat(redis_server: EmbeddedRedis) -> None:
    with asyncio.Runner() as runner:
        redis = Redis.from_url(redis_server.url, protocol=2)
        connected = connect(redis_server.url)
        client = runner.run(connected.__aenter__())

        async def ask(stored: Preferences) -> None:
            await redis.flushall()
            await RedisPreferences(client).change(CHAT, lambda _: stored)
            desk = Desk(client, INSTANT)
            ends = [each.until for each in stored.mutes if each.until]
            minutes = [end.replace(second=0, microsecond=0) for end in ends]
            listed = await desk.answer("/mute")
            assert all(len(each.encode()) <= LONGEST_COMMAND_BYTES for each in commands(listed))
            assert said_moments(plain(listed), stored.zone) == minutes
            if len(stored.mutes) > 1:
                assert said_moments(await desk.ask("/unmute"), stored.zone) == minutes
            first, *_ = said_moments(await desk.ask("/mute dominance 1h"), stored.zone)
            assert INSTANT + timedelta(hours=1, minutes=1) > first >= INSTANT + timedelta(hours=1)

        @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
        @given(every_preference().filter(lambda stored: bool(stored.mutes)))
        def say(stored: Preferences) -> None:
            runner.run(ask(stored))

        try:
            say()
        finally:
            runner.run(connected.__aexit__(None, None, None))
            runner.run(redis.aclose())


def test_it_asks_until_it_is_said_how_long() -> None:
    by_name: dict[str, Command] = {command.name: command for command in PARTS.commands}
    for asking in ((), ("dominance",), ("3",), ("#3",), ("all",), ("nonsense",)):
        assert not by_name["mute"].changes(asking)
    for muting in ("1h", "always", "a day", "until 08:00", "dominance 1d", "3 until recovers"):
        assert by_name["mute"].changes(tuple(muting.split()))
    assert by_name["unmute"].changes(())


async def test_what_needs_no_right_mutes_nothing(desk: Desk, kept: RedisPreferences) -> None:
    mute = next(command for command in PARTS.commands if command.name == "mute")
    await desk.ask("/alert btc_dominance below 55")
    for words in ("", "dominance", "dominance_55", "1", "#1", "all", "everything", "nonsense"):
        assert not mute.changes(tuple(words.split()))
        await desk.ask(f"/mute {words}")
        assert (await kept.of(CHAT)).mutes == ()


@pytest.mark.parametrize("end", ["and", "AND", "and.", "&", "+"])
async def test_an_end_that_is_not_said_to_its_end_is_refused(
    desk: Desk, kept: RedisPreferences, end: str
) -> None:
    said = await desk.ask(f"/mute until btc_dominance below 50 {end}")
    word = end.lower().rstrip(".")
    assert said == f"That did not work\nNothing stands behind “{word}”: did the rest get lost?"
    assert (await kept.of(CHAT)).mutes == ()


async def test_what_can_be_muted_is_suggested(desk: Desk) -> None:
    await desk.ask("/alert btc_dominance below 55")
    assert "dominance" in await desk.suggest("mute", "what", "domin")
    assert "1" in await desk.suggest("mute", "what", "1")
    assert "until recovers" in await desk.suggest("mute", "length", "unt")
    await desk.ask("/mute etf 1d")
    assert [*await desk.suggest("unmute", "what", "")] == ["all", "etf"]
