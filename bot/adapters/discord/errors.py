"""What Discord's refusals mean for a delivery.

The codes are those of discord.com/developers/docs/topics/opcodes-and-status-codes.
"""

import zlib
from http import HTTPStatus

import discord

from bot.ports import ChatGone, DeliveryError, Rejected, RetryLater

SOON_S, PAUSE_S, LONG_S = 10.0, 60.0, 3600.0

TOKEN_REFUSED = "Discord refused DISCORD_BOT_TOKEN: copy it from the developer portal once more."  # noqa: S105 # a sentence about it
REFUSED_NOW = (
    "it refuses the token it took before: Discord or a proxy is in trouble, or the developer "
    "portal made a new token"
)

# discord.py lets the errors of its HTTP library through and has no name of its own for them. This
# one is reached through it, because adapters must not import that library.
_HTTP_LIBRARY_ERROR: type[Exception] = discord.http.aiohttp.ClientError  # type: ignore[attr-defined] # see above

TROUBLE: tuple[type[Exception], ...] = (
    discord.DiscordException,
    OSError,
    TimeoutError,
    _HTTP_LIBRARY_ERROR,
)
"""All that can go wrong between us and Discord."""

NONSENSE: tuple[type[Exception], ...] = (
    AttributeError,
    KeyError,
    RuntimeError,
    TypeError,
    ValueError,
    zlib.error,
)
"""How discord.py stumbles over answers that are not Discord's, say a proxy's page with status 200,
over a gateway that hangs up before it said hello or sends a frame that cannot be unpacked, and over
a client that is being closed."""

_GONE = {
    10003: "the channel no longer exists",
    10004: "the server no longer exists, or the bot was removed from it",
    50001: "the bot may not see this channel",
    50007: "this person does not accept direct messages from the bot",
    50013: "the bot may not write in this channel; it needs Send Messages and Embed Links",
    50278: "the bot shares no server with this person any more",
}
_TOO_FAST = frozenset({20028, 20029, 40003})
"""Limits on writing to a channel or a server, and on opening direct messages."""


def reason(error: BaseException) -> str:
    """The error on one short line; its text can be a whole page of HTML."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:200]}" if text else type(error).__name__


def outcome(error: discord.HTTPException) -> DeliveryError:
    """What an error answer to a message means for its delivery.

    Only the codes that say so are the chat's fault: a 403 or 404 without one may come from a proxy
    or from a block of our address, and must not cost anyone a subscription.
    """
    if error.code in _GONE:
        return ChatGone(_GONE[error.code])
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        return RetryLater(_pause_s(error), reason(error), counts=False)
    if error.code in _TOO_FAST:
        return RetryLater(PAUSE_S, reason(error), counts=False)
    if error.status == HTTPStatus.BAD_REQUEST:
        return Rejected(reason(error))
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return RetryLater(SOON_S, reason(error))
    return RetryLater(LONG_S, reason(error))


def _pause_s(error: discord.HTTPException) -> float:
    try:
        return max(float(error.response.headers.get("Retry-After", "")), 1.0)
    except ValueError:
        return PAUSE_S
