"""What this process counts: answers of providers, sends, and how late its loop wakes."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram

from bot.metrics.names import feed_labels
from bot.ports import Departure, Outcome, Trouble

LAGS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
TRIED = (Outcome.SENT, Outcome.LATER, Outcome.ALONE, Outcome.DEAD, Outcome.SUSPENDED)
"""How a send can end; the other outcomes are of letters that were not tried."""


class Counted:
    """Counters from the start of the process; those whose labels are known begin at 0."""

    def __init__(
        self,
        registry: CollectorRegistry,
        *,
        feeds: Sequence[str] = (),
        platforms: Sequence[str] = (),
    ) -> None:
        """Take where to register, the feeds that this process asks and the platforms it serves."""
        self._answers = Counter(
            "altseason_poll_answers",
            "Answers of a feed that gave values, in this process.",
            ("source", "feed"),
            registry=registry,
        )
        self._errors = Counter(
            "altseason_poll_errors",
            "Times a feed gave no values, by what kept them from us, in this process.",
            ("source", "feed", "kind"),
            registry=registry,
        )
        self._responses = Counter(
            "altseason_provider_responses",
            "HTTP responses of a provider's host by status, repeats of a request among them.",
            ("host", "status"),
            registry=registry,
        )
        self._sends = Counter(
            "altseason_sends",
            "Messages to one chat that were tried, by what became of them, in this process.",
            ("platform", "outcome"),
            registry=registry,
        )
        self._slow_downs = Counter(
            "altseason_rate_limited_sends",
            "Sends that a platform refused because it got too many (HTTP 429).",
            ("platform",),
            registry=registry,
        )
        self._departures = Counter(
            "altseason_suspensions",
            "Chats that this process suspended, by why they cannot be reached any more.",
            ("platform", "reason"),
            registry=registry,
        )
        self._lag = Histogram(
            "altseason_loop_lag_seconds",
            "How much later than asked the event loop wakes a task.",
            buckets=LAGS_SECONDS,
            registry=registry,
        )
        self._begin_at_zero(feeds, platforms)

    def _begin_at_zero(self, feeds: Sequence[str], platforms: Sequence[str]) -> None:
        for feed in feeds:
            self._answers.labels(*feed_labels(feed))
            for trouble in Trouble:
                self._errors.labels(*feed_labels(feed), trouble)
        for platform in platforms:
            self._slow_downs.labels(platform)
            for outcome in TRIED:
                self._sends.labels(platform, outcome)
            for departure in Departure:
                self._departures.labels(platform, departure)

    def answered(self, feed: str, trouble: Trouble | None) -> None:
        """A feed was asked, and gave values or trouble."""
        if trouble is None:
            self._answers.labels(*feed_labels(feed)).inc()
        else:
            self._errors.labels(*feed_labels(feed), trouble).inc()

    def responded(self, host: str, status: int) -> None:
        """A provider's host answered a request with an HTTP status."""
        self._responses.labels(host, status).inc()

    def sent(self, platform: str, outcome: Outcome) -> None:
        """A message to one chat was tried, and this became of it."""
        self._sends.labels(platform, outcome).inc()

    def slowed_down(self, platform: str) -> None:
        """A platform refused a message because it was sent too many (HTTP 429)."""
        self._slow_downs.labels(platform).inc()

    def departed(self, platform: str, departure: Departure) -> None:
        """A chat takes no more messages, and was suspended."""
        self._departures.labels(platform, departure).inc()

    def lagged(self, seconds: float) -> None:
        """The loop woke a task so much too late."""
        self._lag.observe(seconds)
