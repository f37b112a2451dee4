"""Which sessions' flows of the Bitcoin funds are all in.

Vendors fill a session's row fund by fund through the evening and night, and print a 0 or nothing
for those that have not reported. A sum over such a row is no flow, so the row does not count yet.
"""

from collections.abc import Hashable, Mapping
from datetime import date, datetime
from typing import TypeVar

from bot.calendar import is_session, session_close

ACTIVE_SESSIONS = 10
"""A fund that reported in none of so many sessions is not waited for."""
REVISED_DAYS = 14
"""How far back vendors still correct flows: at least five sessions, whatever the holidays."""

Fund = TypeVar("Fund", bound=Hashable)


def complete_sessions(
    reported: Mapping[date, Mapping[Fund, float]], now: datetime, *, share: float = 1.0
) -> list[date]:
    """The sessions that are over and of which every active fund has reported, oldest first.

    `reported` holds each day's values by fund, without those that are missing. A fund is active
    that has a value in any of the ten sessions before; `share` is how many of them must report.
    Zeros alone are no report until a later session has flows.
    """
    sessions = sorted(day for day in reported if is_session(day) and session_close(day) <= now)
    last = max((day for day in sessions if any(reported[day].values())), default=None)
    if last is None:
        return []
    complete = []
    for n, day in enumerate(sessions[: sessions.index(last) + 1]):
        before = sessions[max(0, n - ACTIVE_SESSIONS) : n]
        active = {fund for earlier in before for fund in reported[earlier]}
        present = reported[day].keys()
        if present and len(active & present) >= share * len(active):
            complete.append(day)
    return complete
