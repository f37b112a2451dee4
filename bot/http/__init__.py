"""The one way out to providers: bounded in time and size, polite, and wary of web pages."""

from bot.http.client import ProviderHttp, user_agent
from bot.http.limits import Limits
from bot.http.waits import BACKOFFS, LONGEST_WAIT_SECONDS, Backoff, named_wait_seconds

__all__ = [
    "BACKOFFS",
    "LONGEST_WAIT_SECONDS",
    "Backoff",
    "Limits",
    "ProviderHttp",
    "named_wait_seconds",
    "user_agent",
]
