"""Readings as the store tests write and find them."""

from dataclasses import replace

from bot.model import Reading, Unit
from tests.stores.examples import NOW

DOMINANCE = Reading(
    "btc_dominance", "Bitcoin dominance", 54.0, Unit.PCT, "CoinMarketCap", NOW.date(), NOW,
    final=False, late=False, degraded=False,
)  # fmt: skip


def reads(value: float, indicator: str = "btc_dominance") -> Reading:
    return replace(DOMINANCE, indicator=indicator, value=value)
