"""Whether the bot is well: what decides that, where it is read, and how it is judged."""

from bot.vitals.judgement import Check, checks, overdue_seconds, polls_are_good, ready
from bot.vitals.looking import LONGEST_LOOK_SECONDS, StoredVitals
from bot.vitals.pulse import Pulse, Vitals

__all__ = [
    "LONGEST_LOOK_SECONDS",
    "Check",
    "Pulse",
    "StoredVitals",
    "Vitals",
    "checks",
    "overdue_seconds",
    "polls_are_good",
    "ready",
]
