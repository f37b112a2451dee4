"""What can go wrong between discord.py and Discord's gateway."""

import zlib

import discord

# discord.py lets the errors of its HTTP library through and has no name of its own for them. This
# one is reached through it, because adapters must not import that library.
_HTTP_LIBRARY_ERROR: type[Exception] = discord.http.aiohttp.ClientError  # type: ignore[attr-defined] # see above

LOST: tuple[type[Exception], ...] = (OSError, _HTTP_LIBRARY_ERROR)
"""A connection broke off; discord.py repeats nothing then, as it knows these errors by the numbers
that they have on other systems than Linux."""

TROUBLE: tuple[type[Exception], ...] = (discord.DiscordException, TimeoutError, *LOST)
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


def reason(error: BaseException) -> str:
    """The error on one short line; its text can be a whole page of HTML."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:200]}" if text else type(error).__name__
