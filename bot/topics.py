"""What a chat can subscribe to."""

TOPICS: dict[str, str] = {
    "breakout": "the Russell 2000 breaks its record, fails, or comes back; day 130 after it",
    "strength": "small caps beat large caps ten sessions running, or rise 9 % in 15 sessions",
    "dominance": "Bitcoin dominance crosses 57 % or 55 %",
    "season": "the Altcoin Season Index says altseason or Bitcoin season",
    "etf": "money begins to flow into the Bitcoin funds, or out of them",
    "correlation": "the Russell 2000 and TOTAL3 begin or cease to move together",
    "liquidity": "the Fed's balance sheet or the supply of stablecoins turns",
    "whales": "whales or long-term holders add or give away unusually much",
    "leverage": "borrowed positions are closed by force on a large scale",
    "inflation": "inflation crosses 3 % or 2 % on a release",
    "dilution": "new tokens come much faster than a month ago",
    "stagnation": "Bitcoin falls below its price of a year ago",
    "phase": "the phase of the rotation changes and holds for two days",
    "health": "a source that a rule needs goes quiet, or is back",
}
"""Topic -> what it tells, as a person would say it."""

ESSENTIALS: tuple[str, ...] = ("breakout", "dominance", "season", "phase", "health")
"""What `/subscribe` means when no topic is named."""
