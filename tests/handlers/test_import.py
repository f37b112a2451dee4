"""/export and /import, over a real store: what one writes the other makes again."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from bot.language import _, speaking
from bot.messages import plain
from bot.model import Chat, Condition, KeptRule, Mute, OwnRule, Preferences, Side
from bot.own.words import text
from bot.stores.connect import Client, connect
from bot.stores.embedded import EmbeddedRedis
from bot.stores.own_rules import RedisOwnRules
from bot.stores.preferences import RedisPreferences
from bot.stores.subscriptions import RedisSubscriptions
from bot.topics import ESSENTIALS, TOPICS
from handlers.export import LONGEST_BLOCK
from tests.handlers.past import CHAT, PARTS, Desk, values
from tests.own.rules import below
from tests.own.typed import TODAY, rules
from tests.wishes.examples import NOW, preferences

THERE = Chat("telegram", "-1009", "4")
MOST = 9
OTHER = OwnRule((below(41.5),), once=True)
MOST_ASKED = 6
ASKED = st.lists(rules().filter(lambda rule: rule != OTHER), max_size=MOST_ASKED, unique=True)


@pytest.fixture
def desk(store_client: Client) -> Desk:
    return Desk(store_client, NOW, rules_per_chat=MOST)


@pytest.fixture
def own(store_client: Client) -> RedisOwnRules:
    return RedisOwnRules(store_client, lambda: NOW)


KEYS = ("btc_dominance", "altcoin_season_index", "fear_greed")


def blocks(exported: str) -> list[str]:
    """What a person copies: from an /import on, to the next."""
    return [f"/import{each}" for each in exported.split("\n/import")[1:]]


JOINTS = ("\n", " ", "; ", " ;\n", ";")
"""What stands between two lines once a platform or a person has been at them."""


def by_rule(stored: Preferences, kept: Sequence[KeptRule]) -> Preferences:
    """What is set, with the mutes of own alerts by what these are, as their numbers may differ."""
    indicators = {each.key: each for each in PARTS.indicators}
    names = {str(each.number): text(each.rule, indicators) for each in kept}
    named = [replace(each, rule=names.get(each.rule, each.rule)) for each in stored.mutes]
    return replace(stored, mutes=tuple(sorted(named, key=repr)))


async def carried(
    client: Client,
    redis: Redis,
    topics: Sequence[str],
    asked: Sequence[OwnRule],
    *,
    stored: Preferences,
    joint: str,
) -> None:
    await redis.flushall()
    subscriptions = RedisSubscriptions(client)
    own = RedisOwnRules(client, lambda: NOW)
    if topics:
        await subscriptions.subscribe(CHAT, topics)
    for rule in asked:
        await own.keep(CHAT, rule, holds=[False] * len(rule.conditions), limit=50)
    kept_settings = RedisPreferences(client)
    await kept_settings.change(CHAT, lambda _: stored)
    # There is an alert already, so that all that come get other numbers.
    await own.keep(THERE, OTHER, holds=[False], limit=50)
    desk = Desk(client, NOW)
    exported = plain(await desk.answer("/export"))
    if not topics and not asked and stored == Preferences():
        assert exported.startswith("There is nothing to export\n")
        return
    parts = blocks(exported)
    assert all(len(each) <= LONGEST_BLOCK for each in parts)
    with speaking(stored.language):
        made, nothing = _("Imported"), _("Nothing new")
    for part in parts:
        first, *rest = part.strip().split("\n")
        typed = f"{first} {joint.join(rest)}"
        # The first part may set the language that the next is answered in.
        said = plain(await desk.answer(typed, THERE))
        assert said.startswith(("Imported\n", f"{made}\n"))
    assert await subscriptions.topics(THERE) == frozenset(topics)
    kept = await own.kept(THERE)
    assert [each.rule for each in kept] == [OTHER, *asked]
    carried_there = by_rule(await kept_settings.of(THERE), kept)
    assert carried_there == by_rule(stored, await own.kept(CHAT))
    again = plain(await desk.answer(" ".join(parts), THERE))
    assert again.startswith(f"{nothing}\n")
    assert len(await own.kept(THERE)) == 1 + len(asked)
    assert by_rule(await kept_settings.of(THERE), kept) == carried_there


def test_what_is_exported_is_imported_as_it_was(redis_server: EmbeddedRedis) -> None:
    with asyncio.Runner() as runner:
        redis = Redis.from_url(redis_server.url, protocol=2)
        connected = connect(redis_server.url)
        client = runner.run(connected.__aenter__())

        @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
        @given(
            topics=st.lists(st.sampled_from(sorted(TOPICS)), unique=True),
            asked=ASKED,
            stored=preferences(numbers=MOST_ASKED),
            joint=st.sampled_from(JOINTS),
        )
        def carry(topics: list[str], asked: list[OwnRule], stored: Preferences, joint: str) -> None:
            there = {str(number) for number in range(1, len(asked) + 1)}
            known = [m for m in stored.mutes if not m.rule.isdecimal() or m.rule in there]
            stored = replace(stored, mutes=tuple(known))
            runner.run(carried(client, redis, topics, asked, stored=stored, joint=joint))

        try:
            carry()
        finally:
            runner.run(connected.__aexit__(None, None, None))
            runner.run(redis.aclose())


async def test_it_is_written_as_it_could_have_been_typed(desk: Desk) -> None:
    await desk.ask("/subscribe season dominance")
    await desk.ask("/alert dominance < 55 for 2 days")
    await desk.ask("/alert Russell 2000 rises 9% in 15 sessions, remind 1d")
    assert (await desk.ask("/export")).splitlines() == [
        "Paste this into another chat, from /import on",
        "/import",
        "/subscribe dominance season",
        "/alert btc_dominance below 55 for 2d",
        "/alert russell_2000 rises 9% in 15 sessions remind 1d",
    ]


async def test_much_of_it_goes_in_parts_that_stand_alone(
    desk: Desk, own: RedisOwnRules, store_client: Client
) -> None:
    desk = Desk(store_client, NOW)
    for level in range(50):
        rule = OwnRule(tuple(below(40 + level / 4 + n, key) for n, key in enumerate(KEYS)))
        await own.keep(CHAT, rule, holds=[False] * 3, limit=50)
    exported = plain(await desk.answer("/export"))
    parts = blocks(exported)
    assert len(parts) > 1
    assert exported.startswith(f"Paste these {len(parts)} parts into another chat, each from its")
    for part in reversed(parts):
        assert "New alerts: " in await desk.ask(part, THERE)
    before = {each.rule for each in await own.kept(CHAT)}
    assert {each.rule for each in await own.kept(THERE)} == before


async def test_what_nobody_could_make_today_is_left_out_and_said(
    desk: Desk, own: RedisOwnRules
) -> None:
    over = OwnRule((below(55),), until=NOW.date() - timedelta(days=1))
    gone = OwnRule((Condition("gone", Side.ABOVE, 5.0),))
    for rule in (over, OwnRule((below(54),)), gone):
        await own.keep(CHAT, rule, holds=[False], limit=9)
    assert (await desk.ask("/export")).splitlines()[1:] == [
        "Left out, as nobody could make it today: alerts 1, 3; /alerts shows more.",
        "/import",
        "/alert btc_dominance below 54",
    ]
    await desk.ask("/unalert 2")
    assert (await desk.ask("/export")).startswith("There is nothing to export\nLeft out")


async def test_alone_it_explains_by_an_example_that_it_takes_itself(
    desk: Desk, own: RedisOwnRules
) -> None:
    said = await desk.ask("/import")
    example = "\n".join(said.splitlines()[1:4])
    assert (await desk.ask(example)).splitlines() == [
        "Imported",
        "You now also hear: dominance, season.",
        "New alerts: 1.",
        "1. btc_dominance below 55",
        "/subscriptions and /alerts show what there is now",
    ]
    assert [each.rule for each in await own.kept(CHAT)] == [OwnRule((below(55),))]


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("/alert btc_dominance below", "/alert btc_dominance below: After “below” I need a number"),
        ("/alert", "/alert: A condition is missing"),
        ("/subscribe domminance", "/subscribe domminance: There is no topic domminance. Did you"),
        ("/stop yes", "/stop yes: I import lines that begin with /subscribe, /alert, /sett"),
        ("btc_dominance below 54", "btc_dominance below 54: I import lines that begin with"),
    ],
)
async def test_one_line_that_is_not_understood_stops_all_of_them(
    desk: Desk, own: RedisOwnRules, store_client: Client, lines: str, why: str
) -> None:
    said = await desk.ask(f"/import {lines}\n/alert btc_dominance below 55\n/subscribe season")
    assert said.splitlines()[0] == "Nothing imported: I do not understand 1 of 3 lines"
    assert said.splitlines()[1].startswith(why)
    assert await own.kept(CHAT) == []
    assert await RedisSubscriptions(store_client).topics(CHAT) == frozenset()


async def test_every_mistake_has_its_line_and_many_fit_one_message(desk: Desk) -> None:
    lines = " ".join(f"/alert {name} below 5 or {'more ' * 30}" for name in "abcdefghijkl")
    said = (await desk.ask(f"/import {lines}")).splitlines()
    assert said[0] == "Nothing imported: I do not understand 12 of 12 lines"
    assert said[-2] == "and 4 more"


async def test_lines_are_taken_as_people_send_them(desk: Desk, own: RedisOwnRules) -> None:
    said = await desk.ask("/import /Subscribe@somebot; /ALERT@somebot Domminance under 54;")
    assert "I took a name you typed for btc_dominance." in said
    assert f"You now also hear: {', '.join(ESSENTIALS)}." in said
    assert [each.rule for each in await own.kept(CHAT)] == [OwnRule((below(54),))]


async def test_the_answer_is_in_the_language_that_was_imported(desk: Desk) -> None:
    message = await desk.answer("/import /settings language de; /subscribe dominance")
    with speaking("de"):
        assert message.title == _("Imported")
    assert message.title != "Imported"


async def test_what_is_there_already_is_kept_once(desk: Desk, own: RedisOwnRules) -> None:
    await desk.ask("/alert btc_dominance below 55")
    await desk.ask("/subscribe season")
    said = await desk.ask(
        "/import /alert dominance < 55 /alert dominance < 54 /alert btc_dominance < 54.0"
        " /subscribe season"
    )
    assert "You heard all of these topics already." in said
    assert "New alerts: 1; 1 you had already.\n2. btc_dominance below 54" in said
    assert len(await own.kept(CHAT)) == 2


async def test_more_than_a_chat_may_have_is_not_begun(
    desk: Desk, own: RedisOwnRules, store_client: Client
) -> None:
    await desk.ask("/alert btc_dominance below 40")
    lines = " ".join(f"/alert btc_dominance below {41 + n}" for n in range(MOST))
    said = await desk.ask(f"/import {lines}")
    assert "These are 9 new alerts, and you have 1; a chat may have 9 here." in said
    assert len(await own.kept(CHAT)) == 1
    none = Desk(store_client, NOW, rules_per_chat=0)
    assert "switched own alerts off" in await none.ask("/import /alert btc_dominance below 41")
    assert "now also hear" in await none.ask("/import /subscribe season")


async def test_what_is_already_true_is_kept_silently(desk: Desk, own: RedisOwnRules) -> None:
    day = date(TODAY.year, TODAY.month, TODAY.day)
    told = values("btc_dominance", [(day - timedelta(days=1), 60.0), (day, 54.0)])
    await desk.store([*told[:1], replace(told[1], final=False, as_of=NOW, observed_at=NOW)])
    await desk.ask("/import /alert btc_dominance below 55; /alert btc_dominance below 53")
    assert [each.firing for each in await own.kept(CHAT)] == [True, False]


# --- Settings and mutes ---------------------------------------------------------------------------


async def test_settings_and_mutes_are_written_as_they_could_have_been_typed(desk: Desk) -> None:
    for command in (
        "/alert fear_greed below 10",
        "/alert dominance < 55",
        "/mute 2 until recovers",
        "/mute season always",
        "/mute until dominance < 40",
        "/settings zone berlin",
        "/mute etf until 2026-11-30 13:00",
        "/settings quiet 22-7",
        "/settings urgent own phase",
        "/settings digest weekly",
        "/settings language english",
        "/unalert 1",
    ):
        await desk.ask(command)
    assert (await desk.ask("/export")).splitlines()[1:] == [
        "/import",
        "/settings zone Europe/Berlin",
        "/settings quiet 22:00-07:00",
        "/settings urgent phase own",
        "/settings digest weekly monday 08:00",
        "/settings language en",
        "/alert btc_dominance below 55",
        "/mute it until recovers",
        "/mute season always",
        "/mute everything until btc_dominance below 40",
        "/mute etf until 2026-11-30T12:00Z",
    ]


async def test_what_is_set_is_said(desk: Desk, store_client: Client) -> None:
    lines = (
        "/settings zone berlin; /settings quiet 22-7; /alert dominance < 54; /mute it 1d; "
        "/mute etf until 2026-11-01T12:00Z; /mute season always"
    )
    said = await desk.ask(f"/import {lines}")
    assert said.splitlines() == [
        "Imported",
        "New alerts: 1.",
        "1. btc_dominance below 54",
        "Set: zone Europe/Berlin; quiet 22:00-07:00.",
        "Muted: alert 1, until 2026-11-26 13:04 Europe/Berlin.",
        "Muted: season, until you lift it.",
        "1 mute was over already.",
        "/subscriptions and /alerts show what there is now",
    ]
    again = await desk.ask("/import /settings quiet 22-7 /mute season always")
    assert again.splitlines()[:2] == ["Nothing new", "All of it was set already."]
    mutes = (await RedisPreferences(store_client).of(CHAT)).mutes
    assert [each.rule or each.topic for each in mutes] == ["1", "season"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("/settings quiet soon", "/settings quiet soon: I do not understand the hours soon"),
        ("/settings", "/settings: I import lines that begin with"),
        ("/settings zone", "/settings zone: What should it be?"),
        ("/mute it 1d", "/mute it 1d: “it” is the alert of the line before, and there is none."),
        ("/mute domminance 1d", "/mute domminance 1d: There is no topic, rule or alert"),
        ("/mute etf", "/mute etf: Say for how long"),
        ("/mute 1 1d", "/mute 1 1d: You have no alert 1."),
        ("/mute etf 31d", "/mute etf 31d: I mute for 1 minute up to 30 days"),
    ],
)
async def test_a_setting_that_is_not_understood_stops_all_of_them(
    desk: Desk, own: RedisOwnRules, store_client: Client, line: str, why: str
) -> None:
    said = await desk.ask(f"/import {line} /settings zone berlin /alert dominance < 55")
    assert said.splitlines()[0] == "Nothing imported: I do not understand 1 of 3 lines"
    assert said.splitlines()[1].startswith(why)
    assert await own.kept(CHAT) == []
    assert await RedisPreferences(store_client).of(CHAT) == Preferences()


async def test_more_mutes_than_a_chat_may_have_are_not_begun(
    desk: Desk, own: RedisOwnRules, store_client: Client
) -> None:
    topics = [Mute(topic) for topic in sorted(TOPICS)]
    await RedisPreferences(store_client).change(CHAT, lambda _: Preferences(mutes=(*topics,)))
    lines = " ".join(f"/alert fear_greed below {n} /mute it 1d" for n in range(10, 17))
    assert "You have 20 mutes, as many as a chat may have" in await desk.ask(f"/import {lines}")
    assert await own.kept(CHAT) == []
    assert len((await RedisPreferences(store_client).of(CHAT)).mutes) == len(TOPICS)
