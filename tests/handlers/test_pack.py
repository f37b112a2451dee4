"""/pack, over a real store: what is shipped, and what people pass on to each other as codes."""

import asyncio
import base64
import time
import zlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from bot.messages.buttons import LONGEST_COMMAND_BYTES
from bot.model import Chat, OwnRule
from bot.own.words import text
from bot.packs import (
    LONGEST_LINK,
    SHIPPED,
    BadCode,
    Pack,
    Unmakeable,
    code,
    read,
    understood,
    write,
)
from bot.packs.dictionary import DICTIONARY
from bot.stores.connect import Client, connect
from bot.stores.embedded import EmbeddedRedis
from bot.stores.own_rules import RedisOwnRules
from bot.stores.subscriptions import RedisSubscriptions
from bot.topics import ESSENTIALS, TOPICS
from tests.handlers.past import CHAT, Desk
from tests.own.rules import below
from tests.own.typed import BY_KEY, INDICATORS, LEVELLED, TODAY, rules

NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
THERE = Chat("telegram", "-1009", "4")
MOST = 4
OTHER = OwnRule((below(42),))


@pytest.fixture
def desk(store_client: Client) -> Desk:
    return Desk(store_client, NOW, rules_per_chat=MOST)


@pytest.fixture
def own(store_client: Client) -> RedisOwnRules:
    return RedisOwnRules(store_client, lambda: NOW)


# --- What is shipped ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_shipped_is_understood_as_it_is_written(name: str) -> None:
    pack = SHIPPED[name].pack
    found = understood(pack, INDICATORS, TOPICS, TODAY)
    assert tuple(text(rule, BY_KEY) for rule in found.rules) == pack.rules
    assert found.topics == pack.topics
    assert len(write(pack)) <= LONGEST_LINK
    assert len(f"/pack add {name}".encode()) <= LONGEST_COMMAND_BYTES


async def test_each_is_shown_before_it_is_added(desk: Desk, own: RedisOwnRules) -> None:
    listed = await desk.answer("/pack")
    assert [each.command for each in listed.buttons] == [
        "/pack altseason-confirmed",
        "/pack breakout-watch",
        "/pack risk-off",
        "/pack share",
    ]
    for button in listed.buttons[:3]:
        shown = await desk.answer(button.command)
        assert shown.footer == "Nothing is added yet"
        assert await own.kept(CHAT) == []
        (add,) = shown.buttons
        assert add.command == button.command.replace("/pack", "/pack add")


async def test_adding_makes_what_is_missing_and_nothing_twice(
    desk: Desk, own: RedisOwnRules
) -> None:
    await desk.ask("/subscribe etf")
    await desk.ask("/alert fear_greed below 20")
    added = await desk.answer("/pack add Risk-Off")
    assert added.title == "Added"
    assert added.lines == (
        "You now also hear: breakout, dominance, liquidity, leverage.",
        "2. russell_2000 falls 9% in 15 sessions",
        "3. total_market_cap falls 15% in 7 days",
        "4. btc_dominance rises 3pp in 30 days",
    )
    again = await desk.answer("/pack add risk-off")
    assert again.title == "Nothing new"
    assert len(await own.kept(CHAT)) == 4
    shown = await desk.answer("/pack risk-off")
    assert shown.footer == "You have all of it"
    assert shown.buttons == ()


async def test_what_does_not_fit_is_not_begun(
    desk: Desk, own: RedisOwnRules, store_client: Client
) -> None:
    await desk.ask("/alert btc_price above 100000")
    said = await desk.ask("/pack add risk-off")
    assert (
        "These are 4 new alerts, and you have 1; a chat may have 4 here. Nothing was added." in said
    )
    assert "Nothing was added." in await desk.ask("/pack risk-off")
    assert len(await own.kept(CHAT)) == 1
    assert await RedisSubscriptions(store_client).topics(CHAT) == frozenset()
    none = Desk(store_client, NOW, rules_per_chat=0)
    assert "switched own alerts off" in await none.ask("/pack add risk-off", THERE)


async def test_what_somebody_else_adds_meanwhile_leaves_nothing_half_done(
    store_client: Client, redis: Redis
) -> None:
    desk = Desk(store_client, NOW, rules_per_chat=MOST)
    own = RedisOwnRules(store_client, lambda: NOW)
    for _attempt in range(4):
        await redis.flushall()
        await asyncio.gather(
            desk.answer("/pack add risk-off"), own.keep(CHAT, OTHER, holds=[False], limit=MOST)
        )
        kept = {each.rule for each in await own.kept(CHAT)} - {OTHER}
        topics = await RedisSubscriptions(store_client).topics(CHAT)
        assert (len(kept), len(topics)) in ((0, 0), (4, 5))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/pack riskoff", "There is no pack riskoff. Did you mean risk-off? /pack lists them."),
        ("/pack add", "Which one? /pack lists them; a code can stand there as well."),
        ("/pack add nonsense", "There is no pack nonsense."),
        ("/pack 2abc", "another version of me"),
        ("/pack 1abc", "That code is damaged"),
        ("/pack 1", "That code is damaged"),
        ("/pack add 1abc", "That code is damaged"),
        ("/pack 1éé", "That code is damaged"),
    ],
)
async def test_what_is_no_pack_is_told(desk: Desk, typed: str, said: str) -> None:
    answer = await desk.answer(typed)
    assert answer.title == "That did not work"
    assert said in answer.lines[0]


# --- Codes ----------------------------------------------------------------------------------------


async def test_a_few_rules_fit_a_link(desk: Desk) -> None:
    await desk.ask("/subscribe")
    await desk.ask("/alert btc_dominance below 53.7 step 1")
    await desk.ask("/alert russell_2000 above 2850 once")
    await desk.ask("/alert btc_price above 120000 remind 1d")
    shared = await desk.answer("/pack share")
    written = shared.lines[0]
    assert len(written) <= LONGEST_LINK
    assert shared.lines[-1].endswith(f"?start=p_{written}")
    assert "It holds 5 topics and 3 alerts, and nothing about you or this chat." in shared.lines
    for typed in (f"/start p_{written}", f"/pack https://t.me/some_bot?start=p_{written}"):
        shown = await desk.answer(typed, THERE)
        assert shown.title == "In this pack"
        (add,) = shown.buttons
        assert len(add.command.encode()) <= LONGEST_COMMAND_BYTES
    assert (await desk.answer(add.command, THERE)).title == "Added"


async def test_a_code_that_no_button_holds_is_added_by_typing_it(desk: Desk) -> None:
    for level in ("53.71", "52.13", "50.09"):
        await desk.ask(f"/alert btc_dominance below {level} and own_season_50 above 61.7 for 9h")
    written = (await desk.answer("/pack share")).lines[0]
    shown = await desk.answer(f"/pack {written}", THERE)
    assert shown.buttons == ()
    assert "/pack add" in shown.lines[-1]
    broken = f"{written[:20]}\n{written[20:]}"
    assert (await desk.answer(f"/pack add {broken}", THERE)).title == "Added"


async def test_nothing_to_share_and_too_much_to_share(store_client: Client) -> None:
    desk = Desk(store_client, NOW, rules_per_chat=200)
    assert (await desk.answer("/pack share")).title == "There is nothing to share"
    own = RedisOwnRules(store_client, lambda: NOW)
    for number in range(code.MOST_RULES + 1):
        await own.keep(CHAT, OwnRule((below(40 + number / 10),)), holds=[False], limit=200)
    assert "too much for one code; /export writes all of it" in await desk.ask("/pack share")


async def carried(
    client: Client, redis: Redis, topics: Sequence[str], asked: Sequence[OwnRule]
) -> None:
    await redis.flushall()
    own, subscriptions = RedisOwnRules(client, lambda: NOW), RedisSubscriptions(client)
    if topics:
        await subscriptions.subscribe(CHAT, topics)
    for rule in asked:
        await own.keep(CHAT, rule, holds=[False] * len(rule.conditions), limit=50)
    desk = Desk(client, NOW)
    shared = await desk.answer("/pack share")
    if not topics and not asked:
        assert shared.title == "There is nothing to share"
        return
    assert (await desk.answer(f"/pack add {shared.lines[0]}", THERE)).title == "Added"
    assert await subscriptions.topics(THERE) == frozenset(topics)
    assert [each.rule for each in await own.kept(THERE)] == list(asked)
    assert (await desk.answer("/pack share", THERE)).lines[0] == shared.lines[0]


def test_what_is_shared_is_added_as_it_was(redis_server: EmbeddedRedis) -> None:
    with asyncio.Runner() as runner:
        redis = Redis.from_url(redis_server.url, protocol=2)
        connected = connect(redis_server.url)
        client = runner.run(connected.__aenter__())

        @settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
        @given(
            topics=st.lists(st.sampled_from(sorted(TOPICS)), unique=True),
            asked=st.lists(rules(), max_size=6, unique=True),
        )
        def whatever_it_is(topics: list[str], asked: list[OwnRule]) -> None:
            runner.run(carried(client, redis, topics, asked))

        try:
            whatever_it_is()
        finally:
            runner.run(connected.__aexit__(None, None, None))
            runner.run(redis.aclose())


SEVERAL = Pack(ESSENTIALS, ("btc_dominance below 55", "whale_supply above 3.3m once"))


def test_codes_that_people_have_kept_are_read_for_ever() -> None:
    kept = {
        "134JyIy4TAQA": Pack(ESSENTIALS),
        "1e0A2w2EfAA": Pack(rules=("btc_dominance below 55",)),
        "1t9FNw8g7oNwJzj_kugSvddDyAgA": SHIPPED["altseason-confirmed"].pack,
    }
    for written, pack in kept.items():
        assert read(written) == pack
    assert zlib.crc32(DICTIONARY) == 2843427603


@given(place=st.integers(min_value=0), letter=st.sampled_from("A9_-zé=\n "))
def test_a_slip_of_the_hand_is_noticed_or_does_no_harm(place: int, letter: str) -> None:
    written = write(SEVERAL)
    cut = place % len(written)
    changed = written[:cut] + letter + written[cut + 1 :]
    try:
        assert read(changed) == SEVERAL
    except BadCode:
        assert changed != written
    with pytest.raises(BadCode):
        read(written[:cut])


@given(st.text(max_size=200) | st.from_regex(r"1[A-Za-z0-9_-]{0,300}", fullmatch=True))
def test_whatever_somebody_makes_up_is_a_code_or_told(typed: str) -> None:
    with suppress(BadCode):
        assert isinstance(read(typed), Pack)


def forged(said: bytes) -> str:
    """A code for any text, made by somebody who knows how."""
    packer = zlib.compressobj(9, zlib.DEFLATED, code.RAW, 9, zlib.Z_DEFAULT_STRATEGY, DICTIONARY)
    raw = zlib.crc32(said).to_bytes(4, "big")[1:] + packer.compress(said) + packer.flush()
    return "1" + base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"\n" + b"btc_dominance below 55\n" * 2_000_000, "damaged"),
        (b"\xff\xfe", "damaged"),
        (b"dominance <b>@everyone", "It holds the topic <b>@everyone, which there is not here."),
        (b"\n/stop yes", "It holds the alert “/stop yes”, which cannot be made here: "),
        (b"\nbtc_dominanc below 55", "There is no number of exactly that name."),
        (b"\nbtc_dominance below 55 until 2020-01-01", "2020-01-01 is over"),
        (b"\nbtc_dominance below 55 or " + b"x" * 3000, "That is too long"),
    ],
)
async def test_a_forged_code_says_no_more_than_words_could(
    desk: Desk, own: RedisOwnRules, said: bytes, why: str
) -> None:
    answer = await desk.answer(f"/pack add {forged(said)}")
    assert why in answer.lines[0]
    assert len(answer.lines[0]) < 400
    assert await own.kept(CHAT) == []


def test_no_code_takes_long() -> None:
    """The most that a code can hold, of the numbers whose names take longest to find."""
    names = sorted((each.key for each in LEVELLED), key=len)[-9:]
    long_rules = [f"{one} above 1.{n} and {two} above 1.{n} and {three} above 1.{n}"
                  for n in range(20) for one, two, three in zip(names, names[3:], names[6:],
                                                                strict=False)]  # fmt: skip
    slow = forged("\n".join(["", *long_rules[: code.MOST_RULES]]).encode())
    misspelt = forged(b"\n" + b"altcoin seasn indx blockchaincentre " * 10)
    for each in (slow, misspelt):
        began = time.perf_counter()
        with suppress(Unmakeable):
            understood(read(each), INDICATORS, TOPICS, TODAY)
        assert time.perf_counter() - began < 1
