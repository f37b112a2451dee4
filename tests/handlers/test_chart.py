"""/chart, over a real store."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.adapters.console import AT_THE_KEYBOARD
from bot.language import ENGLISH
from bot.model import Chart
from bot.stores.connect import Client
from handlers import chart
from tests.handlers.past import CHAT, HISTORY, NOW, PARTS, Desk, recorded, values
from tests.stores.examples import alert

TODAY = NOW.date()
LAST = TODAY - timedelta(days=1)
MOST_BYTES_BEHIND_A_BUTTON = 54
MOST_SIGNS_OF_AN_ALTERNATIVE = 600


@pytest.fixture
def desk(store_client: Client) -> Desk:
    return Desk(store_client)


async def with_dominance(desk: Desk, shares: list[float]) -> Desk:
    """A value a day, the last of them yesterday's."""
    first = LAST - timedelta(days=len(shares) - 1)
    days = [(first + timedelta(days=n), share) for n, share in enumerate(shares)]
    await desk.store(values("btc_dominance", days))
    return desk


async def test_it_says_in_words_what_the_picture_shows(desk: Desk) -> None:
    await with_dominance(desk, [*([60.0] * 600), 61.5, *([56.0] * 10), *([60.0] * 19), 56.5, 56.0])
    reply = await desk.answer("/chart btc_dominance")
    assert reply.title == "Bitcoin dominance, 1 year"
    assert reply.lines == (
        "Now 56.00 % (CoinMarketCap, as of 2024-12-31 21:30 UTC, 3 h old).",
        "366 values by CoinMarketCap, 1 Jan 2024 to 31 Dec 2024: from 60.00 % to 56.00 %, lowest "
        "56.00 % on 1 Dec 2024, highest 61.50 % on 30 Nov 2024.",
        "dominance_57: 1.00 pp below the level of 57 %. It fired 2 times in this time. It has been "
        "true since 31 Dec 2024.",
        "dominance_55: 1.00 pp above the level of 55 %. It did not fire in this time.",
    )
    assert reply.chart == Chart(
        "btc_dominance",
        date(2024, 1, 1),
        TODAY,
        f"Chart of Bitcoin dominance. {reply.lines[1]} It crosses the level of 57 % 3 times, last "
        "on 30 Dec 2024. It does not cross the level of 55 %.",
        ENGLISH,
    )
    assert [(each.label, each.command, each.replaces) for each in reply.buttons] == [
        ("1 month", "/chart btc_dominance 30d", True),
        ("1 year", "/chart btc_dominance 1y", True),
        ("5 years", "/chart btc_dominance 5y", True),
    ]


async def test_whoever_looked_before_the_alert_sees_all_of_it_after(desk: Desk) -> None:
    before = [(LAST - timedelta(days=n), 60.0) for n in range(40, 1, -1)]
    await desk.store(values("btc_dominance", before))
    assert "It did not fire in this time." in (await desk.answer("/chart btc_dominance")).lines[2]
    desk.now += timedelta(minutes=1)
    days = [(LAST - timedelta(days=1), 56.0), (LAST, 56.0)]
    await desk.store(values("btc_dominance", days))
    told = replace(
        alert(f"dominance_57:{LAST}:fired"),
        rule="dominance_57",
        vendor="CoinMarketCap",
        day=LAST,
        decided_at=desk.now,
    )
    await desk.tell(told)
    desk.now += timedelta(minutes=1)
    assert "It fired once in this time." in (await desk.answer("/chart btc_dominance")).lines[2]
    assert "State: pending (since " in await desk.ask("/why dominance_57")


@pytest.mark.parametrize(
    ("typed", "title", "since"),
    [
        ("dominance 30d", "Bitcoin dominance, 30 days", date(2024, 12, 2)),
        ("BTC_DOMINANCE 1D", "Bitcoin dominance, 1 day", LAST),
        ("btc dominance 2weeks", "Bitcoin dominance, 2 weeks", date(2024, 12, 18)),
        ("bitcoin dominance 6m", "Bitcoin dominance, 6 months", date(2024, 7, 1)),
        ("dominance max", "Bitcoin dominance, all there is", date(2023, 5, 10)),
        ("btc dominance 999y", "Bitcoin dominance, 999 years", date(1026, 1, 1)),
        ("btc dominance change 30d", "Bitcoin dominance, 30 days, 1 year", date(2024, 1, 1)),
        ("btc dominance change 30d 6m", "Bitcoin dominance, 30 days, 6 months", date(2024, 7, 1)),
    ],
)
async def test_a_number_and_a_time_are_found_as_people_type_them(
    desk: Desk, typed: str, title: str, since: date
) -> None:
    await with_dominance(desk, [60.0] * 602)
    reply = await desk.answer(f"/chart {typed}")
    assert reply.title == title
    assert reply.chart is not None
    assert (reply.chart.since, reply.chart.until) == (since, TODAY)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Say which number, as in /chart btc_dominance 6m; /status lists them."),
        ("nonsense", "I have no number called “nonsense”. /status lists all there are."),
        ("nonsense 5y", "I have no number called “nonsense”. /status lists all there are."),
        ("5y", "I have no number called “5y”. /status lists all there are."),
        ("dominance 0d", "I have no number called “dominance 0d”."),
        ("btc_price", "I have no finished day's value of Bitcoin price yet."),
        (
            "dominance 30d",
            "The last value of Bitcoin dominance is of 2 Nov 2024; /chart btc_dominance max shows "
            "all there is.",
        ),
    ],
)
async def test_what_cannot_be_shown_is_said(desk: Desk, typed: str, said: str) -> None:
    await desk.store(values("btc_dominance", [(LAST - timedelta(days=59), 60.0)]))
    reply = await desk.answer(f"/chart {typed}")
    assert reply.lines[0].startswith(said)
    assert reply.chart is None


async def test_a_value_of_an_unfinished_day_is_said_and_not_drawn(desk: Desk) -> None:
    await with_dominance(desk, [60.0] * 5)
    await desk.store(values("btc_dominance", [(TODAY, 50.0)], final=False))
    lines = (await desk.answer("/chart btc_dominance 30d")).lines
    assert lines[0].startswith("Now 50.00 %")
    assert lines[0].endswith("The day is not over.")
    assert "5 values" in lines[1]
    assert "lowest 60.00 %" in lines[1]


async def test_every_number_is_suggested_and_fits_behind_a_button(desk: Desk) -> None:
    router = desk.router
    found = await router.suggest(CHAT, "chart", "indicator", "bitcoin dom", AT_THE_KEYBOARD)
    assert found[0] == "Bitcoin dominance"
    everything = await router.suggest(CHAT, "chart", "indicator", "", AT_THE_KEYBOARD)
    assert {each.key for each in PARTS.indicators} < set(everything)
    for indicator in PARTS.indicators:
        for button in chart._buttons(indicator):
            assert len(button.command.encode()) <= MOST_BYTES_BEHIND_A_BUTTON


@pytest.mark.skipif(not HISTORY.is_dir(), reason="needs the recorded history")
async def test_over_forty_years_each_number_has_its_words(desk: Desk) -> None:
    await desk.store(recorded())
    for key in ("russell_2000", "altcoin_season_index", "btc_etf_flow_20", "cpi_yoy"):
        reply = await desk.answer(f"/chart {key} max")
        assert reply.chart is not None, key
        assert len(reply.chart.alternative) < MOST_SIGNS_OF_AN_ALTERNATIVE
        assert await desk.ask(f"/chart {key} max")
