"""The packs that everybody finds here."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.language import N_
from bot.packs.contents import Pack


@dataclass(frozen=True, slots=True)
class Shipped:
    """A pack, and in a sentence what it is for."""

    summary: str
    pack: Pack


SHIPPED: Mapping[str, Shipped] = {
    "altseason-confirmed": Shipped(
        N_(
            "The whole argument in one alert: Bitcoin dominance is low, money flows into the "
            "Bitcoin funds, and the season index says altseason, all for two days. Its parts are "
            "told as they come."
        ),
        Pack(
            ("dominance", "season", "etf", "phase"),
            (
                "btc_dominance below 55 and btc_etf_flow_20 above 0 "
                "and altcoin_season_index above 75 for 2d",
            ),
        ),
    ),
    "breakout-watch": Shipped(
        N_(
            "Small caps on their way to a record: near it, at it, failing at it, and running ahead "
            "of large caps."
        ),
        Pack(
            ("breakout", "strength", "phase"),
            ("russell_distance_to_record above -2", "smallcap_relative_strength above 5"),
        ),
    ),
    "risk-off": Shipped(
        N_(
            "Signs that risk is being taken off: a breakout that fails, money that leaves, a "
            "market that falls fast."
        ),
        Pack(
            ("breakout", "dominance", "etf", "liquidity", "leverage"),
            (
                "russell_2000 falls 9% in 15 sessions",
                "total_market_cap falls 15% in 7 days",
                "btc_dominance rises 3pp in 30 days",
                "fear_greed below 20",
            ),
        ),
    ),
}
"""Name -> pack."""
