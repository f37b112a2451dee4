"""What the operator's chat hears, in words; English like the log, which it points to."""

from collections.abc import Iterator, Sequence

from bot.catalogue import SERIES
from bot.holders import began_at, host_of
from bot.model import Message, Tone
from bot.operator.news import Change, NewlyDead, News
from bot.ports import POLLS
from bot.wording import day_text, listed, moment_text

TITLE = "About the bot itself"
MOST_NAMED = 8
LONGEST_REASON = 160


def message(news: News) -> Message:
    """All the news in one message, the worst first."""
    bad = (news.blind, news.failing, news.dead, [each for each in news.changes if not each.now])
    lines = (
        *map(_change, news.changes),
        *_blind(news),
        *_dead(news.dead),
        *_failing(news),
        *_over("Seeing again", [_title(series) for series in news.seeing]),
        *_over("Answering again", news.answering),
    )
    return Message(TITLE, lines, tone=Tone.BAD if any(bad) else Tone.NEUTRAL)


def _change(change: Change) -> str:
    does = listed([_role(role) for role in change.roles])
    if not change.now:
        return f"No process {does}; {_process(change.before)} did, and fell silent."
    now = f"{_process(change.now)} {does} now"
    if not change.before:
        return f"{now}; no process did before."
    before = f"{now}; {_process(change.before)} did before"
    if change.ended_at is None:
        return f"{before}, and fell silent."
    return f"{before}, and ended in order at {moment_text(change.ended_at)}."


def _role(role: str) -> str:
    return "polls the sources" if role == POLLS else f"listens to {role.capitalize()}"


def _process(holder: str) -> str:
    began = began_at(holder)
    # Down to the second, by which two processes of one host are told apart.
    since = "" if began is None else f" (running since {began:%Y-%m-%d %H:%M:%S} UTC)"
    return f"{host_of(holder)}{since}"


def _title(series: str) -> str:
    return SERIES[series].title if series in SERIES else series


def _blind(news: News) -> Iterator[str]:
    for series, each in list(news.blind.items())[:MOST_NAMED]:
        last = f"{_title(series)}, whose last value is of {day_text(each.last_day)}"
        yield f"Blind: {last}{_why(each.why)}."
    yield from _others(len(news.blind), "blind")


def _failing(news: News) -> Iterator[str]:
    for feed, each in list(news.failing.items())[:MOST_NAMED]:
        yield f"Failing for more than a day: {feed}{_why(each.why)}."
    yield from _others(len(news.failing), "failing")


def _others(count: int, what: str) -> Iterator[str]:
    if count > MOST_NAMED:
        yield f"And {count - MOST_NAMED} more that are {what}."


def _over(heading: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        more = len(names) - MOST_NAMED
        others = [f"{more} more"] if more > 0 else []
        yield f"{heading}: {listed([*names[:MOST_NAMED], *others])}."


def _dead(found: Sequence[NewlyDead]) -> Iterator[str]:
    for each in found:
        count = len(each.letters)
        some = f"{'at least ' if each.at_least else ''}{count} letter{'s' if count > 1 else ''}"
        newest = each.letters[0]
        yield (
            f"Given up on {each.platform.capitalize()}: {some}, {each.count} in all. The newest: "
            f"{newest.job}, {moment_text(newest.at)}: {_short(newest.reason)}."
        )
    if found:
        yield "python -m bot deliver --redrive sends them again; python -m bot doctor lists them."


def _why(reason: str) -> str:
    return f" ({_short(reason)})" if reason else ""


def _short(reason: str) -> str:
    reason = " ".join(reason.split()).rstrip(".")
    return f"{reason[:LONGEST_REASON]}…" if len(reason) > LONGEST_REASON else reason
