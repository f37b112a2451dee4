"""A bar on the terminal while a long command works; nothing where nobody looks."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from bot.fetcher import Fetched
from bot.poller import Progress


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
