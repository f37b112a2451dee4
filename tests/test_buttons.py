"""What stands under alerts to be pressed: commands that mean this alert, and fit on a button."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot import recorded
from bot.messages.buttons import (
    LONGEST_COMMAND_BYTES,
    READ_BY_GATE,
    status_buttons,
    topic_toggles,
    with_alert_buttons,
    with_own_buttons,
)
from bot.model import (
    Alert,
    Board,
    Condition,
    Gate,
    GateState,
    Kind,
    Message,
    OwnRule,
    Phase,
    Side,
    Unit,
)
from bot.own.names import meant
from bot.parts import find_indicators
from bot.topics import ESSENTIALS, TOPICS

INDICATORS = find_indicators()
DAY = date(2026, 11, 25)
NOW = datetime(2026, 11, 25, 21, 30, tzinfo=UTC)
FIRED = Alert(
    id=f"dominance_55:{DAY}:fired",
    rule="dominance_55",
    topic="dominance",
    kind=Kind.FIRED,
    indicator="btc_dominance",
    value=54.9,
    level=55.0,
    unit=Unit.PCT,
    vendor="CoinMarketCap",
    as_of=NOW,
    day=DAY,
    decided_at=NOW,
    message=Message("Bitcoin dominance below 55 %", ("54.9 % against 55 %",)),
)


def under(message: Message) -> list[tuple[str, str]]:
    return [(each.label, each.command) for each in message.buttons]


def every_happening() -> Iterator[Alert]:
    """Of every rule, each of its kinds, also found late and corrected."""
    for indicator in INDICATORS:
        for rule in indicator.rules:
            for kind in (Kind.FIRED, Kind.RESOLVED, Kind.INVALIDATED, Kind.RECLAIMED):
                id_ = f"{rule.id}:{DAY}:{kind}"
                about = replace(FIRED, rule=rule.id, topic=rule.topic, indicator=indicator.key)
                yield replace(about, id=id_, kind=kind)
    for rule_id, topic in (("phase", "phase"), ("breakout_follow_up", "breakout")):
        yield replace(FIRED, id=f"{rule_id}:{DAY}:fired", rule=rule_id, topic=topic)


def test_an_alert_can_be_asked_about_and_silenced() -> None:
    alert = with_alert_buttons(FIRED)
    assert under(alert.message) == [
        ("Why", "/why dominance_55:2026-11-25:fired"),
        ("Chart", "/chart btc_dominance"),
        ("Snooze", "/mute dominance_55"),
        ("Mute topic", "/mute dominance always"),
    ]
    assert replace(alert.message, buttons=()) == FIRED.message


def test_every_button_of_every_rule_fits() -> None:
    for alert in every_happening():
        wanted = 3 if alert.rule == "breakout_follow_up" else 4
        said = under(with_alert_buttons(alert).message)
        assert len(said) == wanted, f"{alert.id} lacks one of {said}"
        assert all(len(text.encode()) <= LONGEST_COMMAND_BYTES for _, text in said)


@pytest.mark.parametrize("suffix", [":late", ":corrected:1", ":corrected:12"])
def test_what_is_told_of_an_alert_later_is_explained_with_it(suffix: str) -> None:
    told = replace(FIRED, id=FIRED.id + suffix, kind=Kind.LATE)
    (_, text), *_ = under(with_alert_buttons(told).message)
    found = recorded.find(recorded.numbered([replace(FIRED, quiet=True)]), text[5:])
    assert found is not None
    assert found.alert.id == FIRED.id


def test_a_silent_source_leads_to_those_who_should_speak() -> None:
    watched = dict.fromkeys(key for each in INDICATORS if each.rules for key in each.series)
    for series in watched:
        id_ = f"blind:{series}:2026-11-25T21:30Z:recovered"
        blind = replace(FIRED, id=id_, rule="blind", topic="health", indicator=series)
        said = under(with_alert_buttons(blind).message)
        assert said == [("Sources", f"/sources {series}"), ("Snooze", "/mute blind")]
        assert meant(series, INDICATORS).indicator.key == series


def test_each_language_has_its_own_buttons() -> None:
    german = Message("Bitcoin-Dominanz unter 55 %")
    alert = replace(FIRED, message=replace(FIRED.message, translations=(("de", german),)))
    ((code, spoken),) = with_alert_buttons(alert).message.translations
    assert (code, spoken.title) == ("de", german.title)
    assert [each.command for each in spoken.buttons][1:] == [
        "/chart btc_dominance",
        "/mute dominance_55",
        "/mute dominance always",
    ]


def test_an_alert_of_ones_own_can_be_silenced_and_deleted_while_it_exists() -> None:
    rule = OwnRule((Condition("russell_2000", Side.ABOVE, 2700.0),))
    said = under(with_own_buttons(Message("It crossed"), 12, rule))
    assert said == [
        ("Chart", "/chart russell_2000"),
        ("Snooze", "/mute 12"),
        ("Delete", "/unalert 12"),
    ]
    once = with_own_buttons(Message("It crossed"), 12, replace(rule, once=True))
    assert under(once) == [("Chart", "/chart russell_2000")]


def test_topics_are_taken_and_left_in_place() -> None:
    buttons = topic_toggles(TOPICS, ESSENTIALS)
    assert len(buttons) == len(TOPICS)
    assert all(each.replaces for each in buttons)
    said = {each.label: each.command for each in buttons}
    assert said["✓ dominance"] == "/unsubscribe dominance"
    assert said["+ etf"] == "/subscribe etf"


def gate(name: str, state: GateState, distance: float) -> Gate:
    return Gate(name, name.title(), state, 1.0, 10.0, distance, Unit.PCT, "A", NOW)


def test_the_status_offers_a_chart_of_what_is_nearest() -> None:
    gates = (
        gate("small_caps", GateState.ON, 0.0),
        gate("dominance", GateState.OFF, 4.0),
        gate("season", GateState.OFF, 2.0),
        gate("liquidity", GateState.UNKNOWN, 1.0),
    )
    said = [each.command for each in status_buttons(Board(Phase.WAITING, gates, NOW))]
    assert said == ["/board", "/chart altcoin_season_index"]
    nothing_known = Board(Phase.UNKNOWN, gates[3:], NOW)
    assert [each.command for each in status_buttons(nothing_known)] == ["/board"]


def test_every_gates_chart_is_of_a_number_that_there_is() -> None:
    known = {each.key for each in INDICATORS}
    assert set(READ_BY_GATE.values()) <= known
