"""What a chat can subscribe to."""

TOPICS: dict[str, str] = {
    "breakout": "the Russell 2000 breaks its record, fails, or comes back",
    "dominance": "Bitcoin dominance crosses 57 % or 55 %",
    "season": "the Altcoin Season Index says altseason or Bitcoin season",
    "phase": "the phase of the rotation changes (alerts come later; /status shows it now)",
    "health": "a source that a rule needs goes quiet, or is back",
}
"""Topic -> what it tells, as a person would say it."""

ESSENTIALS: tuple[str, ...] = ("breakout", "dominance", "season", "phase", "health")
"""What `/subscribe` means when no topic is named."""
