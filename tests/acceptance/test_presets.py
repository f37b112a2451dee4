"""Each preset fires on the days on which an independent reading of its table does."""

from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest

from bot.model import Kind
from tests.acceptance import reference
from tests.acceptance.recordings import INDICATORS, real_history, recorded, rows, sessions, told
from tests.acceptance.reference import Rows, Told
from tests.acceptance.reference_phase import phase_changes

NOT_RECORDED = {"token_dilution", "leverage_flush"}
"""Nobody kept a daily series for these; see test_made_up.py."""


def _flows() -> tuple[Rows, list[date]]:
    flows = rows("btc_etf_flow")
    return flows, sessions(flows[0][0], flows[-1][0])


def _phases() -> list[tuple[str, date]]:
    return phase_changes(rows("russell_2000"), rows("btc_dominance"), rows("altcoin_season_index"))


EXPECTED: dict[str, Callable[[], Told]] = {
    "russell_breakout": lambda: reference.russell_breakout(rows("russell_2000")),
    "breakout_follow_up": lambda: reference.breakout_follow_up(rows("russell_2000")),
    "smallcap_streak": lambda: reference.smallcap_streak(rows("russell_2000"), rows("sp_500")),
    "smallcap_rally": lambda: reference.smallcap_rally(rows("russell_2000")),
    "dominance_57": lambda: reference.dominance(rows("btc_dominance"), 57),
    "dominance_55": lambda: reference.dominance(rows("btc_dominance"), 55),
    "altseason": lambda: reference.altseason(rows("altcoin_season_index")),
    "bitcoin_season": lambda: reference.bitcoin_season(rows("altcoin_season_index")),
    "etf_inflow": lambda: reference.etf_inflow(*_flows()),
    "etf_outflow": lambda: reference.etf_outflow(*_flows()),
    "correlation": lambda: reference.correlation(rows("russell_2000"), rows("total3")),
    "fed_liquidity_up": lambda: reference.fed_liquidity_up(rows("fed_assets")),
    "fed_liquidity_down": lambda: reference.fed_liquidity_down(rows("fed_assets")),
    "stablecoin_growth_up": lambda: reference.stablecoin_growth_up(rows("stablecoin_supply")),
    "stablecoin_growth_down": lambda: reference.stablecoin_growth_down(rows("stablecoin_supply")),
    "whale_accumulation_up": lambda: reference.accumulation_up(rows("whale_supply")),
    "whale_accumulation_down": lambda: reference.accumulation_down(rows("whale_supply")),
    "holder_accumulation_up": lambda: reference.accumulation_up(rows("lth_supply")),
    "holder_accumulation_down": lambda: reference.accumulation_down(rows("lth_supply")),
    "inflation_3_up": lambda: reference.inflation_up(rows("cpi"), 3),
    "inflation_3_down": lambda: reference.inflation_down(rows("cpi"), 3),
    "inflation_2_up": lambda: reference.inflation_up(rows("cpi"), 2),
    "inflation_2_down": lambda: reference.inflation_down(rows("cpi"), 2),
    "btc_stagnation": lambda: reference.btc_stagnation(rows("btc_price")),
    "phase": lambda: [("fired", day) for _, day in _phases()],
}


@real_history
@pytest.mark.parametrize("rule", EXPECTED)
def test_a_preset_tells_what_its_table_says(rule: str) -> None:
    expected = EXPECTED[rule]()
    assert expected
    assert told(recorded(), rule) == expected


@real_history
def test_nothing_else_is_told() -> None:
    assert {alert.rule for alert in recorded()} == {*EXPECTED, "blind"}


def test_every_preset_of_the_product_is_compared() -> None:
    of_indicators = {rule.id for indicator in INDICATORS for rule in indicator.rules}
    boards_own = {"breakout_follow_up", "phase"}
    assert of_indicators | boards_own == {*EXPECTED, *NOT_RECORDED}


@real_history
def test_a_change_of_phase_names_the_phase() -> None:
    words = {
        "altseason": "altseason", "rotation": "rotation", "warming_up": "warming up",
        "bitcoin_season": "Bitcoin season", "waiting": "waiting",
    }  # fmt: skip
    titles = [alert.message.title for alert in recorded() if alert.rule == "phase"]
    expected = [f"Phase: {words[phase]}," for phase, _ in _phases()]
    assert [title[: len(start)] for title, start in zip(titles, expected, strict=True)] == expected


@real_history
def test_each_alert_has_an_id_of_its_own_and_is_sent_after_its_day_began() -> None:
    assert max(Counter(alert.id for alert in recorded()).values()) == 1
    assert all(alert.decided_at.date() >= alert.day for alert in recorded())


@real_history
def test_no_preset_needs_a_correction_on_values_that_are_never_revised() -> None:
    assert Kind.CORRECTED not in {alert.kind for alert in recorded()}


@real_history
def test_the_reference_counts_what_the_study_of_past_cycles_counted() -> None:
    breakouts = reference.fired(reference.russell_breakout(rows("russell_2000")))
    assert [str(day) for day in breakouts if day.year >= 2013] == [
        "2013-01-03", "2014-12-29", "2016-11-15", "2020-11-16",
    ]  # fmt: skip
    assert len([day for day in breakouts if day.year >= 1990]) == 14
    streaks = reference.fired(reference.smallcap_streak(rows("russell_2000"), rows("sp_500")))
    assert len(streaks) == 7
    assert max(streaks).year < 2013
    thin = (date(2018, 9, 1), date(2020, 3, 31))
    seasons = reference.fired(reference.altseason(rows("altcoin_season_index")))
    assert len([day for day in seasons if not thin[0] <= day <= thin[1]]) == 7
    together = reference.return_correlation(rows("russell_2000"), rows("total3"))
    highest = max(together, key=lambda row: row[1])
    assert (str(highest[0])[:7], round(highest[1], 2)) == ("2020-03", 0.63)
    assert sum(r > 0.5 for _, r in together) / len(together) == pytest.approx(0.19, abs=0.01)
