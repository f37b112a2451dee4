"""Who tells the numbers, on which terms, and how well that goes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import board
from bot.book import vendors_in_order
from bot.catalogue import SERIES, SUBJECTS
from bot.language import _, counted
from bot.model import FeedHealth, Indicator, Message
from bot.ports import Feed, Source
from bot.wording import ago_text, moment_text

MOST_FAILING = 5
"""More of those that fail are counted, not named."""
LONGEST_ERROR = 120


@dataclass(frozen=True, slots=True)
class Sources:
    """Who is asked, how the last requests went, and the time."""

    all: Sequence[Source]
    health: Mapping[str, FeedHealth]
    now: datetime

    @property
    def feeds(self) -> tuple[Feed, ...]:
        """Everything that is asked."""
        return tuple(feed for source in self.all for feed in source.feeds)

    def vendors(self, series: str) -> tuple[str, ...]:
        """Who tells a series, in the order in which they stand in for each other."""
        return vendors_in_order(self.feeds).get(series, ())

    def of(self, series: str, vendor: str) -> tuple[Feed, ...]:
        """The feeds by which one vendor tells a series."""
        return tuple(f for f in self.feeds if f.vendor == vendor and series in f.series)

    def answered_at(self, feeds: Sequence[Feed]) -> datetime | None:
        """The last good answer of any of these; None where there was none yet."""
        known = (self.health[feed.name].ok_at for feed in feeds if feed.name in self.health)
        return max((at for at in known if at is not None), default=None)

    def failing(self, feeds: Sequence[Feed]) -> tuple[FeedHealth, ...]:
        """Those whose last answer was none."""
        known = (self.health[feed.name] for feed in feeds if feed.name in self.health)
        return tuple(each for each in known if each.error)

    def age(self, at: datetime | None) -> str:
        """How long ago a good answer came, in words."""
        return _("no answer yet") if at is None else ago_text(self.now - at)


def overview(sources: Sources, indicators: Sequence[Indicator]) -> Message:
    """What fails, then who tells each number of the board, then everything else by subject."""
    by_key = {each.key: each for each in indicators}
    first = dict.fromkeys(
        series for key in board.READS if key in by_key for series in by_key[key].series
    )
    lines = [*_failing(sources), *(_line(sources, series) for series in first)]
    for subject in dict.fromkeys(SUBJECTS.values()):
        rest = [s for s, of in SUBJECTS.items() if of == subject and s not in first]
        lines += _subject(sources, subject, rest)
    footer = _("/sources dominance says more of one")
    return Message(_("Who tells me the numbers"), tuple(lines), footer)


def detail(sources: Sources, indicator: Indicator) -> Message:
    """All that is known of the sources of one number, with their terms."""
    lines: list[str] = []
    for series in indicator.series:
        lines += _series(sources, series, indicator.vendor)
    title = _("Sources of {title}").format(title=_(indicator.title))
    footer = _("/status {key} shows the number").format(key=indicator.key)
    return Message(title, tuple(lines), footer)


def _failing(sources: Sources) -> list[str]:
    """Who gives no answer, the vendor once for all its feeds."""
    by_vendor: dict[str, list[FeedHealth]] = {}
    for feed in sources.feeds:
        by_vendor.setdefault(feed.vendor, []).extend(sources.failing([feed]))
    found = [(vendor, failed) for vendor, failed in by_vendor.items() if failed]
    lines = [f"! {vendor}: {trouble_text(failed[0])}" for vendor, failed in found]
    if len(lines) > MOST_FAILING:
        count = len(lines) - MOST_FAILING
        more = counted("and {count} more that fail", "and {count} more that fail", count)
        lines[MOST_FAILING:] = [f"! {more.format(count=count)}"]
    return [*lines, ""] if lines else []


def trouble_text(health: FeedHealth) -> str:
    """Since when a feed gives no answer, and what it says instead."""
    error = health.error.rstrip(".")
    if len(error) > LONGEST_ERROR:
        error = f"{error[:LONGEST_ERROR]}…"
    if health.ok_at is None:
        return _("has never answered ({error})").format(error=error)
    failing = _("fails since its answer of {moment} ({error})")
    return failing.format(moment=moment_text(health.ok_at), error=error)


def _line(sources: Sources, series: str) -> str:
    """Who tells one series, when the first of them last did, and who stands behind."""
    title, vendors = _(SERIES[series].title), sources.vendors(series)
    if not vendors:
        return ": ".join((title, _("no source is switched on that gives it")))
    first, *rest = vendors
    others = [each for each in rest if any(map(_is_asked, sources.of(series, each)))]
    line = f"{title}: {first}, {sources.age(sources.answered_at(sources.of(series, first)))}"
    if others:
        behind = _("behind it {vendors}").format(vendors=", ".join(others))
        line = f"{line}; {behind}"
    return line


def _subject(sources: Sources, subject: str, series: Sequence[str]) -> Iterator[str]:
    """The series of one subject, a line for each vendor who tells them first."""
    by_vendor: dict[str, list[str]] = {}
    for each in series:
        for vendor in sources.vendors(each)[:1]:
            by_vendor.setdefault(vendor, []).append(each)
    if by_vendor:
        yield ""
        yield f"{_(subject)}:"
    for vendor, told in by_vendor.items():
        answered = [sources.answered_at(sources.of(each, vendor)) for each in told]
        oldest = None if None in answered else min(filter(None, answered))
        within = _("some without an answer yet") if oldest is None else sources.age(oldest)
        if answered == [None] * len(answered):
            within = _("no answer yet")
        titles = "; ".join(_(SERIES[each].title) for each in told)
        yield f"{vendor}, {within}: {titles}"


def _series(sources: Sources, series: str, only: str) -> Iterator[str]:
    vendors = [each for each in sources.vendors(series) if only in ("", each)]
    yield f"{_(SERIES[series].title)}:"
    if not vendors:
        yield _("No source is switched on that gives it.")
    for place, vendor in enumerate(vendors, start=1):
        feeds = sources.of(series, vendor)
        answered = sources.answered_at(feeds)
        last = _("no answer yet")
        if answered is not None:
            last = _("answered {age}").format(age=sources.age(answered))
        yield f"{place}. {vendor}: {last}; {_role(series, feeds)}."
        yield from (f"   {each.feed} {trouble_text(each)}." for each in sources.failing(feeds))
        yield from (f"   {notice}" for notice in _notices(sources, series, vendor))
        yield from (f"   {terms}" for terms in _terms(sources, feeds))


def _role(series: str, feeds: Sequence[Feed]) -> str:
    if any(feed.rank_of(series) == 0 for feed in feeds):
        return _("the levels are set for it")
    if any(map(_is_asked, feeds)):
        return _("stands in where those before fail")
    return _("only its past is read")


def _is_asked(feed: Feed) -> bool:
    """Whether it is asked for what is new, by plan or in another's place."""
    return bool(feed.plan) or feed.stands_by


def _notices(sources: Sources, series: str, vendor: str) -> Iterator[str]:
    """What is odd about what it says."""
    for name in (f"held/{series}/{vendor}", f"apart/{series}/{vendor}"):
        if name in sources.health and sources.health[name].notice:
            yield sources.health[name].notice


def _terms(sources: Sources, feeds: Sequence[Feed]) -> Iterator[str]:
    for source in sources.all:
        if any(feed in source.feeds for feed in feeds):
            yield ": ".join((source.host, source.terms or _("no terms are named.")))
