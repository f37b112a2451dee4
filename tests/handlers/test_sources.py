"""/sources, over a real store; and what is said of any health of any choice of sources."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalogue import SERIES
from bot.messages import plain
from bot.messages.sources import Sources, detail, overview
from bot.model import FeedHealth
from bot.ports import Source
from bot.stores.connect import Client
from tests.handlers.past import LONGEST_REPLY, PARTS, Desk

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
FEEDS = PARTS.feeds
DOMINANCE = next(each for each in PARTS.indicators if each.key == "btc_dominance")
LOST = "api.coingecko.com answered 429 Too Many Requests."


def well(*other: FeedHealth) -> Mapping[str, FeedHealth]:
    health = {feed.name: FeedHealth(feed.name, NOW - timedelta(minutes=4)) for feed in FEEDS}
    return health | {each.feed: each for each in other}


def said(health: Mapping[str, FeedHealth], sources: tuple[Source, ...] = PARTS.sources) -> str:
    return plain(overview(Sources(sources, health, NOW), PARTS.indicators))


def test_the_boards_numbers_come_first() -> None:
    lines = said(well()).splitlines()
    assert lines[1:4] == [
        "Russell 2000: Yahoo, 4 min ago; behind it Cboe",
        "Bitcoin dominance: CoinMarketCap, 4 min ago; behind it CoinGecko, CoinPaprika, CoinLore, "
        "Alternative.me",
        "Bitcoin ETF net flow: The Block, 4 min ago; behind it CoinMarketCap, Bitbo, Farside, "
        "SoSoValue, CoinGlass",
    ]
    assert "Nasdaq, 4 min ago: IWM, the largest Russell 2000 fund" in lines


def test_who_fails_is_said_before_all_else() -> None:
    failing = FeedHealth("coingecko/global", NOW - timedelta(hours=5), NOW, LOST)
    never = FeedHealth("kraken/ticker", None, NOW, "no answer within 10 s")
    lines = said(well(failing, never)).splitlines()
    assert lines[1] == (
        "! CoinGecko: fails since its answer of 2026-03-02 07:00 UTC (api.coingecko.com answered "
        "429 Too Many Requests)"
    )
    assert lines[2] == "! Kraken: has never answered (no answer within 10 s)"
    assert lines[3] == ""


def test_before_the_first_answer_nothing_has_an_age() -> None:
    text = said({})
    assert "Russell 2000: Yahoo, no answer yet; behind it Cboe" in text
    assert " ago" not in text
    one = {"okx/funding": FeedHealth("okx/funding", NOW)}
    assert "OKX, some without an answer yet: " in said(one)


def test_several_numbers_are_as_old_as_the_oldest() -> None:
    text = said(well(FeedHealth("okx/funding", NOW - timedelta(hours=7))))
    assert "\nOKX, 7 h ago: OKX open interest" in text


def test_one_number_is_told_with_terms_faults_and_notices() -> None:
    failing = FeedHealth("coingecko/global", NOW - timedelta(hours=5), NOW, LOST)
    apart = FeedHealth("apart/btc_dominance/CoinGecko", NOW, notice="They have drifted apart.")
    text = plain(detail(Sources(PARTS.sources, well(failing, apart), NOW), DOMINANCE))
    lines = text.splitlines()
    assert lines[:3] == [
        "Sources of Bitcoin dominance",
        "Bitcoin dominance:",
        "1. CoinMarketCap: answered 4 min ago; the levels are set for it.",
    ]
    place = lines.index("2. CoinGecko: answered 5 h ago; stands in where those before fail.")
    assert lines[place + 1].startswith("   coingecko/global fails since its answer of 2026-03-02")
    assert lines[place + 2] == "   They have drifted apart."
    assert lines[place + 3].startswith("   api.coingecko.com: Public interface, shared limit")


def test_a_vendor_that_is_switched_off_leaves_its_levels_behind() -> None:
    rest = tuple(each for each in PARTS.sources if not each.name.startswith("CoinMarketCap"))
    text = plain(detail(Sources(rest, well(), NOW), DOMINANCE))
    assert "1. CoinGecko: answered 4 min ago; stands in where those before fail." in text
    assert "the levels are set for it" not in text


def test_what_gives_only_its_past_stands_behind_nobody() -> None:
    (web,) = [each for each in PARTS.sources if each.name == "CoinMarketCap web"]
    past = replace(
        web, feeds=tuple(replace(f, plan=(), stands_by=False, rank=9, ranks={}) for f in web.feeds)
    )
    (gecko,) = [each for each in PARTS.sources if each.name == "CoinGecko"]
    sources = (past, gecko)
    assert "Bitcoin dominance: CoinGecko, 4 min ago\n" in said(well(), sources)
    text = plain(detail(Sources(sources, well(), NOW), DOMINANCE))
    assert "2. CoinMarketCap: answered 4 min ago; only its past is read." in text


def test_a_number_without_any_source_says_so() -> None:
    assert "Bitcoin dominance: no source is switched on that gives it" in said({}, ())
    text = plain(detail(Sources((), {}, NOW), DOMINANCE))
    assert "No source is switched on that gives it." in text


moments = st.one_of(
    st.none(), st.integers(0, 10_000).map(lambda hours: NOW - timedelta(hours=hours))
)
errors = st.one_of(st.just(""), st.text("abc ", min_size=1, max_size=300))
feed_health = st.builds(FeedHealth, st.just(""), moments, moments, errors)


@given(
    st.dictionaries(st.sampled_from([feed.name for feed in FEEDS]), feed_health),
    st.sets(st.sampled_from(PARTS.sources)),
)
def test_whatever_fails_it_fits_a_phone_and_names_each_number(
    health: dict[str, FeedHealth], chosen: set[Source]
) -> None:
    asked = tuple(each for each in PARTS.sources if each in chosen)
    sources = Sources(asked, health, NOW)
    text = said(health, asked)
    assert len(text) <= LONGEST_REPLY
    shown = [line for line in text.splitlines() if not line.startswith("!")]
    for series in {s for each in asked for feed in each.feeds for s in feed.series}:
        named = [line for line in shown if SERIES[series].title in line]
        assert named, series
    for indicator in PARTS.indicators:
        assert len(plain(detail(sources, indicator))) <= 2 * LONGEST_REPLY


@pytest.mark.parametrize("typed", ["btc_dominance", "Bitcoin Dominance", "dominance", "dominence"])
async def test_a_number_is_named_as_people_do(store_client: Client, typed: str) -> None:
    desk = Desk(store_client, NOW)
    assert (await desk.ask(f"/sources {typed}")).startswith("Sources of Bitcoin dominance\n")


async def test_an_unknown_number_says_so_and_none_lists_them(store_client: Client) -> None:
    desk = Desk(store_client, NOW)
    assert "I have no number called “foo”." in await desk.ask("/sources foo")
    assert (await desk.ask("/sources")).startswith("Who tells me the numbers\n")


async def test_it_is_read_from_what_the_poller_noted(store_client: Client) -> None:
    desk = Desk(store_client, NOW)
    await desk.note(FeedHealth("yahoo/russell_2000", NOW - timedelta(hours=3), NOW, "no route"))
    said = await desk.ask("/sources russell")
    assert "1. Yahoo: answered 3 h ago; the levels are set for it." in said
    assert "yahoo/russell_2000 fails since its answer of 2026-03-02 09:00 UTC (no route)." in said
    assert "! Yahoo: fails since" in await desk.ask("/sources")
