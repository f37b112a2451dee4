"""Whether the bot is well: what decides that, where it is read, and how it is judged."""

from bot.vitals.judgement import Check, checks, polls_are_good, ready
from bot.vitals.looking import StoredVitals
from bot.vitals.signs import Pulse, Vitals

__all__ = ["Check", "Pulse", "StoredVitals", "Vitals", "checks", "polls_are_good", "ready"]
