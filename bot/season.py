"""Our own altcoin season index: which coins count, and how many of them beat Bitcoin.

The rule is the published indices': of the largest coins that are neither stable nor stand-ins for
something else, the share that gained more than Bitcoin over ninety days. What is left out decides
the number: tokens of gold and debt alone move it by more than ten points. So the list of what is
left out has a version, and every count names it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field

HORIZON = timedelta(days=90)
ENOUGH = 0.9
"""Of the coins asked for, the share that must be there for a count to stand."""
PEG_USD = 1.0
PEG_PRICE_USD = 0.03
PEG_CHANGE_PCT = 3.0
"""A coin this close to a dollar that changed this little in ninety days is pegged to it."""


@dataclass(frozen=True, slots=True)
class Coin:
    """A row of a vendor's ranking; None is what the vendor does not say."""

    key: str
    """The vendor's own name for it, one a coin."""
    rank: int | None
    name: str
    symbol: str
    tags: tuple[str, ...]
    listed: datetime | None
    price_usd: float | None
    change_90d_pct: float | None


@dataclass(frozen=True, slots=True)
class Exclusions:
    """What is no altcoin, whatever its rank."""

    version: date
    tag_words: tuple[str, ...]
    name: re.Pattern[str]
    symbols: frozenset[str]
    counted_anyway: frozenset[str]
    """Symbols of coins that only sound like something else."""

    def holds(self, coin: Coin) -> bool:
        """Whether the coin is left out by its tags, name or symbol."""
        symbol = coin.symbol.upper()
        if symbol in self.counted_anyway:
            return False
        tagged = any(word in tag.lower() for tag in coin.tags for word in self.tag_words)
        return tagged or symbol in self.symbols or self.name.search(coin.name) is not None


@dataclass(frozen=True, slots=True)
class Count:
    """So many coins were wanted, so many found, and so many of those beat Bitcoin."""

    wanted: int
    found: int
    beat_bitcoin: int

    @property
    def is_valid(self) -> bool:
        """Whether enough coins were found for the share to mean anything."""
        return self.found > 0 and self.found >= ENOUGH * self.wanted

    @property
    def index(self) -> float:
        """The share that beat Bitcoin, in percent; only of a valid count."""
        return 100.0 * self.beat_bitcoin / self.found


class _List(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")
    version: date
    about: str
    tag_words: tuple[str, ...] = Field(min_length=1)
    name_words: tuple[str, ...] = Field(min_length=1)
    symbols: frozenset[str]
    counted_anyway: frozenset[str]


def read_exclusions(text: str) -> Exclusions:
    """The list out of its JSON; raises ValueError if it is not one."""
    read = _List.model_validate_json(text)
    words = "|".join(re.escape(word) for word in read.name_words)
    return Exclusions(
        version=read.version,
        tag_words=tuple(word.lower() for word in read.tag_words),
        name=re.compile(rf"\b(?:{words})\b", re.IGNORECASE),
        symbols=frozenset(symbol.upper() for symbol in read.symbols),
        counted_anyway=frozenset(symbol.upper() for symbol in read.counted_anyway),
    )


@cache
def exclusions() -> Exclusions:
    """The list that this version of the bot counts by."""
    return read_exclusions(files("bot").joinpath("season_exclusions.json").read_text("utf-8"))


def eligible(coins: Iterable[Coin], left_out: Exclusions, now: datetime) -> tuple[Coin, ...]:
    """The altcoins that can be compared, largest first.

    Bitcoin must not be among `coins`. A coin without a rank, a listing of ninety days or a change
    over them is passed over, and the next one takes its place; of one that comes twice, the higher
    rank counts.
    """
    ranked = sorted(
        (coin for coin in coins if coin.rank is not None), key=lambda coin: coin.rank or 0
    )
    of_each: dict[str, Coin] = {}
    for coin in ranked:
        of_each.setdefault(coin.key, coin)
    return tuple(
        coin
        for coin in of_each.values()
        if not left_out.holds(coin)
        and coin.listed is not None
        and coin.listed <= now - HORIZON
        and coin.change_90d_pct is not None
        and not _is_pegged(coin.price_usd, coin.change_90d_pct)
    )


def _is_pegged(price_usd: float | None, change_90d_pct: float) -> bool:
    near_a_dollar = price_usd is not None and abs(price_usd - PEG_USD) < PEG_PRICE_USD
    return near_a_dollar and abs(change_90d_pct) < PEG_CHANGE_PCT


def count(coins: Sequence[Coin], wanted: int, bitcoin_pct: float) -> Count:
    """How many of the first `wanted` coins gained more than Bitcoin; a tie is no gain."""
    taken = coins[:wanted]
    changes = [coin.change_90d_pct for coin in taken if coin.change_90d_pct is not None]
    return Count(wanted, len(changes), sum(change > bitcoin_pct for change in changes))
