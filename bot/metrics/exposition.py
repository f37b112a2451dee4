"""All metrics of a process in Prometheus' text format, or OpenMetrics' where that is asked for.

See https://prometheus.io/docs/instrumenting/exposition_formats.
"""

from collections.abc import Awaitable, Callable, Sequence

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import choose_encoder

from bot.metrics.counted import Counted
from bot.metrics.facts import Facts
from bot.metrics.stored import Stored

OPENMETRICS = "application/openmetrics-text"

# Each counter would come twice, the second time with the hour at which the process was started.
disable_created_metrics()  # type: ignore[no-untyped-call] # the library gives it no types


class Metrics:
    """One process's registry; nothing is shared with another in the same interpreter."""

    def __init__(
        self,
        look: Callable[[], Awaitable[Facts]],
        *,
        feeds: Sequence[str] = (),
        platforms: Sequence[str] = (),
    ) -> None:
        """Take who looks at the store, the feeds asked here and the platforms served here."""
        self._look = look
        self._stored = Stored()
        self._registry = CollectorRegistry()
        self.counted = Counted(self._registry, feeds=feeds, platforms=platforms)
        self._registry.register(self._stored)
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)

    async def exposed(self, accept: str) -> tuple[bytes, str]:
        """The metrics as they are now, and their content type, chosen by an Accept header."""
        self._stored.facts = await self._look()
        # The library stumbles over versions that are none, and repeats any that is asked for.
        encode, content_type = choose_encoder(OPENMETRICS if OPENMETRICS in accept else "")
        return encode(self._registry), content_type
