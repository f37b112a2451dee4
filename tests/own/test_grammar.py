"""What people type, and the rule that it makes: forgiving in spelling, strict in meaning."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.model import Condition, OwnRule, Side, Span, Window
from bot.own import words
from bot.own.grammar import parse
from bot.own.mistakes import NotUnderstood
from tests.own.typed import BY_KEY, INDICATORS, TODAY, rules

BELOW_55 = Condition("btc_dominance", Side.BELOW, 55.0)
ABOVE_75 = Condition("altcoin_season_index", Side.ABOVE, 75.0)
ABOVE_2700 = Condition("russell_2000", Side.ABOVE, 2700.0)
UP_9 = Condition("russell_2000", Side.ABOVE, 9.0, Window(15, Span.SESSIONS))
DOWN_10 = Condition("russell_2000", Side.BELOW, -10.0, Window(30, Span.DAYS))
LONGEST_REASON = 400
DAY = timedelta(days=1)


def rule(text: str) -> OwnRule:
    return parse(text, INDICATORS, TODAY).rule


def refusal(text: str) -> str:
    with pytest.raises(NotUnderstood) as refused:
        rule(text)
    return str(refused.value)


@given(rules())
def test_a_printed_rule_is_read_back_as_the_same_rule(one: OwnRule) -> None:
    understood = parse(words.text(one, BY_KEY), INDICATORS, TODAY)
    assert understood.rule == one
    assert understood.guessed == ()


@given(rules(), st.sampled_from([str.upper, str.title, lambda text: text.replace("_", " ")]))
def test_what_is_printed_does_not_change_by_being_read(one: OwnRule, spelt: object) -> None:
    printed = words.text(one, BY_KEY)
    assert callable(spelt)
    assert words.text(rule(spelt(printed)), BY_KEY) == printed


WORDS = [
    "btc_dominance", "russell", "2000", "above", "below", "<", ">=", "rises", "falls", "9%", "55",
    "2,700", "1.5bn", "in", "15", "sessions", "30", "days", "and", "or", "once", "every", "remind",
    "1d", "step", "for", "until", "2027-01-31", "-", "nan", "1e999", "%", "pp", ",", "m", "fear &",
]  # fmt: skip


@given(st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)))
@example("btc_dominance below 0" + "0" * 390)
@example("btc_dominance below 1e-999 remind 999999w")
@example("btc_dominance below 55 for 999999.999 weeks")
@example("btc_dominance below 55 until 9999-12-31")
@example("btc_dominance below 55 until 0000-01-01")
@example("btc_dominance below \u0665\u0665 for \u00bd d")
@example("\ufdfa" * 400)
@example("below " * 66)
def test_any_text_is_a_rule_or_the_one_error(text: str) -> None:
    reason = ""
    try:
        one = rule(text)
    except NotUnderstood as refused:
        reason = str(refused)
    if reason:
        assert reason.endswith((".", "?"))
        assert len(reason) < LONGEST_REASON
    else:
        assert rule(words.text(one, BY_KEY)) == one


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("btc_dominance below 55", [BELOW_55]),
        ("BTC-Dominance  <55 %", [BELOW_55]),
        ("bitcoin dominance drops below 55%", [BELOW_55]),
        ("when dominance is under 55 percent.", [BELOW_55]),
        ("btc dominance falls to 55", [BELOW_55]),
        ("btcdominance <= 55.00", [BELOW_55]),
        ("russell_2000 above 2700", [ABOVE_2700]),
        ("Russell 2000 > 2,700", [ABOVE_2700]),
        ("russell over 2.7k points", [ABOVE_2700]),
        ("r2k rises above 2700", [ABOVE_2700]),
        ("russell 2000 at least 2700", [ABOVE_2700]),
        ("russell_2000 rises 9% in 15 sessions", [UP_9]),
        ("russell 2000 gains more than 9 % within 15 trading days", [UP_9]),
        ("russell_2000 up 9% over the last 15 session", [UP_9]),
        ("russell_2000 falls 10% in 30 days", [DOWN_10]),
        ("russell_2000 drops by 10 percent in 30d", [DOWN_10]),
        ("russell_2000 loses over 10% in 30 days", [DOWN_10]),
        ("altcoin_season_index above 75 and btc_dominance below 55", [ABOVE_75, BELOW_55]),
        ("altseason index >= 75, & dominance < 55", [ABOVE_75, BELOW_55]),
        (
            "btc_dominance above 50 and below 55",
            [Condition("btc_dominance", Side.ABOVE, 50.0), BELOW_55],
        ),
        ("btc_price above $100k", [Condition("btc_price", Side.ABOVE, 100_000.0)]),
        ("total3 > 1.5 trn usd", [Condition("total3", Side.ABOVE, 1.5e12)]),
        ("etf flows below -500m", [Condition("btc_etf_flow", Side.BELOW, -5e8)]),
        ("etf flows below −500 million", [Condition("btc_etf_flow", Side.BELOW, -5e8)]),
        ("fed_assets_pace below -50bn", [Condition("fed_assets_pace", Side.BELOW, -50.0)]),
        (
            "btc_dominance falls 2pp in a week",
            [Condition("btc_dominance", Side.BELOW, -2.0, Window(7, Span.DAYS))],
        ),
        (
            "russell 2000 and total3, correlation above 0.5",
            [Condition("correlation", Side.ABOVE, 0.5)],
        ),
    ],
)
def test_conditions_as_people_type_them(text: str, conditions: list[Condition]) -> None:
    assert rule(text) == OwnRule(tuple(conditions))


@pytest.mark.parametrize(
    ("options", "made"),
    [
        ("", OwnRule((BELOW_55,))),
        ("every", OwnRule((BELOW_55,))),
        ("each time", OwnRule((BELOW_55,))),
        (", once", OwnRule((BELOW_55,), once=True)),
        ("and only once!", OwnRule((BELOW_55,), once=True)),
        ("remind 1d", OwnRule((BELOW_55,), remind=DAY)),
        ("remind me every day", OwnRule((BELOW_55,), remind=DAY)),
        ("every, remind 90 minutes", OwnRule((BELOW_55,), remind=timedelta(minutes=90))),
        ("remind 1.5h", OwnRule((BELOW_55,), remind=timedelta(minutes=90))),
        ("remind a week", OwnRule((BELOW_55,), remind=7 * DAY)),
        ("step 1", OwnRule((BELOW_55,), step=1.0)),
        ("steps of 0.5 pp", OwnRule((BELOW_55,), step=0.5)),
        ("for 2 days", OwnRule((BELOW_55,), hold=2 * DAY)),
        ("for at least 48h", OwnRule((BELOW_55,), hold=2 * DAY)),
        ("until 2027-01-31", OwnRule((BELOW_55,), until=date(2027, 1, 31))),
        ("till 31 January 2027", OwnRule((BELOW_55,), until=date(2027, 1, 31))),
        ("until 2026-11-25", OwnRule((BELOW_55,), until=TODAY)),
        (
            "until 2027-1-31; for 5m remind 2w",
            OwnRule(
                (BELOW_55,),
                remind=14 * DAY,
                hold=timedelta(minutes=5),
                until=date(2027, 1, 31),
            ),
        ),
    ],
)
def test_options_stand_behind_in_any_order(options: str, made: OwnRule) -> None:
    assert rule(f"btc_dominance below 55 {options}") == made


def test_a_slip_is_taken_and_said() -> None:
    understood = parse("domminance below 55 and russel 2000 above 2700", INDICATORS, TODAY)
    assert understood.rule.conditions == (BELOW_55, ABOVE_2700)
    assert understood.guessed == ("btc_dominance", "russell_2000")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "A condition is missing"),
        ("below 55", "Say what to watch first"),
        ("btc_dominance", "What should btc_dominance do?"),
        ("btc_dominance 55", "What should btc_dominance do?"),
        ("something 55", "I miss a comparison"),
        ("btc_dominance below", "I need a number"),
        ("btc_dominance below nan", "I need a number"),
        ("btc_dominance below inf", "I need a number"),
        ("btc_dominance below 55,5", "write 55.5, or 555 without it"),
        ("btc_dominance below 1e999", "too large"),
        ("btc_dominance below 55.123456789", "more digits than I can keep"),
        ("btc_dominance above 101", "can be from 20 % to 100 %"),
        ("btc_dominance below 20", "no crossing below 20 %"),
        ("altcoin_season_index above 0", "no crossing above 0 "),
        ("correlation above 1.5", "can be from -1 to 1"),
        ("russell_2000 above 55%", "measured in points, not in %"),
        ("btc_price above 5 btc", "measured in USD, not in BTC"),
        ("btc_etf_stabilised above 0.5", "is a yes or a no"),
        ("btc_dominance below 55 in 30 days", "names a level"),
        ("russell_2000 falls above 2700", "says two things"),
        ("russell_2000 rises 9%", "In what time?"),
        ("russell_2000 rises 9 in 15 sessions", "percent: russell_2000 rises 9% in 15 sessions."),
        ("btc_dominance falls 2% in 30 days", "points: btc_dominance falls 2pp in 30 days."),
        ("russell_2000 falls -9% in 15 sessions", "above zero"),
        ("russell_2000 rises 9% in 261 sessions", "from 1 to 260 sessions"),
        ("russell_2000 rises 9% in 0 days", "from 1 to 400 days"),
        ("russell_2000 rises 9% in 401 days", "from 1 to 400 days"),
        ("russell_2000 rises 9% in 2 months", "sessions, days or weeks"),
        ("russell_2000 falls 100% in 5 days", "cannot fall by 100 %"),
        ("btc_dominance rises 81pp in 5 days", "cannot rise by 81 pp"),
        ("btc_price rises 9% in 15 sessions", "knows no trading sessions"),
        ("btc_etf_flow rises 9% in 15 sessions", "goes below zero"),
        ("cpi rises 1% in 31 days", "once a month"),
        ("fed_assets rises 1% in 30 days", "once a week"),
        ("smallcap_relative_strength rises 3pp in 30 days", "worked out from a past"),
        ("btc_dominance below 55 or russell above 2700", "“and” but not “or”"),
        ("btc_dominance below 55 onse", "Did you mean once?"),
        ("btc_dominance below 55 once once", "said twice"),
        ("btc_dominance below 55 once remind 1d", "“once” and “remind” do not go together"),
        ("btc_dominance below 55 step 1 remind 1d", "do not go together"),
        ("btc_dominance below 55 once every", "do not go together"),
        ("btc_dominance below 55 every 2 days", "write remind 1d"),
        ("btc_dominance below 55 remind", "such as remind 1d"),
        ("btc_dominance below 55 remind 4m", "from 5 minutes to 365 days"),
        ("btc_dominance below 55 for 366d", "from 5 minutes to 365 days"),
        ("btc_dominance below 55 for 5.5m", "whole minutes"),
        ("btc_dominance below 55 for 2 months", "such as for 2 days"),
        ("btc_dominance below 55 step", "such as step 1"),
        ("btc_dominance below 55 step 0", "more than zero"),
        ("btc_dominance below 55 step 81", "make the step smaller"),
        ("btc_dominance below 55 and russell above 2700 step 1", "one condition"),
        ("btc_dominance below 55 until tomorrow", "until 2027-01-31"),
        ("btc_dominance below 55 until 2026-02-30", "no day “2026-02-30”"),
        ("btc_dominance below 55 until 2026-11-24", "is over"),
        ("btc_dominance below 55 until 2126-01-01", "10 years ahead"),
        ("btc_dominance above 55 and below 50", "at once"),
        ("btc_dominance below 55 and btc_dominance below 50", "the farther one is enough"),
        ("btc above 9e4 and eth dominance above 9 and cpi above 99 and iwm above 99", "up to 3"),
        ("btc_dominance below 55 " + "x" * 400, "too long"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_the_reason(text: str, reason: str) -> None:
    assert reason in refusal(text)


@pytest.mark.parametrize("end", ["and", "&", "+", "AND", "and.", "and ;"])
def test_an_open_end_is_no_rule_as_the_rest_may_be_lost(end: str) -> None:
    assert "did the rest get lost?" in refusal(f"btc_dominance below 55 {end}")
