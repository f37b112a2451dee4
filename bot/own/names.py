"""Which indicator a person means: its key, its title, a common short name, or a slip of these."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches

from bot.language import _
from bot.model import Indicator
from bot.own.mistakes import NotUnderstood, quoted

NEAR = 0.75
"""How alike a word and a slip of it are, on difflib's scale from 0 to 1."""
MOST_SLIPPED = 2
"""So many letters too many or too few: three more make xrpdominance, which is no slip."""
FAINT = 0.6
"""How alike a name must be to be worth asking back for."""
MOST_SUGGESTED = 3

SHORT_NAMES = {
    "dominance": "btc_dominance",
    "btc d": "btc_dominance",
    "eth d": "eth_dominance",
    "russell": "russell_2000",
    "r2k": "russell_2000",
    "rut": "russell_2000",
    "s&p": "sp_500",
    "s&p 500": "sp_500",
    "spx": "sp_500",
    "btc": "btc_price",
    "season index": "altcoin_season_index",
    "altseason": "altcoin_season_index",
    "altseason index": "altcoin_season_index",
    "alt season index": "altcoin_season_index",
    "asi": "altcoin_season_index",
    "fear and greed": "fear_greed",
    "etf flow": "btc_etf_flow",
    "total market cap": "total_market_cap",
    "market cap": "total_market_cap",
    "liquidations": "liquidations_24h",
    "inflation": "cpi_yoy",
}
SAME_WORDS = {
    "btc": "bitcoin", "eth": "ethereum", "flows": "flow", "and": "", "&": "", "the": "",
    "2k": "2000", "caps": "cap", "stablecoins": "stablecoin", "tokens": "token", "whales": "whale",
}  # fmt: skip
"""Words that people put in each other's place, or leave out."""


@dataclass(frozen=True, slots=True)
class Meant:
    """An indicator, and whether its name had to be guessed."""

    indicator: Indicator
    guessed: bool = False


def meant(typed: str, indicators: Sequence[Indicator]) -> Meant:
    """The indicator of this name; of one misspelt, when there is only one it can be.

    Raises NotUnderstood, with what comes near.
    """
    words = _words(typed)
    named = {name: key for key, name in _names(indicators)}
    by_key = {each.key: each for each in indicators}
    for name, key in named.items():
        if name == words or _run_together(typed) in ("".join(name), _run_together(key)):
            return Meant(by_key[key])
    near = list(dict.fromkeys(key for name, key in named.items() if _is_slip(words, name)))
    if len(near) == 1:
        return Meant(by_key[near[0]], guessed=True)
    raise NotUnderstood(_unknown(typed, near or _faint(words, named)))


def _names(indicators: Sequence[Indicator]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every name of every indicator, as its words; a key and a title come before a short name."""
    for each in indicators:
        for title in (each.key, each.title):
            yield each.key, _words(title)
    known = {each.key for each in indicators}
    taken = {_words(title) for each in indicators for title in (each.key, each.title)}
    for short, key in SHORT_NAMES.items():
        if key in known and _words(short) not in taken:
            yield key, _words(short)


def _words(name: str) -> tuple[str, ...]:
    spaced = re.sub(r"[^a-z0-9&]+", " ", name.casefold()).split()
    return tuple(filter(None, (SAME_WORDS.get(word, word) for word in spaced)))


def _run_together(name: str) -> str:
    return re.sub(r"[^a-z0-9&]+", "", name.casefold())


def _is_slip(typed: Sequence[str], name: Sequence[str]) -> bool:
    """Whether each word is the name's or nearly so.

    Digits are never a slip: the Russell 3000 and TOTAL2 are other numbers than those I know.
    """
    return len(typed) == len(name) and all(map(_is_near, typed, name))


def _is_near(typed: str, word: str) -> bool:
    if typed == word:
        return True
    if re.findall("[0-9]", typed) != re.findall("[0-9]", word):
        return False
    if abs(len(typed) - len(word)) > MOST_SLIPPED:
        return False
    return SequenceMatcher(None, typed, word).ratio() >= NEAR


def _faint(words: Sequence[str], named: dict[tuple[str, ...], str]) -> list[str]:
    """What has all of these words in its name, and what is spelt somehow like them."""
    having = [key for name, key in named.items() if words and set(words) <= set(name)]
    spelt = {" ".join(name): key for name, key in named.items()}
    close = get_close_matches(" ".join(words), list(spelt), n=2 * MOST_SUGGESTED, cutoff=FAINT)
    return list(dict.fromkeys([*having, *(spelt[name] for name in close)]))


def _unknown(typed: str, near: Sequence[str]) -> str:
    unknown = _("I have no number called {typed}.").format(typed=quoted(typed))
    *first, last = near[:MOST_SUGGESTED] or [""]
    if not near:
        listed = _("/status lists all there are.")
        return f"{unknown} {listed}"
    shown = last
    if first:
        shown = _("{first} or {last}").format(first=", ".join(first), last=last)
    hint = _("Did you mean {name}?").format(name=shown)
    return f"{unknown} {hint}"
