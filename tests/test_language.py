"""Every language says everything, and each chat hears its own."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from bot import board, messages, wording
from bot.adapters.discord import pages
from bot.adapters.telegram import markup
from bot.language import ENGLISH, LANGUAGES, _, counted, in_every_language, known_language, speaking
from bot.messages.catch_up import catch_up
from bot.model import (
    Alert,
    Board,
    BreakoutRule,
    Chat,
    Condition,
    Kind,
    LevelRule,
    Message,
    OwnRule,
    Phase,
    Point,
    Preferences,
    Reading,
    Record,
    RuleState,
    Saying,
    Side,
    Span,
    Status,
    Transition,
    Unit,
    Window,
)
from bot.outlook import snapshot
from bot.own.messages import News, own_alert
from bot.ports import Author, always
from bot.stores.connect import Client
from bot.stores.preferences import RedisPreferences
from tests.handlers.past import CHAT, PARTS, Desk, values

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = date(2026, 3, 1)
OTHERS = [code for code in LANGUAGES if code != ENGLISH]
LONGEST_TITLE = 256
"""Of a Discord embed."""
LONGEST_LABEL = 80
"""Of a Discord button; Telegram allows more."""
BY_KEY = {each.key: each for each in PARTS.indicators}


def readings() -> dict[str, Reading]:
    """A value of everything, one of them late and one a stand-in."""
    return {
        each.key: Reading(
            each.key, each.title, 56.5, each.unit, "CoinMarketCap", DAY, NOW - timedelta(hours=5),
            final=place % 2 == 0, late=place % 7 == 0, degraded=place % 9 == 0,
        )
        for place, each in enumerate(PARTS.indicators)
    }  # fmt: skip


def shown() -> Board:
    return board.read(readings(), {}, NOW)


def told() -> Alert:
    point = Point(DAY, 54.9, "CoinMarketCap", NOW)
    rule = BY_KEY["btc_dominance"].rules[1]
    message = in_every_language(
        lambda: messages.alert(
            BY_KEY["btc_dominance"], rule, Transition(Kind.FIRED, DAY, 55.0), point, shown()
        )
    )
    return Alert(
        "dominance_55:2026-03-01:fired", "dominance_55", "dominance", Kind.FIRED, "btc_dominance",
        54.9, 55.0, Unit.PCT, "CoinMarketCap", NOW, DAY, NOW, message, ((DAY, 54.9),),
    )  # fmt: skip


def of_rules() -> Iterator[Message]:
    """Each preset rule's every kind of alert, by its vendor's value and by a stand-in's."""
    points = (
        Point(DAY, 56.5, "CoinMarketCap", NOW),
        Point(DAY, 56.5, "CoinGecko", NOW, raw=55.5, stands_in_for="CoinMarketCap"),
    )
    for indicator in PARTS.indicators:
        for rule in indicator.rules:
            kinds = [Kind.FIRED, Kind.RESOLVED]
            if isinstance(rule, BreakoutRule):
                kinds = [Kind.FIRED, Kind.INVALIDATED, Kind.RECLAIMED]
            for kind in kinds:
                news = Transition(kind, DAY, 57.0, DAY, DAY - timedelta(days=900))
                for point in points:
                    yield messages.alert(indicator, rule, news, point, shown())
            assert isinstance(rule, LevelRule | BreakoutRule)
            yield Message(rule.id, (messages.rule_text(rule, indicator),))


def of_health() -> Iterator[Message]:
    """What is said of our own sight, of days that were missed, and of the past."""
    now = readings()
    reading, standby = now["btc_dominance"], now["eth_dominance"]
    for kind in (Kind.STALE, Kind.RECOVERED):
        news = Transition(kind, DAY, None)
        yield messages.blind(reading, news, ["dominance_57", "dominance_55"], None)
        yield messages.blind(reading, news, ["altseason"], standby, served=["altseason"])
    for stands in (True, False):
        for derived in (True, False):
            yield messages.correction(
                told(), ((DAY, 54.9),), ((DAY, 55.3),), stands=stands, derived=derived
            )
    for count in (1, 2, 21):
        yield messages.found_late([told()] * count, shown())
        with_times = [(NOW, told().message)] * count
        yield catch_up(with_times)
    record = Record(2_442.74, date(2021, 11, 8), 2_500.0, DAY)
    for states in ({}, {"altseason": RuleState(Status.FIRING, DAY, DAY)}):
        yield messages.follow_up(date(2025, 10, 22), record, now, states, shown())


def of_the_board() -> Iterator[Message]:
    """The phases and the screens."""
    broken = Record(2_442.74, date(2021, 11, 8), 2_500.0, DAY, armed=False)
    leading = RuleState(Status.FIRING, date(2026, 1, 20), DAY, record=broken)
    state = RuleState(Status.FIRING, DAY, DAY)
    for states in ({}, {"russell_breakout": leading, "altseason": state}):
        seen = snapshot(readings(), PARTS.indicators, states, NOW)
        yield messages.board_screen(seen)
        yield Message("Board", (messages.board_line(seen),))
    yield Message("Record", (messages.record_line(told(), "Bitcoin dominance", composed=True),))
    index = BY_KEY["altcoin_season_index"]
    point = Point(DAY, 76.0, "CoinMarketCap", NOW)
    phases = [each for each in Phase if each is not Phase.UNKNOWN]
    for was, phase in pairwise(phases):
        yield messages.phase_turn(was, phase, DAY, indicator=index, point=point, shown=shown())


def of_own_rules() -> Iterator[Message]:
    """Own alerts of every kind."""
    below = Condition("btc_dominance", Side.BELOW, 55.0)
    rises = Condition("russell_2000", Side.ABOVE, 9.0, Window(15, Span.SESSIONS))
    now = readings()
    present = {below.reading: now["btc_dominance"], rises.reading: now["russell_2000"]}
    for saying in Saying:
        for once in (True, False):
            rule = OwnRule((below, rises), once=once, hold=timedelta(days=2))
            news = News(3, rule, saying, present, (56.0, 5.0), NOW, NOW, late=once)
            yield own_alert(news, BY_KEY, NOW)
    yield own_alert(
        News(1, OwnRule((below,)), Saying.FIRED, {}, (56.0,), None, NOW, late=False), BY_KEY, NOW
    )


def check(message: Message) -> None:
    """Nothing is left open, and each button can be shown."""
    text = messages.plain(message)
    assert not re.search(r"[{}]", text), text
    for button in message.buttons:
        assert re.fullmatch(rf"[^{{}}]{{1,{LONGEST_LABEL}}}", button.label), button


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_says_every_message(code: str) -> None:
    with speaking(code):
        found = [*of_rules(), *of_health(), *of_the_board(), *of_own_rules()]
        screen = messages.status(snapshot(readings(), PARTS.indicators, {}, NOW))
    for message in (*found, screen):
        check(message)
    for message in found:
        assert len(message.title) <= LONGEST_TITLE
        assert len(list(markup.render([message]))) == len(pages.parts([message])) == 1
    # What Telegram has to break into three would not be read.
    assert len(list(markup.render([screen]))) <= 2


def test_an_alert_is_told_in_every_language_at_once() -> None:
    message = told().message
    assert [code for code, _message in message.translations] == OTHERS
    assert message.title == "Bitcoin dominance below 55 %: 54.90 %"
    assert message.spoken("de").title == "Bitcoin-Dominanz unter 55\xa0%: 54,90\xa0%"
    titles = {code: message.spoken(code).title for code in OTHERS}
    assert len(set(titles.values())) == len(OTHERS)
    assert message.spoken("fr") == message.spoken(ENGLISH)


COMMANDS = (
    "/alert", "/alert btc_dominance below 55 remind 1d", "/alert russell_2000 up 9% in 15 sessions",
    "/alert 1", "/alert 9", "/alert nonsense", "/alert btc_dominance drops 5", "/alerts",
    "/unalert", "/unalert 1", "/history", "/history dominance", "/why", "/why 1", "/why nonsense",
    "/track", "/track dominance", "/track phase", "/preview", "/preview dominance_55",
    "/preview phase", "/theses", "/theses 2", "/theses 99", "/sources", "/sources dominance",
    "/deliveries", "/board", "/board pin", "/board unpin", "/status", "/nonsense",
    "/start", "/start t_dominance", "/start p_risk-off", "/start p_nonsense", "/start link_abc",
    "/start nonsense", "/help", "/help alert", "/help nonsense", "/subscribe",
    "/subscribe nonsense", "/subscriptions", "/unsubscribe", "/unsubscribe dominance",
    "/chart", "/chart btc_dominance",
    "/chart btc_dominance 1m", "/chart btc_dominance nonsense", "/chart nonsense", "/digest",
    "/digest week", "/digest nonsense", "/mute", "/mute dominance", "/mute dominance_57",
    "/mute dominance 1d", "/mute dominance_57 until recovers", "/mute own until 08:00",
    "/mute until btc_dominance below 1", "/mute etf always", "/mute etf nonsense",
    "/mute nonsense 1d", "/mute", "/unmute", "/unmute etf", "/unmute nonsense", "/unmute all",
    "/unmute", "/settings", "/settings zone", "/settings zone Berlin", "/settings zone nonsense",
    "/settings quiet", "/settings quiet 22:00-07:00", "/settings quiet nonsense",
    "/settings urgent", "/settings urgent breakout", "/settings urgent nonsense",
    "/settings digest", "/settings digest daily 08:00", "/settings digest weekly friday 18:00",
    "/settings digest nonsense", "/settings language", "/settings language nonsense",
    "/settings zone Istanbul", "/settings nonsense", "/settings", "/pack", "/pack risk-off",
    "/pack add risk-off", "/pack share", "/pack nonsense", "/link", "/link nonsense", "/link off",
    "/export", "/import", "/import nonsense", "/import /subscribe season; /mute season 1d",
    "/privacy", "/stop", "/stop nonsense", "/stop yes", "/stop",
)  # fmt: skip
NOT_AMONG_THEM = {each.name for each in PARTS.commands} - {
    each.split()[0].removeprefix("/") for each in COMMANDS
}
"""Commands that are asked without a word behind them."""


@pytest.mark.parametrize("code", LANGUAGES)
async def test_every_language_answers_every_question(code: str, store_client: Client) -> None:
    desk = Desk(store_client, NOW)
    first = DAY - timedelta(days=500)
    days = [first + timedelta(days=n) for n in range(501)]
    shares = [(day, 54.0 + n % 70 / 10) for n, day in enumerate(days)]
    await desk.store(
        [
            *values("btc_dominance", shares),
            *values("btc_price", [(day, 90_000.0 + 10 * n) for n, day in enumerate(days)]),
            *values("total3", [(day, 9e11 + 1e8 * n) for n, day in enumerate(days)]),
        ]
    )
    await desk.tell(told())
    set_to = Preferences(language=code)
    await RedisPreferences(store_client).change(CHAT, lambda _before: set_to)
    with speaking(code):
        broken = _("Something went wrong on my side")
    for asked in (*COMMANDS, *(f"/{name}" for name in sorted(NOT_AMONG_THEM))):
        answer = await desk.answer(asked)
        assert answer.title != broken, asked
        check(answer)


async def test_the_platform_names_the_language_and_what_is_set_wins(store_client: Client) -> None:
    desk = Desk(store_client, NOW)
    ada, chat = Author("1", always, language="de-AT"), Chat("console", "console")

    async def title(text: str) -> str:
        reply = await desk.router.answer(chat, text, ada)
        assert reply is not None
        return reply.title

    assert await title("/deliveries") == "Für diesen Chat wartet nichts"
    assert await title("/history nonsense") == "Das hat nicht geklappt"
    await RedisPreferences(store_client).change(chat, lambda _before: Preferences(language="en"))
    assert await title("/deliveries") == "Nothing waits for this chat"
    assert await title("/history nonsense") == "That did not work"


async def test_alerts_come_in_the_language_that_the_platform_named_until_one_is_set(
    store_client: Client,
) -> None:
    desk, chat = Desk(store_client, NOW), Chat("discord", "1")
    kept = RedisPreferences(store_client)

    async def spoken_after(text: str, language: str) -> str:
        assert await desk.router.answer(chat, text, Author("1", always, language=language))
        return (await kept.of(chat)).spoken

    assert await spoken_after("/subscriptions", "de") == ""
    assert await spoken_after("/subscribe nonsense", "de") == ""
    assert await spoken_after("/subscribe season", "de-AT") == "de"
    assert await spoken_after("/subscribe phase", "") == "de"
    assert await spoken_after("/settings language tr", "de") == "tr"
    assert await spoken_after("/settings language off", "de") == "de"
    assert await spoken_after("/unsubscribe phase", "en-GB") == ""
    assert await spoken_after("/subscribe phase", "ru") == "ru"
    assert await spoken_after("/stop yes", "ru") == ""


@pytest.mark.parametrize(
    ("tag", "code"),
    [("de-AT", "de"), ("pt_BR", "pt"), ("EN", "en"), ("fr", ""), ("", ""), ("zh-hans", "")],
)
def test_a_platforms_tag_names_one_of_ours_or_none(tag: str, code: str) -> None:
    assert known_language(tag) == code


def test_what_is_not_translated_is_said_in_english() -> None:
    with speaking("ru"):
        assert _("no catalogue holds this") == "no catalogue holds this"
        assert counted("one of these", "many of these", 5) == "many of these"
        assert _("") == ""
    for code in OTHERS:
        with speaking(code):
            assert counted("one of these", "many of these", 21) == "many of these"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("en", "2,648.50 · +58.90 % · 2.61 trn USD · 5 Nov 2016 · 3%"),
        ("de", "2.648,50 · +58,90\xa0% · 2,61 Bio. USD · 5. Nov. 2016 · 3\xa0%"),
        ("es", "2.648,50 · +58,90\xa0% · 2,61 billones USD · 5 nov 2016 · 3\xa0%"),
        ("pt", "2.648,50 · +58,90% · 2,61 tri USD · 5 de nov. de 2016 · 3%"),
        ("ru", "2\xa0648,50 · +58,90\xa0% · 2,61 трлн USD · 5 нояб. 2016\xa0г. · 3\xa0%"),
        ("tr", "2.648,50 · +%58,90 · 2,61 trilyon USD · 5 Kas 2016 · %3"),
    ],
)
def test_numbers_and_days_are_written_as_the_language_has_it(code: str, expected: str) -> None:
    with speaking(code):
        written = (
            wording.number(2648.5, Unit.POINTS),
            wording.percent(58.9, "+.2f"),
            wording.number(2.61e12, Unit.USD),
            wording.day_text(date(2016, 11, 5)),
            wording.share(0.03),
        )
    assert " · ".join(written) == expected


@pytest.mark.parametrize(
    ("days", "text"), [(1, "1 день"), (3, "3 дня"), (11, "11 дней"), (21, "21 день")]
)
def test_plurals_follow_the_languages_own_rule(days: int, text: str) -> None:
    with speaking("ru"):
        assert wording.days_text(days) == text
