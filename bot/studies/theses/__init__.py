"""The article's arguments as tests that today's numbers pass or fail."""

from bot.studies.theses.check import Answer, Check, Evidence
from bot.studies.theses.leader import breakout_leads, dominance_kills, dominance_triggers
from bot.studies.theses.money import (
    blue_chips_only,
    correlation_high,
    institutions_hold,
    no_easing,
)

__all__ = ["PAST", "RULES", "TESTS", "Answer", "Check", "Evidence", "checks"]

TESTS = (
    breakout_leads,
    dominance_kills,
    dominance_triggers,
    institutions_hold,
    no_easing,
    blue_chips_only,
    correlation_high,
)
"""In the order in which the article argues."""
PAST = ("russell_2000", "btc_dominance", "altcoin_season_index", "fed_assets")
"""The indicators whose past they look at."""
RULES = ("russell_breakout", "dominance_55", "altseason")
"""The rules whose episodes they look at."""


def checks(evidence: Evidence) -> tuple[Check, ...]:
    """Every argument, tested."""
    return tuple(test(evidence) for test in TESTS)
