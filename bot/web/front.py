"""What the world sees of the bot, composed at most once in some seconds however many ask."""

import asyncio
import json
from dataclasses import dataclass

from bot.language import ENGLISH, speaking
from bot.ports import Clock, StoreUnavailable
from bot.web import api
from bot.web.documents import Document, document
from bot.web.feed import feed
from bot.web.files import style_path
from bot.web.markup import markup
from bot.web.site import Site, StoredSite
from bot.web.view import page

FRESH_SECONDS = 15.0
FAILED_SECONDS = 2.0
"""For so long those who ask are told that the store is away, before it is tried again."""
LONGEST_SECONDS = 20.0
"""The first look reads the whole past; no look may keep people waiting longer."""
CACHE = f"public, max-age={FRESH_SECONDS:.0f}"


@dataclass(frozen=True, slots=True)
class Front:
    """The same in three ways."""

    page: Document
    feed: Document
    status: Document


class Window:
    """Composes the front when it is asked for and the last one is old."""

    def __init__(self, site: StoredSite, clock: Clock, public_url: str) -> None:
        """Take what is shown, the time, and the bot's address; empty if it is not known."""
        self._site = site
        self._clock = clock
        self._public_url = public_url
        self._last: Front | StoreUnavailable | None = None
        self._until = 0.0
        self._composing = asyncio.Lock()

    async def front(self) -> Front:
        """The front, some seconds old at most; raises StoreUnavailable."""
        if not self._is_fresh():
            # One at a time: whoever asks for the same meanwhile finds it done.
            async with self._composing:
                if not self._is_fresh():
                    await self._compose()
        match self._last:
            case Front():
                return self._last
            case error:
                raise StoreUnavailable(str(error))

    def _is_fresh(self) -> bool:
        return asyncio.get_running_loop().time() < self._until

    async def _compose(self) -> None:
        self._last, lasts = StoreUnavailable("The page could not be composed."), FAILED_SECONDS
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                site = await self._site.look(self._clock())
                self._last = await asyncio.to_thread(_composed, site, self._public_url)
            lasts = FRESH_SECONDS
        except (StoreUnavailable, TimeoutError) as error:
            self._last = StoreUnavailable(str(error) or "The store is too slow.")
        finally:
            # Also of a bug: many who ask must not make it happen as often.
            self._until = asyncio.get_running_loop().time() + lasts


def _composed(site: Site, public_url: str) -> Front:
    with speaking(ENGLISH):
        shown = page(site)
        html = markup(shown, style_path()).encode(errors="replace")
        told = json.dumps(api.status(site, shown), ensure_ascii=False).encode(errors="replace")
        return Front(
            document(html, "text/html; charset=utf-8", CACHE),
            document(feed(shown, public_url), "application/atom+xml; charset=utf-8", CACHE),
            document(told, "application/json", CACHE),
        )
