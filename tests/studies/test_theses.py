"""The article's arguments, on made-up days."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.model import Point, Reading
from bot.studies.episodes import episodes
from bot.studies.theses import RULES as LOOKED_AT
from bot.studies.theses import TESTS, Answer, Check, Evidence, checks
from tests.studies.examples import FIRST, INDICATORS, RULES, day, flat, points

TODAY = day(800)
AT = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
TRUE, FALSE, UNKNOWN = Answer.TRUE, Answer.FALSE, Answer.UNKNOWN


def reading(key: str, value: float, *, vendor: str = "someone", note: str = "") -> Reading:
    known = INDICATORS[key]
    return Reading(
        key, known.title, value, known.unit, vendor, TODAY, AT,
        final=True, late=False, degraded=False, note=note,
    )  # fmt: skip


def evidence(
    *readings: Reading,
    past: Mapping[str, Sequence[Point]] | None = None,
    today: date = TODAY,
) -> Evidence:
    known = dict(past or {})
    found = {
        rule: episodes(RULES[rule], known.get(RULES[rule].indicator, ())) for rule in LOOKED_AT
    }
    return Evidence({each.indicator: each for each in readings}, {}, known, found, today)


def thesis(number: int, seen: Evidence) -> Check:
    return checks(seen)[number - 1]


def breakout_on(number: int, last: int) -> list[Point]:
    """Closes under a record, then two above it, the second on the day of this number."""
    return points(flat((1, 100.0), (number - 2, 85.0), (last - number + 2, 105.0)))


def season(on: int, off: int, last: int) -> list[Point]:
    """An index whose altseason begins and ends on these days."""
    return points(flat((on - 1, 40.0), (off - on + 1, 80.0), (last - off + 1, 40.0)))


def test_nothing_is_claimed_of_what_nobody_has_told() -> None:
    told = checks(evidence())
    assert len(told) == len(TESTS) == 7
    assert {each.answer for each in told} == {UNKNOWN}
    assert all(each.fact and each.change for each in told)


@pytest.mark.parametrize(
    ("today", "onset", "answer", "said"),
    [
        (500, 320, TRUE, "day 120"),
        (500, 600, UNKNOWN, "no altseason has begun"),
        (566, 600, FALSE, "no altseason has begun"),
        (565, 600, UNKNOWN, "none by then makes it false"),
        (620, 600, FALSE, "no altseason has begun"),
        (700, 565, TRUE, "day 365"),
        (700, 566, FALSE, "no altseason has begun"),
    ],
)
def test_a_breakout_leads_if_altseason_begins_within_a_year(
    today: int, onset: int, answer: Answer, said: str
) -> None:
    index = [each for each in season(onset, onset + 20, 900) if each.day <= day(today)]
    seen = evidence(
        past={"russell_2000": breakout_on(200, today), "altcoin_season_index": index},
        today=day(today),
    )
    check = thesis(1, seen)
    assert check.answer is answer
    assert said in check.fact + check.change
    assert f"Day {today - 200} since" in check.fact


def test_a_breakout_before_the_index_is_known_cannot_be_judged() -> None:
    index = points(flat((100, 40.0)), first=day(300))
    seen = evidence(past={"russell_2000": breakout_on(200, 399), "altcoin_season_index": index})
    assert thesis(1, seen).answer is UNKNOWN


def test_an_altseason_that_was_on_already_was_not_led_to() -> None:
    index = season(190, 260, 700)
    seen = evidence(past={"russell_2000": breakout_on(200, 700), "altcoin_season_index": index})
    check = thesis(1, seen)
    assert check.answer is FALSE
    assert "altseason was on already" in check.fact
    assert "0 of 0 past breakouts, 1 more came during one" in check.past


def test_the_record_of_breakouts_stands_beside_that_of_all_days() -> None:
    index = season(320, 340, 800)
    seen = evidence(past={"russell_2000": breakout_on(200, 800), "altcoin_season_index": index})
    # Of days 0 to 435, twenty lie in the season and 320 before it.
    assert thesis(1, seen).past == (
        "Followed by altseason within a year: 1 of 1 past breakouts (n = 1: stories, not a rate); "
        "and 77 % of 416 days outside altseason."
    )
    early = season(400, 420, 766)
    seen = evidence(past={"russell_2000": breakout_on(200, 766), "altcoin_season_index": early})
    assert thesis(1, seen).past.endswith("so a hit proves little.")


@pytest.mark.parametrize(
    ("share", "index", "second", "third"),
    [
        (57.01, 74.9, TRUE, FALSE),
        (57.0, 40.0, FALSE, FALSE),
        (58.0, 75.0, FALSE, FALSE),
        (55.0, 40.0, FALSE, FALSE),
        (54.99, 40.0, FALSE, TRUE),
    ],
)
def test_dominance_stands_in_the_way_or_has_pulled_the_trigger(
    share: float, index: float, second: Answer, third: Answer
) -> None:
    seen = evidence(reading("btc_dominance", share), reading("altcoin_season_index", index))
    assert (thesis(2, seen).answer, thesis(3, seen).answer) == (second, third)
    assert "(someone, 2022-03-11 12:00 UTC)" in thesis(2, seen).fact


def test_a_level_is_not_compared_with_another_vendors_value_nor_with_an_old_one() -> None:
    share, index = reading("btc_dominance", 50.0), reading("altcoin_season_index", 40.0)
    for changed in (replace(share, degraded=True), replace(share, late=True)):
        seen = evidence(changed, index)
        assert (thesis(2, seen).answer, thesis(3, seen).answer) == (UNKNOWN, UNKNOWN)
        assert "someone" in thesis(3, seen).fact
    assert thesis(2, evidence(share, replace(index, degraded=True))).answer is UNKNOWN


def test_the_past_says_whether_altseason_ever_came_above_57() -> None:
    past = {
        "altcoin_season_index": season(20, 30, 60),
        "btc_dominance": points(flat((25, 60.0), (35, 50.0))),
    }
    both = reading("btc_dominance", 58.0), reading("altcoin_season_index", 40.0)
    # Eleven days at 80, from the 19th on; dominance is above 57 up to the 24th.
    assert thesis(2, evidence(*both, past=past)).past == (
        "The index was at 75 or more on 11 days, on 6 of them with dominance above 57 %; "
        "of 1 altseasons 1 began above it (someone, since 1 Jan 2020)."
    )


def test_crossings_of_55_are_followed_or_come_late() -> None:
    past = {
        "altcoin_season_index": season(200, 300, 700),
        "btc_dominance": points(
            flat((100, 60.0), (20, 50.0), (130, 60.0), (20, 50.0), (131, 60.0), (300, 50.0))
        ),
    }
    check = thesis(3, evidence(reading("btc_dominance", 50.0), past=past))
    assert "1 of 2 past crossings (n = 2: stories, not a rate), 1 more came during one" in (
        check.past
    )


@pytest.mark.parametrize(("total", "answer"), [(1.0, TRUE), (0.0, FALSE), (-2e9, FALSE)])
def test_institutions_hold_while_the_sum_of_flows_is_positive(total: float, answer: Answer) -> None:
    year = reading("btc_etf_flow_year", 5e9, note="through 10 Mar 2022")
    check = thesis(4, evidence(reading("btc_etf_flow_20", total), year))
    assert check.answer is answer
    assert "5.00 bn USD (someone, through 10 Mar 2022)" in check.fact


@pytest.mark.parametrize(("change", "answer"), [(-1.0, TRUE), (0.0, TRUE), (1.0, FALSE)])
def test_there_is_no_easing_while_the_balance_sheet_does_not_grow(
    change: float, answer: Answer
) -> None:
    assert thesis(5, evidence(reading("fed_assets_change_13w", change))).answer is answer


def test_the_balance_sheet_after_past_breakouts_is_read_from_what_is_stored() -> None:
    weeks = [p for p in points([7e12 + 1e9 * n for n in range(800)]) if p.day.weekday() == 2]
    past = {
        "russell_2000": breakout_on(200, 800),
        "altcoin_season_index": season(320, 340, 800),
        "fed_assets": weeks,
    }
    now = reading("fed_assets_change_13w", -1e9)
    said = thesis(5, evidence(now, past=past)).past
    assert "+364.00 bn USD (altseason from" in said, "Fifty-two Wednesdays."
    short = {**past, "fed_assets": [each for each in weeks if each.day > day(230)]}
    assert "does not reach back" in thesis(5, evidence(now, past=short)).past
    unknown = {**past, "altcoin_season_index": points([40.0] * 20, first=day(781))}
    assert "my history of the index does not reach" in thesis(5, evidence(now, past=unknown)).past


@pytest.mark.parametrize(
    ("blue", "tail", "answer", "lag"),
    [(70.0, 20.0, TRUE, False), (40.0, 20.0, TRUE, True), (60.0, 60.0, FALSE, False)],
)
def test_blue_chips_only_while_they_are_ahead_of_the_long_tail(
    blue: float,
    tail: float,
    answer: Answer,
    lag: bool,  # noqa: FBT001
) -> None:
    readings = reading("own_season_blue_chips", blue), reading("own_season_long_tail", tail)
    check = thesis(6, evidence(*readings))
    assert check.answer is answer
    assert ("Most of both lag" in check.fact) is lag


@pytest.mark.parametrize(
    ("levels", "returns", "answer"),
    [(0.8, 0.76, TRUE), (0.75, 0.3, FALSE), (0.9, 0.3, UNKNOWN), (0.9, None, UNKNOWN)],
)
def test_correlation_is_judged_by_levels_and_by_returns(
    levels: float, returns: float | None, answer: Answer
) -> None:
    readings = [reading("correlation_levels", levels, note="95 % interval 0.6 to 0.9")]
    if returns is not None:
        readings.append(reading("correlation", returns))
    check = thesis(7, evidence(*readings))
    assert check.answer is answer
    assert "95 % interval 0.6 to 0.9" in check.fact
    assert f"By levels {'true' if levels > 0.75 else 'false'}" in check.fact
    assert ("disagree" in check.fact) is (returns == 0.3 and levels == 0.9)


def test_the_examples_are_as_they_say() -> None:
    assert episodes(RULES["russell_breakout"], breakout_on(200, 300))[0].began == day(200)
    (only,) = episodes(RULES["altseason"], season(50, 60, 99))
    assert (only.began, only.ended) == (day(50), day(60))
    assert FIRST + timedelta(days=800) == TODAY
