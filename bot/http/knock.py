"""Asking an address and caring only whether it says yes."""

from http import HTTPStatus

import aiohttp

from bot.http.client import user_agent

KNOCK_SECONDS = 10.0


class NotHeard(Exception):
    """Nobody said yes; the text says why, without the address, which may be a secret."""


async def knock(url: str) -> None:
    """Ask an address once, within ten seconds, redirects followed; raises NotHeard.

    Of an answer only the status is read.
    """
    limit = aiohttp.ClientTimeout(total=KNOCK_SECONDS)
    headers = {"User-Agent": user_agent()}
    try:
        async with (
            aiohttp.ClientSession(timeout=limit, headers=headers) as session,
            session.get(url) as answer,
        ):
            status = answer.status
    except TimeoutError:
        raise NotHeard(f"no answer within {KNOCK_SECONDS:.0f} s") from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        # Their words may quote the address.
        raise NotHeard(type(error).__name__) from None
    if status >= HTTPStatus.BAD_REQUEST:
        raise NotHeard(f"the answer was {status}")
