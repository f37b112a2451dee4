"""What Prometheus is told: what this process counts, and what the store says of the whole bot.

Names and meanings are in docs/metrics.md.
"""

from bot.metrics.exposition import Metrics
from bot.metrics.facts import Facts, StoredFacts
from bot.metrics.lag import watch_the_loop

__all__ = ["Facts", "Metrics", "StoredFacts", "watch_the_loop"]
