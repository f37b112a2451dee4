"""What must hold at the end of a run, each as a figure with what is allowed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles

from tests.soak.flatness import Allowance, Growth, growth
from tests.soak.letters import Delivered
from tests.soak.probe import Vitals
from tests.soak.stored import Holdings

MIB = 2**20
BUSY_SECONDS = 0.5
"""Nobody who asks something should notice."""

OF_PROCESS = {
    "rss_bytes": Allowance(4 * MIB, 0.03),
    "blocks": Allowance(10_000, 0.03),
    "tasks": Allowance(4),
    "descriptors": Allowance(10),
    "threads": Allowance(2),
}
OF_REDIS = Allowance(MIB / 2, 0.03)
"""Without the jobs."""
OF_KIND = Allowance(20, 0.05)

CEILINGS = {"alerts": 200, "alert": 200, "told": 200}
"""By kind, how many elements one key may hold: they fill up, and then the oldest go."""
PASSING = frozenset({"line", "due", "away", "rest", "ready"})
"""They come and go with the alerts: that they end is seen when all is told."""
BY_DESIGN = frozenset({"job", "series"})
"""A job is kept for 30 days, and a series has one field a day: both grow with the simulated time,
a thousand times as fast as they ever will."""


@dataclass(frozen=True, slots=True)
class Swings:
    """Of a number that the judge follows itself: how often own alerts must have fired."""

    least: int
    most: int
    fired: int
    """All of them together."""
    missed: int
    """Of rules that fired less often than their number crossed their level."""
    invented: int
    """Of rules that fired more often."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    name: str
    value: str
    bound: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a run found out."""

    vitals: Sequence[Vitals]
    tasks: Mapping[str, int]
    """The commonest at the end, by what they run."""
    holdings: Sequence[Holdings]
    delivered: Mapping[str, Delivered]
    """By platform."""
    at_rest: Holdings
    """What Redis held when all was told."""
    copies_allowed: Mapping[str, int]
    swings: Swings
    topic_alerts: int
    series_days: int
    """How many days a series can have gained."""
    settled: bool
    exit_code: int | None
    restarts: int
    complaints: Sequence[str]
    """Lines in the bot's log that must not be there."""


def figures(found: Evidence) -> list[Figure]:
    """Everything that is judged."""
    return [
        *(_grown(each) for each in _process(found.vitals)),
        *_lag(found.vitals),
        *(_grown(each) for each in _redis(found.holdings)),
        *_ceilings(found.holdings),
        _days(found),
        *_letters(found),
        *_swings(found.swings),
        _exact("alerts of topics (at least 1)", found.topic_alerts, at_least=1),
        Figure("all delivered in time", _yes(found.settled), "yes", found.settled),
        _exact("exit code after SIGTERM", found.exit_code, must=0),
        _exact("ended by itself", found.restarts, must=0),
        _exact("complaints in the log", len(found.complaints), must=0),
    ]


def _process(vitals: Sequence[Vitals]) -> Iterator[Growth]:
    for name, allowance in OF_PROCESS.items():
        samples = [(each.at, float(getattr(each, name))) for each in vitals]
        yield growth(name, samples, allowance)


def _redis(holdings: Sequence[Holdings]) -> Iterator[Growth]:
    samples = [(each.at, float(each.used_bytes - each.job_bytes)) for each in holdings]
    yield growth("Redis bytes but jobs", samples, OF_REDIS)
    kinds = {kind for each in holdings for kind in each.keys} - BY_DESIGN - PASSING
    keys = [(h.at, float(sum(h.keys.get(kind, 0) for kind in kinds))) for h in holdings]
    yield growth("Redis keys but jobs", keys, OF_KIND)
    for kind in sorted(kinds - PASSING - CEILINGS.keys()):
        counts = [(each.at, float(each.elements.get(kind, 0))) for each in holdings]
        yield growth(f"elements of {kind}", counts, OF_KIND)


def _ceilings(holdings: Sequence[Holdings]) -> Iterator[Figure]:
    last = holdings[-1]
    for kind, most in CEILINGS.items():
        bound = most * last.keys.get(kind, 0)
        held = last.elements.get(kind, 0)
        yield Figure(f"elements of {kind}", str(held), f"at most {bound}", held <= bound)


def _days(found: Evidence) -> Figure:
    """A series gains a field a day, and none else."""
    middle, last = found.holdings[len(found.holdings) // 2], found.holdings[-1]
    gained = last.elements.get("series", 0) - middle.elements.get("series", 0)
    bound = last.keys.get("series", 0) * found.series_days
    return Figure("elements of series, gained", str(gained), f"at most {bound}", gained <= bound)


def _letters(found: Evidence) -> Iterator[Figure]:
    for platform, each in found.delivered.items():
        allowed = found.copies_allowed.get(platform, 0)
        yield _exact(f"{platform}: letters owed (at least 1)", each.expected, at_least=1)
        yield _exact(f"{platform}: lost", each.lost, must=0)
        yield _exact(f"{platform}: not asked for", each.unasked, must=0)
        name = f"{platform}: arrived twice"
        yield Figure(name, str(each.copies), f"at most {allowed}", each.copies <= allowed)


def _swings(swings: Swings) -> Iterator[Figure]:
    between = f"{swings.least} to {swings.most}"
    holds = swings.least <= swings.fired <= swings.most
    yield Figure("own alerts by the market itself", str(swings.fired), between, holds)
    yield _exact("  crossings that fired nothing", swings.missed, must=0)
    yield _exact("  alerts without a crossing", swings.invented, must=0)


def _lag(vitals: Sequence[Vitals]) -> Iterator[Figure]:
    """How late the loop was; the machine has other work than ours, so only our own is judged."""
    late, busy = _p99([v.lag_seconds for v in vitals]), _p99([v.busy_seconds for v in vitals])
    bound = f"at most {1e3 * BUSY_SECONDS:.0f} ms"
    yield Figure("loop lag, p99 of each second's worst", f"{1e3 * late:.0f} ms", "", holds=True)
    yield Figure("  by our own work", f"{1e3 * busy:.0f} ms", bound, busy <= BUSY_SECONDS)


def _p99(values: Sequence[float]) -> float:
    return quantiles(values, n=100)[-1] if len(values) > 1 else 0.0


def _grown(each: Growth) -> Figure:
    value = f"{each.first:,.0f} → {each.last:,.0f} ({each.grown:+,.0f})"
    return Figure(each.name, value, f"at most +{each.allowed:,.0f}", each.is_flat)


def _exact(name: str, value: int | None, *, must: int = 0, at_least: int | None = None) -> Figure:
    if at_least is not None:
        holds = value is not None and value >= at_least
        return Figure(name, str(value), f"at least {at_least}", holds)
    return Figure(name, str(value), str(must), value == must)


def _yes(holds: bool) -> str:  # noqa: FBT001 - private
    return "yes" if holds else "no"
