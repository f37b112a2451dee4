"""What a chat can subscribe to."""

from bot.language import N_

TOPICS: dict[str, str] = {
    "breakout": N_("the Russell 2000 breaks its record, fails, or comes back; day 130 after it"),
    "strength": N_("small caps beat large caps ten sessions running, or rise 9 % in 15 sessions"),
    "dominance": N_("Bitcoin dominance crosses 57 % or 55 %"),
    "season": N_("the Altcoin Season Index says altseason or Bitcoin season"),
    "etf": N_("money begins to flow into the Bitcoin funds, or out of them"),
    "correlation": N_("the Russell 2000 and TOTAL3 begin or cease to move together"),
    "liquidity": N_("the Fed's balance sheet or the supply of stablecoins turns"),
    "whales": N_("whales or long-term holders add or give away unusually much"),
    "leverage": N_("borrowed positions are closed by force on a large scale"),
    "inflation": N_("inflation crosses 3 % or 2 % on a release"),
    "dilution": N_("new tokens come much faster than a month ago"),
    "stagnation": N_("Bitcoin falls below its price of a year ago"),
    "phase": N_("the phase of the rotation changes and holds for two days"),
    "health": N_("a source that a rule needs goes quiet, or is back"),
}
"""Topic -> what it tells, as a person would say it; `_` says it in the language spoken."""

ESSENTIALS: tuple[str, ...] = ("breakout", "dominance", "season", "phase", "health")
"""What `/subscribe` means when no topic is named."""
