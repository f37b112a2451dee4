"""How a request can fail before it is answered, and which failures are worth another try."""

import aiohttp

from bot.ports import SourceError, Trouble


class Passing(SourceError):
    """A failure that the same request may not meet again."""


class Unfinished(Passing):
    """One that leaves open whether the host has done what it was asked: no POST is repeated."""


def unanswered(name: str, error: aiohttp.ClientError | OSError | ValueError) -> SourceError:
    """What it means that a host could not be asked; without the address, which may hold a key."""
    match error:
        case aiohttp.ConnectionTimeoutError():
            return Passing(f"{name} did not answer in time.", Trouble.UNANSWERED)
        case TimeoutError():
            return Unfinished(f"{name} did not answer in time.", Trouble.UNANSWERED)
        case aiohttp.ClientConnectorError():
            return Passing(f"{name} could not be reached.", Trouble.UNANSWERED)
        case aiohttp.ClientError() | OSError():
            return Passing(f"{name} hung up without a proper answer.", Trouble.UNANSWERED)
        case ValueError():
            return SourceError(f"A header meant for {name} cannot be sent.", Trouble.OUR_FAULT)


async def only_once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Keep aiohttp from repeating a request by itself, unspaced, when the host hangs up on it."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
        raise aiohttp.ClientConnectionError from None
