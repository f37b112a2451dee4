"""Which rules a person means, by id or by topic."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.language import N_
from bot.model import Indicator, Rule


@dataclass(frozen=True, slots=True)
class Composed:
    """A rule that judges no daily values of its own."""

    id: str
    topic: str
    rests_on: str
    """In one sentence, what there is to look at instead; `_` says it in the language spoken."""


COMPOSED = (
    Composed(
        "breakout_follow_up",
        "breakout",
        N_(
            "breakout_follow_up comes once, 130 days after russell_breakout fired: it rests on "
            "that rule's firings."
        ),
    ),
    Composed(
        "phase",
        "phase",
        N_(
            "phase has no series of its own: it rests on russell_breakout, dominance, altseason "
            "and bitcoin_season, and changes when what they add up to has held for two days."
        ),
    ),
    Composed(
        "blind",
        "health",
        N_(
            "blind rests on no value: it says when a source goes quiet, which the stored past does "
            "not tell."
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a word stands for: rules that can be followed over the past, and those that cannot."""

    rules: tuple[Rule, ...]
    composed: tuple[Composed, ...]


def word(arguments: Sequence[str]) -> str:
    """What was typed as rules are spelled: `Dominance 57` is dominance_57."""
    return "_".join(arguments).replace("-", "_").strip("_,.")


def asked(named: str, indicators: Sequence[Indicator]) -> Asked | None:
    """The rule of this id, else all rules of this topic; None when it is neither."""
    rules = [rule for indicator in indicators for rule in indicator.rules]
    everything = (*rules, *COMPOSED)
    chosen = [each for each in everything if each.id == named] or [
        each for each in everything if each.topic == named
    ]
    if not chosen:
        return None
    return Asked(
        tuple(rule for rule in rules if rule in chosen),
        tuple(each for each in COMPOSED if each in chosen),
    )


def rule_ids(indicators: Sequence[Indicator]) -> tuple[str, ...]:
    """Every rule that can be asked for."""
    rules = (rule.id for indicator in indicators for rule in indicator.rules)
    return (*rules, *(each.id for each in COMPOSED))
