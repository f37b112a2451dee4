"""Whether the bot is well, judged from one look at the store; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.ports import Queue
from bot.schedule import next_due
from bot.vitals.pulse import Pulse, Vitals

CLOCK_SKEW = timedelta(minutes=1)
"""What was answered so far in the future was noted by a wrong clock, and counts for nothing."""
MANY_SOURCES = 3
"""Where so many fail in a row, or all there are, the trouble is ours; fewer are a matter of their
series, which go blind by their own calendars."""
ANSWER_BY = timedelta(minutes=3)
"""A feed that is due has said something by then: two minutes it may take, and requests stray."""
LONGEST_PATIENCE = timedelta(minutes=20)
LATE_SECONDS = 300.0
"""Letters that could be sent wait no longer for a sender, but for those before them."""
SENDS_PER_SECOND = 25.0
"""A little less than Telegram permits, which permits the least."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    found: str
    """In words, with its value."""
    wrong: str = ""
    """What is wrong with it, in one sentence; empty where nothing is."""


def ready(vitals: Vitals, now: datetime) -> tuple[str, ...]:
    """Why the bot cannot do its work now; empty where it can."""
    return tuple(check.wrong for check in checks(vitals, now) if check.wrong)


def checks(vitals: Vitals, now: datetime) -> tuple[Check, ...]:
    """The store, the poller's lease, the last good poll, and each platform's delivery.

    A platform is looked at where this process serves it, or any process listens to it: letters on
    one that nobody serves any more wait for ever, and nobody is to blame.
    """
    if vitals.trouble:
        return (Check("redis", "no answer", vitals.trouble),)
    store = Check("redis", f"answers in {1000 * vitals.store_seconds:.1f} ms")
    return (store, _lease(vitals), _last_poll(vitals, now), *_deliveries(vitals))


def polls_are_good(vitals: Vitals, now: datetime) -> str | None:
    """Why polls are not good, in one sentence; None where they are.

    They are as long as some process leads and sources answer when their plans say: a weekend
    without a session is no outage, and one provider's outage is none of ours.
    """
    if vitals.trouble:
        return vitals.trouble
    if vitals.leader is None:
        return "No process polls."
    return _silence(_decisive(vitals), now)


def last_good(pulses: Sequence[Pulse], now: datetime) -> datetime | None:
    """When any of these feeds was asked last that it answered; None where none ever did."""
    known = [pulse.ok_at for pulse in pulses if pulse.ok_at is not None]
    return max((at for at in known if at <= now + CLOCK_SKEW), default=None)


def overdue_seconds(pulse: Pulse, now: datetime) -> float | None:
    """For how long a feed's next good answer should have been here; 0 while it need not be.

    None where there never was one.
    """
    if pulse.ok_at is None:
        return None
    return max(0.0, (now - _due(pulse, pulse.ok_at) - ANSWER_BY).total_seconds())


def late(queue: Queue) -> bool:
    """Whether letters that could be sent wait longer than those before them explain."""
    return queue.waited_seconds > LATE_SECONDS + queue.audience / SENDS_PER_SECOND


def _decisive(vitals: Vitals) -> Sequence[Pulse]:
    """The feeds that rules need; all of them where no rule's feed is switched on."""
    return [pulse for pulse in vitals.pulses if pulse.is_needed] or vitals.pulses


def _silence(pulses: Sequence[Pulse], now: datetime) -> str | None:
    """What there is to say of sources that should have answered, and have not."""
    if not pulses:
        return "No source is switched on."
    last = last_good(pulses, now)
    if last is None:
        return "No source has answered yet."
    expected = min(_due(pulse, last) for pulse in pulses)
    silent = {pulse.source for pulse in pulses if _is_silent(pulse, last, now)}
    many = min(MANY_SOURCES, len({pulse.source for pulse in pulses}))
    if now <= expected + min(2 * (expected - last), LONGEST_PATIENCE) or len(silent) < many:
        return None
    return f"No source has answered for {_span((now - last).total_seconds())}."


def _due(pulse: Pulse, asked: datetime) -> datetime:
    due = next_due(pulse.plan, asked)
    return asked if due is None else due


def _is_silent(pulse: Pulse, last: datetime, now: datetime) -> bool:
    """Whether it failed since the last good answer of any, or should have said something."""
    failed = pulse.failed_at is not None and pulse.failed_at > last
    return failed or _due(pulse, last) + ANSWER_BY < now


def _lease(vitals: Vitals) -> Check:
    if vitals.leader is None:
        return Check("lease", "free", "No process polls.")
    return Check("lease", f"held, for {vitals.leader.left_seconds:.0f} s more if not renewed")


def _last_poll(vitals: Vitals, now: datetime) -> Check:
    last = last_good(_decisive(vitals), now)
    found = "never" if last is None else f"{_span((now - last).total_seconds())} ago"
    # That nobody leads is the lease's trouble, and told there.
    wrong = polls_are_good(vitals, now) if vitals.leader is not None else None
    return Check("last good poll", found, wrong or "")


def _deliveries(vitals: Vitals) -> Iterator[Check]:
    for platform, queue in vitals.queues.items():
        if platform in vitals.delivers or queue.listened:
            waited = _span(queue.waited_seconds)
            found = f"{queue.due} chats due, the first for {waited}" if queue.due else "none due"
            if queue.jobs and not queue.due:
                found = f"{queue.jobs} alerts on their way, the first for {waited}"
            wrong = f"Letters on {platform} have waited {waited} for a sender."
            yield Check(f"delivery to {platform}", found, wrong if late(queue) else "")


def _span(seconds: float) -> str:
    """A span of time in two figures or so."""
    seconds = max(0.0, seconds)
    for size, unit in ((86_400.0, "days"), (3600.0, "h"), (60.0, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
