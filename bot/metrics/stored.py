"""What the store says, as metrics: every process tells the same, so take the largest of all."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.catalogue import SERIES
from bot.metrics.facts import Facts
from bot.metrics.names import feed_labels
from bot.model import GateState, Phase, Snapshot, Status
from bot.ports import Queue
from bot.vitals import Pulse, Vitals, overdue_seconds, polls_are_good, ready

BLIND = "blind/"
"""How the names of states begin that say whether a series has gone quiet."""

Sample = tuple[Sequence[str], float]
"""Values of labels, and the value."""
Families = Iterator[GaugeMetricFamily]

OF_A_QUEUE: tuple[tuple[str, str, Callable[[Queue], float]], ...] = (
    ("outbox_jobs", "Alerts that have recipients left.", lambda each: each.jobs),
    (
        "outbox_chats",
        "Chats for which something waits or is being sent, suspended ones among them.",
        lambda each: each.chats,
    ),
    ("outbox_due_chats", "Chats that could be written to now.", lambda each: each.due),
    (
        "outbox_held_chats",
        "Chats for which something is held back, in quiet hours or by a mute.",
        lambda each: each.held,
    ),
    (
        "outbox_age_seconds",
        "How long what could be sent now has waited for a sender, the longest of all.",
        lambda each: each.waited_seconds,
    ),
    (
        "suspended_chats",
        "Chats that cannot be reached, and are written to no more until they speak to us.",
        lambda each: each.suspended,
    ),
    ("dead_letters", "Letters that were given up and wait for a person.", lambda each: each.dead),
    (
        "listener_lease_held",
        "Whether any process listens to the platform.",
        lambda each: each.listened,
    ),
)
"""What is told of each platform's outbox: the gauge's name, its help, and what it reads."""


class Stored(Collector):
    """The metrics of the last look at the store."""

    def __init__(self) -> None:
        self.facts: Facts | None = None
        """Nothing is told before the first look."""

    def collect(self) -> Families:
        """All of them; while the store is away those that need it have no values."""
        if self.facts is None:
            return
        facts, vitals = self.facts, self.facts.vitals
        yield from _health(vitals, facts.at)
        yield from _polls(vitals.pulses, facts.at)
        yield from _outbox(vitals)
        yield from _numbers(facts.snapshot, facts.at)
        yield from _rules(facts)


def _health(vitals: Vitals, now: datetime) -> Families:
    up = not vitals.trouble
    yield _gauge("store_up", "Whether Redis answers and can be read.", (), [((), up)])
    yield _gauge(
        "store_answer_seconds",
        "How long Redis took to answer a question.",
        (),
        [((), vitals.store_seconds)] if up else (),
    )
    is_ready, is_good = not ready(vitals, now), polls_are_good(vitals, now) is None
    yield _gauge(
        "ready", "Whether /readyz says that the bot can do its work.", (), [((), is_ready)]
    )
    yield _gauge(
        "polls_good",
        "Whether a process polls and sources answer when their plans say.",
        (),
        [((), is_good)] if up else (),
    )
    yield _gauge(
        "poller_lease_held",
        "Whether any process holds the lease of the poller.",
        (),
        [((), vitals.leader is not None)] if up else (),
    )


def _polls(pulses: Sequence[Pulse], now: datetime) -> Families:
    labels = ("source", "feed")
    yield _gauge(
        "poll_age_seconds",
        "How long ago a feed was asked the last time that it answered.",
        labels,
        [
            (feed_labels(each.feed), max(0.0, (now - each.ok_at).total_seconds()))
            for each in pulses
            if each.ok_at is not None
        ],
    )
    late = [(feed_labels(each.feed), overdue_seconds(each, now)) for each in pulses]
    yield _gauge(
        "poll_overdue_seconds",
        "For how long a feed's next good answer is overdue by its own plan; 0 while it is not.",
        labels,
        [(names, seconds) for names, seconds in late if seconds is not None],
    )
    yield _gauge(
        "poll_failing",
        "Whether the last answer of a feed was none.",
        labels,
        [(feed_labels(each.feed), each.is_failing) for each in pulses],
    )


def _outbox(vitals: Vitals) -> Families:
    for name, help_, read in OF_A_QUEUE:
        counted = [((platform,), read(queue)) for platform, queue in vitals.queues.items()]
        yield _gauge(name, help_, ("platform",), counted)


def _numbers(snapshot: Snapshot | None, now: datetime) -> Families:
    readings = snapshot.readings if snapshot else ()
    # An indicator that goes by its series' name is the series as it came.
    told = [((each.indicator, each.vendor), each) for each in readings if each.indicator in SERIES]
    yield _gauge(
        "series_age_seconds",
        "How old the newest value of a series is, from the vendor whose value is shown.",
        ("series", "vendor"),
        [(names, max(0.0, (now - each.as_of).total_seconds())) for names, each in told],
    )
    yield _gauge(
        "series_late",
        "Whether that value is older than the series' own calendar allows.",
        ("series", "vendor"),
        [(names, each.late) for names, each in told],
    )
    yield _gauge(
        "reading_value",
        "What an indicator reads now, in its unit as `status --json` names it.",
        ("indicator",),
        [((each.indicator,), each.value) for each in readings],
    )
    yield _gauge(
        "reading_degraded",
        "Whether it is the value of a fallback vendor.",
        ("indicator",),
        [((each.indicator,), each.degraded) for each in readings],
    )


def _rules(facts: Facts) -> Families:
    snapshot = facts.snapshot
    views = [each for some in snapshot.rules.values() for each in some] if snapshot else []
    gates = snapshot.board.gates if snapshot else ()
    yield _gauge(
        "rule_state",
        "1 for the state that a rule is in, 0 for the others.",
        ("rule", "state"),
        [sample for each in views for sample in _one_of(Status, each.status, each.rule)],
    )
    yield _gauge(
        "gate_state",
        "1 for the state that a gate of the board is in, 0 for the others.",
        ("gate", "state"),
        [sample for each in gates for sample in _one_of(GateState, each.state, each.name)],
    )
    yield _gauge(
        "phase",
        "1 for the phase that the rotation is in, 0 for the others.",
        ("phase",),
        _one_of(Phase, snapshot.board.phase) if snapshot else (),
    )
    yield _gauge(
        "series_blind",
        "Whether a series that a rule needs has gone quiet, so that the rule sleeps.",
        ("series",),
        [
            ((name.removeprefix(BLIND),), state.status is Status.FIRING)
            for name, state in sorted(facts.states.items())
            if name.startswith(BLIND)
        ],
    )


def _gauge(
    name: str, help_: str, labels: Sequence[str], samples: Iterable[Sample]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"altseason_{name}", help_, labels=labels)
    for values, value in samples:
        family.add_metric(values, float(value))
    return family


def _one_of(states: type[StrEnum], now: StrEnum, *names: str) -> list[Sample]:
    return [((*names, state), state is now) for state in states]
