"""What Discord's answers mean for a delivery.

The codes are those of discord.com/developers/docs/topics/opcodes-and-status-codes, the rest is that
of discord.com/developers/docs/topics/rate-limits.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus

from bot.http.wire import WireAnswer
from bot.language import N_
from bot.ports import (
    ChatGone,
    DeliveryError,
    Departure,
    MessageGone,
    Rejected,
    RetryLater,
    UnknownRefusal,
)

SOON_S, PAUSE_S = 10.0, 60.0
TOKEN_PAUSE_S = 60.0
"""Between two tries of a token that is refused: each counts towards a ban of our address."""
LONGEST_S = 86_400.0
"""Whoever asks us to wait for longer is asked again after this anyway."""

TOKEN_REFUSED = "Discord refused DISCORD_BOT_TOKEN: copy it from the developer portal once more."  # noqa: S105 # a sentence about it

_GONE = {
    10003: (Departure.CLOSED, N_("the channel no longer exists")),
    10004: (Departure.REMOVED, N_("the server no longer exists, or the bot was removed from it")),
    50001: (Departure.FORBIDDEN, N_("the bot may not see this channel")),
    50007: (Departure.BLOCKED, N_("this person does not accept direct messages from the bot")),
    50013: (
        Departure.FORBIDDEN,
        N_("the bot may not write in this channel; it needs Send Messages and Embed Links"),
    ),
    50083: (Departure.CLOSED, N_("the thread is archived")),
    50278: (Departure.REMOVED, N_("the bot shares no server with this person any more")),
    160005: (Departure.CLOSED, N_("the thread is locked")),
}
_LOST = {
    10008: "the message was deleted",
    50005: "the message is not the bot's own",
}
_MALFORMED = frozenset({50006, 50035, 50109})
"""An empty message, a form with something wrong in it, and JSON nobody can read."""
_TOO_FAST = frozenset({20028, 20029, 40003})
"""Limits on writing to a channel or a server, and on opening direct messages."""
NO_FILE = frozenset({40005, 50013})
"""A request that is too large, and permissions of which Attach Files may be the missing one."""
_WAITS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS)
_DETAILS = 200
"""So much of an answer's own words stands in a reason."""


def outcome(answer: WireAnswer) -> DeliveryError:
    """What an answer that confirms no message means for its delivery.

    Only the codes that say so are the chat's fault: a 403 or 404 without one may come from a proxy
    or from a block of our address, and must not cost anyone a subscription.
    """
    body = told(answer)
    code, why = _code(body), _words(answer.status, body)
    if code in _GONE:
        departure, reason = _GONE[code]
        return ChatGone(reason, departure)
    if code in _LOST:
        return MessageGone(_LOST[code])
    if answer.status in _WAITS or code in _TOO_FAST:
        return _wait(answer, body, why)
    if code in _MALFORMED:
        return Rejected(why)
    if HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return UnknownRefusal(why)
    return RetryLater(SOON_S, why)


def refuses_file(answer: WireAnswer) -> bool:
    """Whether the same message may pass without its picture."""
    body = told(answer)
    code, errors = _code(body), body.get("errors")
    fields = errors if isinstance(errors, Mapping) else {}
    return (
        answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        or code in NO_FILE
        or (code in _MALFORMED and not fields.keys().isdisjoint(("attachments", "files")))
    )


def told(answer: WireAnswer) -> Mapping[str, object]:
    """The JSON object that was answered; empty for all else, say a proxy's page."""
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def span_s(value: object) -> float | None:
    """A span of time as a header or a body tells it, in seconds; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return None
    return min(seconds, LONGEST_S) if seconds >= 0 else None


def _wait(answer: WireAnswer, body: Mapping[str, object], why: str) -> RetryLater:
    """How long to wait, and with what; a 429 not of Discord's own making bans our address."""
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return RetryLater(TOKEN_PAUSE_S, TOKEN_REFUSED, counts=False, everything=True, ours=True)
    banned = "Via" not in answer.headers or not body
    everywhere = answer.headers.get("X-RateLimit-Scope") == "global" or body.get("global") is True
    seconds = _named_s(answer, body)
    return RetryLater(
        PAUSE_S if seconds is None else seconds,
        why,
        counts=False,
        everything=answer.status == HTTPStatus.TOO_MANY_REQUESTS and (banned or everywhere),
        too_many=True,
    )


def _named_s(answer: WireAnswer, body: Mapping[str, object]) -> float | None:
    """The wait that is asked for; the body is the most exact about it."""
    names = ("Retry-After", "X-RateLimit-Reset-After")
    spans = map(span_s, (body.get("retry_after"), *map(answer.headers.get, names)))
    return next((span for span in spans if span is not None), None)


def _code(body: Mapping[str, object]) -> int:
    code = body.get("code")
    return code if isinstance(code, int) else 0


def _words(status: int, body: Mapping[str, object]) -> str:
    """The answer on one short line. Nothing of a page is quoted: it may show our own request."""
    if not body:
        return f"HTTP {status}, in no words of Discord's"
    details = f": {json.dumps(body['errors'])}" if body.get("errors") else ""
    text = " ".join(f"{body.get('message', '')}{details}".split())[:_DETAILS]
    return f"HTTP {status} ({_code(body)}) {text}".rstrip()
