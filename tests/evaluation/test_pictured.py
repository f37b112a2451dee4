"""Which alerts carry a chart, and of what."""

from dataclasses import replace
from datetime import timedelta

from bot import messages
from bot.language import ENGLISH, spoken
from bot.model import Chart, Kind, Message
from tests.evaluation.days import FIRST, Market, fed_daily, midnight
from tests.evaluation.test_follow_up import broken_out, moment_of
from tests.evaluation.test_phase import closes, flat

A_YEAR = timedelta(days=365)


def test_a_breakout_shows_the_year_that_ends_with_it_and_says_so_in_words() -> None:
    market = Market()
    episode = broken_out(market)
    fired = next(each for each in market.news(midnight(episode)) if each.rule == "russell_breakout")
    assert fired.kind is Kind.FIRED
    chart = fired.message.chart
    assert chart is not None
    assert (chart.indicator, chart.since, chart.until) == (
        "russell_2000", episode - A_YEAR, episode,
    )  # fmt: skip
    assert chart.alternative == (
        "Chart of Russell 2000. 4 values by vendor, 2 Jan 2025 to 7 Jan 2025: from 2,500.00 to "
        "2,520.00, lowest 2,200.00 on 3 Jan 2025, highest 2,520.00 on 7 Jan 2025."
    )
    note = next(e for e in market.news(moment_of(episode)) if e.rule == "breakout_follow_up")
    assert note.message.chart is not None
    assert note.message.chart.until == note.day


def test_a_new_phase_shows_the_number_that_decided() -> None:
    market = Market()
    closes(market, 20)
    series = flat(12)
    series["altcoin_season_index"][6:] = [80.0] * 6
    said = fed_daily(market, series)
    charts = {each.topic: each.message.chart for each in said if each.kind is Kind.FIRED}
    shown = charts["phase"]
    assert shown is not None
    assert (shown.indicator, shown.since) == ("altcoin_season_index", shown.until - A_YEAR)
    assert "It crosses the level of 75 once, on 7 Jan 2025." in shown.alternative
    assert charts["season"] is None, "Only breakouts and phases are shown."


def test_what_is_found_late_is_told_without_a_picture() -> None:
    market = Market()
    episode = broken_out(market)
    found = [e for e in market.news(midnight(episode) + timedelta(days=9)) if e.topic == "breakout"]
    assert {(each.kind, each.quiet) for each in found} == {(Kind.FIRED, True), (Kind.LATE, False)}
    assert all(each.message.chart is None for each in found)


def test_every_translation_has_the_chart_in_its_language() -> None:
    chart = Chart("russell_2000", FIRST, FIRST, "")
    message = Message("It fired", translations=((ENGLISH, Message("It fired")),))
    told = messages.illustrated(message, lambda: replace(chart, language=spoken()))
    assert told.chart == replace(chart, language=ENGLISH)
    assert told.spoken(ENGLISH).chart == told.chart
