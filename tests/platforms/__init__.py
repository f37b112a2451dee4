"""Fast fake platforms: their limits, their faults on demand, and a ledger of what arrived.

`Platform` runs one in this process, `started` both in one of their own; `python -m tests.platforms
--help` is the program. What tests of one adapter need in detail is in tests/adapters instead.
"""

from tests.platforms.platform import Platform, discord, telegram
from tests.platforms.process import Remote, Started, started

__all__ = ["Platform", "Remote", "Started", "discord", "started", "telegram"]
