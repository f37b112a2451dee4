"""Each source, asked once and stored nowhere: what it tells, as of when, and who is not asked."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from bot.book import Book, sampled_live
from bot.catalogue import SERIES
from bot.fetcher import Fetched, Fetcher
from bot.http import ProviderHttp
from bot.model import Cadence
from bot.parts import Parts
from bot.poller import Progress
from bot.ports import Clock, Default, Fact, Feed, Finding, Source, fail, ok, warn
from bot.settings import Settings, source_slug
from bot.topics import ESSENTIALS
from bot.wording import age_text, moment_text

RECENT = {Cadence.MONTH: timedelta(days=100), Cadence.WEDNESDAY: timedelta(days=21)}
RECENT_DAYS = timedelta(days=10)
"""How far back a feed is asked: so far that it has something to tell, and not for all its past."""
LEAVE_OUT = "If it stays so, SOURCES_OFF={} leaves it out."


async def examine(
    parts: Parts, settings: Settings, http: ProviderHttp, now: Clock, progress: Progress
) -> Sequence[Finding]:
    """Ask each feed that is switched on, side by side, and say of the others why not."""
    feeds = [feed for feed in parts.switched(settings).feeds if feed.plan or feed.stands_by]
    answers: dict[str, Fetched] = {}

    async def take(answer: Fetched) -> None:
        answers[answer.feed.name] = answer
        progress(answer, len(answers), len(feeds))

    await Fetcher(feeds, http, now, None).each(lambda feed: _since(feed, now().date()), take)
    in_order = [answers[feed.name] for feed in feeds]
    return [
        *(_series(series, feeds, answers) for series in _essential(parts)),
        *(_feed(answer, now()) for answer in in_order),
        *(one for source in parts.sources for one in _unasked(source, feeds, settings)),
    ]


def _since(feed: Feed, today: date) -> date | None:
    """The last day that the feed is to believe to be known."""
    cadences = (SERIES[series].cadence for series in feed.series)
    return today - max(RECENT.get(cadence, RECENT_DAYS) for cadence in cadences)


def _essential(parts: Parts) -> Sequence[str]:
    """The series without which a rule of an essential topic is blind, and the phase with it."""
    needed = dict.fromkeys(
        series
        for indicator in parts.indicators
        if any(rule.topic in ESSENTIALS for rule in indicator.rules)
        for series in indicator.series
    )
    return tuple(needed)


def _series(series: str, feeds: Sequence[Feed], answers: dict[str, Fetched]) -> Finding:
    """Whether anybody tells an essential series, and whether the first of them does."""
    subject = f"essential {series}"
    told = [f for f in feeds if any(o.series == series for o in answers[f.name].observations)]
    if not told:
        named = ", ".join(feed.name for feed in feeds if series in feed.series)
        if not named:
            advice = "Take one that tells it out of SOURCES_OFF; rules that need it sleep."
            return fail(subject, "no source is switched on that tells it", advice, vendors=0)
        advice = "See the lines of its sources; rules that need it sleep."
        return fail(subject, f"nobody tells it of {named}", advice, vendors=0)
    told.sort(key=lambda feed: feed.rank_of(series))
    vendors = list(dict.fromkeys(feed.vendor for feed in told))
    found, count = ", then ".join(vendors), len(vendors)
    first = min(feed.rank_of(series) for feed in feeds if series in feed.series)
    if told[0].rank_of(series) > first:
        advice = "Rules follow a fallback only on the first vendor's scale; see its line."
        return warn(subject, f"only fallbacks tell it: {found}", advice, vendors=count)
    return ok(subject, found, vendors=count)


def _feed(answer: Fetched, now: datetime) -> Finding:
    """What one feed told, and whether that is as new as its calendar wants it."""
    feed = answer.feed
    subject, source = f"source {feed.name}", feed.name.partition("/")[0]
    if answer.error:
        found = f"{feed.vendor}: {answer.error.rstrip('.')}"
        return warn(subject, found, LEAVE_OUT.format(source), vendor=feed.vendor)
    if not answer.observations:
        advice = LEAVE_OUT.format(source)
        return warn(
            subject, f"{feed.vendor}: no recent value", advice, vendor=feed.vendor, values=0
        )
    as_of = max(each.as_of for each in answer.observations)
    count = len(answer.observations)
    many = "1 value" if count == 1 else f"{count} values"
    age = max(timedelta(0), now - as_of)
    found = f"{feed.vendor}: {many}, as of {moment_text(as_of)}, {age_text(age)} old"
    facts: dict[str, Fact] = {
        "vendor": feed.vendor,
        "values": count,
        "as_of": as_of.isoformat(),
        "age_s": round(age.total_seconds()),
    }
    if late := _late(answer, now):
        advice = "Its provider is behind its own calendar; a fallback stands in where there is one."
        return warn(subject, f"{found}; late: {', '.join(late)}", advice, **facts)
    return ok(subject, found, **facts)


def _late(answer: Fetched, now: datetime) -> list[str]:
    """The series that are older than their own calendar allows, or were not told at all."""
    feed = answer.feed
    book = Book(dict.fromkeys(feed.series, (feed.vendor,)), sampled_live([feed]))
    book.add(answer.observations)
    return [series for series in feed.series if book.late(series, feed.vendor, now)]


def _unasked(source: Source, asked: Sequence[Feed], settings: Settings) -> Iterator[Finding]:
    """One line for all feeds of a source that are not asked for the same reason."""
    names = {feed.name for feed in asked}
    reasons: dict[str, list[str]] = {}
    for feed in source.feeds:
        if feed.name not in names:
            reasons.setdefault(_reason(source, feed, settings), []).append(feed.name)
    for reason, feeds in reasons.items():
        yield ok(f"source {source_slug(source.name)}", f"not asked, {reason}: {', '.join(feeds)}")


def _reason(source: Source, feed: Feed, settings: Settings) -> str:
    slug = source_slug(source.name)
    if {slug, feed.name} & set(settings.sources_off):
        return "as SOURCES_OFF says"
    if feed.needs_key and feed.needs_key not in settings.provider_keys:
        return f"as {feed.needs_key} is not set"
    if source.default is Default.HISTORY_ONLY and feed.has_history:
        return "as only its past is read, once"
    return f"unless SOURCES_ON={slug}"
