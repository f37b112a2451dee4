"""What a downtime hid: told once, together, and as the past that it is."""

from datetime import timedelta

from bot.model import Kind
from tests.evaluation.days import Market, day, fed_daily, midnight


def slept(values: list[float]) -> Market:
    """Three days seen, then values that nobody looked at."""
    market = Market()
    fed_daily(market, {"btc_dominance": [58.5, 58.5, 58.5]})
    for number, value in enumerate(values, start=3):
        market.write("btc_dominance", day(number), value)
    return market


def test_all_that_one_topic_missed_is_one_message() -> None:
    market = slept([56.0, 56.0, 54.0, 54.0, 58.5, 58.5])
    found = market.news(midnight(day(8)) + timedelta(hours=3))
    told = [each for each in found if not each.quiet]
    assert [(each.kind, each.topic) for each in told] == [(Kind.LATE, "dominance")]
    assert [each.id for each in found if each.quiet] == [
        f"dominance_57:{day(4)}:fired", f"dominance_55:{day(6)}:fired",
        f"dominance_57:{day(4)}:resolved", f"dominance_55:{day(6)}:resolved",
    ]  # fmt: skip
    (late,) = told
    assert late.message.title == "Found late: 4 alerts on dominance"
    lines = [line for line in late.message.lines if line.startswith("– ")]
    assert lines[0].startswith(f"– {day(4).day} Jan 2025: Bitcoin dominance below 57 %: 56.00 %")
    assert "(vendor, as of " in lines[0]
    assert market.news(midnight(day(8)) + timedelta(hours=4)) == []


def test_what_is_a_day_old_at_most_is_news_beside_what_is_not() -> None:
    market = slept([56.0, 56.0, 56.0, 54.0, 54.0])
    found = market.news(midnight(day(7)) + timedelta(hours=3))
    assert [(each.id, each.quiet) for each in found] == [
        (f"dominance_55:{day(7)}:fired", False),
        (f"dominance_57:{day(4)}:fired", True),
        (f"dominance_57:{day(4)}:fired:late", False),
    ]


def test_a_revision_corrects_what_a_late_message_told() -> None:
    market = slept([56.0, 56.0, 56.0])
    market.news(midnight(day(6)))
    market.write("btc_dominance", day(4), 57.4)
    (correction,) = market.news(midnight(day(6)) + timedelta(hours=1))
    assert correction.id == f"dominance_57:{day(4)}:fired:corrected:1"
    assert not correction.quiet
    assert "take it as withdrawn" in " ".join(correction.message.lines)


def test_many_are_counted_and_not_told_one_by_one() -> None:
    market = slept([56.0, 56.0, 58.5] * 10)
    (late,) = [e for e in market.news(midnight(day(35))) if e.kind is Kind.LATE]
    lines = [line for line in late.message.lines if line.startswith("– ")]
    assert len([line for line in lines if "dominance_57" in line]) == 12
    assert any("earlier ones are not told one by one" in line for line in late.message.lines)


def test_a_revision_that_moves_a_firing_by_a_day_says_so() -> None:
    market = Market()
    values = [56.5, 56.5, 54.9, 54.8, 54.7]
    fed_daily(market, {"btc_dominance": values})
    market.write("btc_dominance", day(2), 55.6)
    (correction,) = market.news(midnight(day(4)) + timedelta(hours=1))
    assert f"With it this happened on {day(4).day} Jan 2025 instead" in " ".join(
        correction.message.lines
    )
