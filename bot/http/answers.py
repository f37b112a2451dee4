"""What an answer is taken for, and which bodies are refused unseen by any source."""

from http import HTTPStatus

import aiohttp

from bot.http.failures import Unfinished
from bot.ports import Expected, SourceError, Trouble

ACCEPT: dict[Expected, str] = {
    "json": "application/json",
    "csv": "text/csv, text/plain;q=0.9",
    "html": "text/html",
}
NOT_DATA: dict[Expected, tuple[bytes, ...]] = {
    "json": (b"<", b"PK"),
    "csv": (b"<", b"PK"),
    "html": (b"PK", b"{", b"["),
}
"""How a body begins that is a page where none was asked for, or an archive, or no page."""
REDIRECTS = frozenset(range(300, 400))
NOT_THERE = frozenset({400, 404, 405, 410, 422})


class NoSuchPage(SourceError):
    """The host is there and does not have this: no reason to leave all its pages alone."""


def refusal(name: str, response: aiohttp.ClientResponse, expect: Expected) -> SourceError:
    """What a status means that promises no body and no second try."""
    said = f"{name} answered {response.status}"
    if response.status == HTTPStatus.NOT_MODIFIED:
        unasked = f"{said}, unchanged, though no earlier answer is kept."
        return SourceError(unasked, Trouble.REFUSED)
    if response.status in REDIRECTS:
        redirect = f"{said}, a redirect, instead of {expect.upper()}."
        return SourceError(redirect, Trouble.REFUSED)
    page = f" with HTML instead of {expect.upper()}" if _is_page(response) else ""
    kind = NoSuchPage if response.status in NOT_THERE else SourceError
    return kind(f"{said}{page}.", Trouble.REFUSED)


async def read(
    name: str, response: aiohttp.ClientResponse, expect: Expected, largest_bytes: int
) -> bytes:
    """The whole body, read no further than the cap and looked at for what it is.

    Raises SourceError, of which Unfinished is an answer that broke off.
    """
    if expect != "html" and _is_page(response):
        raise SourceError(f"{name} answered with HTML instead of {expect.upper()}.")
    body = bytearray()
    try:
        while chunk := await response.content.readany():
            body += chunk
            if len(body) > largest_bytes:
                raise SourceError(f"{name} answered with more than {largest_bytes / 2**20:g} MB.")
    except TimeoutError:
        late = f"{name} did not answer in time."
        raise Unfinished(late, Trouble.UNANSWERED) from None
    except (aiohttp.ClientError, OSError):
        broken = f"{name} broke off in the middle of its answer."
        raise Unfinished(broken, Trouble.UNANSWERED) from None
    content = body.lstrip()
    if not content:
        raise SourceError(f"{name} answered with nothing.")
    if content.startswith(NOT_DATA[expect]):
        raise SourceError(f"{name} answered with {_instead(expect)} instead of {expect.upper()}.")
    return bytes(body)


def _instead(expect: Expected) -> str:
    return "data or an archive" if expect == "html" else "a page or archive"


def _is_page(response: aiohttp.ClientResponse) -> bool:
    return "html" in response.content_type
