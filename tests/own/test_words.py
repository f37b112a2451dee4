"""Rules as sentences for a reader."""

import pytest

from bot.model import Condition, OwnRule, Side
from bot.own.grammar import parse
from bot.own.words import sentence, text
from tests.own.typed import BY_KEY, INDICATORS, TODAY


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("dominance < 55", "Bitcoin dominance below 55 %: I tell you each time it begins."),
        ("asi > 75 once", "Altcoin Season Index at or above 75: I tell you once."),
        (
            "russell rises 9% in 15 sessions remind 1d",
            "Russell 2000 up by 9 % or more in 15 sessions: I tell you each time it begins, and "
            "every day while it holds.",
        ),
        (
            "dominance falls 2pp in a day remind 90m until 2027-01-31",
            "Bitcoin dominance down by more than 2 pp in 1 day: I tell you each time it begins, "
            "and every 90 minutes while it holds, until 31 Jan 2027.",
        ),
        (
            "dominance < 55 for 2 days step 0.5",
            "Bitcoin dominance below 55 % for 2 days without a break: I tell you each time it "
            "begins, and again each 0.5 pp further.",
        ),
        (
            "total3 > 1.25trn and etf flow < -500m",
            "TOTAL3, all coins but Bitcoin and Ethereum at or above 1.25 trn USD and Bitcoin ETF "
            "net flow below -500 m USD: I tell you each time it begins.",
        ),
    ],
)
def test_the_sentence_says_side_level_window_and_how_often(typed: str, said: str) -> None:
    assert sentence(parse(typed, INDICATORS, TODAY).rule, BY_KEY) == said


def test_a_rule_on_what_is_watched_no_more_can_still_be_named() -> None:
    gone = OwnRule((Condition("gone", Side.ABOVE, 5.0),))
    assert text(gone, BY_KEY) == "gone above 5"
    assert sentence(gone, BY_KEY) == "gone at or above 5: I tell you each time it begins."
