"""A bar on the terminal while a long command works; nothing where nobody looks."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date

from bot import replay
from bot.fetcher import Fetched
from bot.poller import Progress
from bot.stores.copying import Progress as Copying

REDRAWN_EVERY_S = 0.1
DAYS_BAR = "{percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} days [{elapsed}]"
"""No guess at the time that is left: late years hold more series than early ones."""


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """Tells of each feed whose past has been taken in."""
    from tqdm import tqdm  # noqa: PLC0415 - only this command needs it.
    from tqdm.contrib.logging import logging_redirect_tqdm  # noqa: PLC0415

    on_terminal = sys.stderr.isatty()
    bar = tqdm(unit="feed", file=sys.stderr, disable=not on_terminal, mininterval=0.0)

    def told(answer: Fetched, done: int, asked: int) -> None:
        bar.total = asked
        bar.set_postfix_str(answer.feed.name, refresh=False)
        bar.update(done - bar.n)

    # Log lines would tear the bar; they are written above it, as they would be without one.
    with bar, logging_redirect_tqdm() if on_terminal else nullcontext():
        yield told


@contextmanager
def migrating_bar() -> Iterator[Copying]:
    """Counts the keys that were copied, and then those that were compared."""
    from tqdm import tqdm  # noqa: PLC0415 - only this command needs it.

    bar = tqdm(unit="key", file=sys.stderr, disable=not sys.stderr.isatty())

    def told(what: str, done: int, keys: int) -> None:
        bar.total = keys
        bar.set_description_str(what, refresh=False)
        bar.update(done - bar.n)

    with bar:
        yield told


@dataclass(frozen=True, slots=True)
class ReplayBar:
    """How far a replay is, and a way to print that does not tear the bar."""

    told: replay.Progress
    say: Callable[[str], object]


@contextmanager
def replay_bar(recording: replay.Recording, until: date | None) -> Iterator[ReplayBar]:
    """Counts the days of the recording that have been replayed."""
    if not sys.stderr.isatty():
        yield ReplayBar(lambda _fed, _all: None, sys.stdout.write)
        return
    from tqdm import tqdm  # noqa: PLC0415 - only a terminal needs it.

    values = recording.observations
    first, last = (values[place].observed_at.date() for place in (0, -1))
    last = last if until is None else max(first, min(last, until))
    # `miniters` of one lets the clock alone decide when to draw.
    bar = tqdm(
        total=(last - first).days, file=sys.stderr, bar_format=DAYS_BAR,
        mininterval=REDRAWN_EVERY_S, miniters=1,
    )  # fmt: skip

    def told(fed: int, _: int) -> None:
        day = values[max(fed, 1) - 1].observed_at.date()
        bar.update((day - first).days - bar.n)

    def say(text: str) -> None:
        bar.clear()
        sys.stdout.write(text)

    with bar:
        yield ReplayBar(told, say if sys.stdout.isatty() else sys.stdout.write)
        # Values that cannot be real are not fed: the last one told need not be the recording's.
        bar.update((last - first).days - bar.n)
