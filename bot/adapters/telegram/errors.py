"""What Telegram's answers mean for a delivery (https://core.telegram.org/bots/api#making-requests).

The Bot API documents its refusals only as texts; these are the ones known from practice.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus

from bot.http.wire import WireAnswer
from bot.model import Chat
from bot.ports import (
    ChatGone,
    ChatMoved,
    DeliveryError,
    Departure,
    Rejected,
    RetryLater,
    Unconfirmed,
    UnknownRefusal,
)

FLOOD_PAUSE_SECONDS = 5.0
"""When Telegram asks us to wait without saying how long."""
LONGEST_FLOOD_SECONDS = 86_400.0
NETWORK_PAUSE_SECONDS = 5.0

GONE = {
    "bot was blocked by the user": Departure.BLOCKED,
    "user is deactivated": Departure.CLOSED,
    "bot can't initiate conversation": Departure.BLOCKED,
    "bots can't send messages to bots": Departure.FORBIDDEN,
    "bot was kicked": Departure.REMOVED,
    "bot is not a member": Departure.REMOVED,
    "group chat was deleted": Departure.CLOSED,
    "group is deactivated": Departure.CLOSED,
    "group chat is deactivated": Departure.CLOSED,
    "chat not found": Departure.REMOVED,
    "peer_id_invalid": Departure.REMOVED,
    "channel_private": Departure.REMOVED,
    "have no rights": Departure.FORBIDDEN,
    "not enough rights": Departure.FORBIDDEN,
    "need administrator rights": Departure.FORBIDDEN,
    "chat_write_forbidden": Departure.FORBIDDEN,
    "chat_restricted": Departure.FORBIDDEN,
    "topic closed": Departure.CLOSED,
    "topic_closed": Departure.CLOSED,
}
"""Telegram's words for a chat that will not take messages until somebody in it acts."""
MALFORMED = (
    "can't parse",
    "message is too long",
    "caption is too long",
    "caption_too_long",
    "message text is empty",
    "text must be non-empty",
    "text must be encoded in utf-8",
    "unsupported parse_mode",
    "entity_bounds_invalid",
    "entities_too_long",
    "button_data_invalid",
    "button_url_invalid",
    "reply markup",
    "strings must be encoded in utf-8",
)
"""Its words for a message that nobody would take."""
THREAD_GONE = ("message thread not found", "topic_deleted")
EDIT_GONE = ("message to edit not found", "can't be edited", "message_id_invalid")
CAPTION_TOO_LONG = ("caption is too long", "caption_too_long")
"""A text that was to take the place of a picture's caption."""
FILE_GONE = (
    "wrong file identifier",
    "wrong remote file",
    "wrong file_id",
    "invalid file_id",
    "file_id_invalid",
    "file_reference",
)
PICTURE_BAD = ("photo", "image", "file is too big", "too large")
PICTURES_FORBIDDEN = ("rights to send photos", "send_photos_forbidden", "send_media_forbidden")
DONE = b'{"ok":true,'
TOKEN_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND)
REFUSED = (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN)
PASSED_ON = (HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT)
"""A gateway lost sight of a request that it may have passed on, and says it even in JSON."""


def succeeded(answer: WireAnswer) -> bool:
    """Whether Telegram did as it was asked; a proxy's page is no success, whatever its status.

    Nearly every answer begins as Telegram's do, and need not be parsed to tell.
    """
    return answer.succeeded and (
        answer.body.startswith(DONE) or _members(answer.body).get("ok") is True
    )


def description(answer: WireAnswer) -> str:
    """Telegram's reason in its own words, or ours for an answer that has none."""
    words = _members(answer.body).get("description")
    if isinstance(words, str) and words:
        return words.removeprefix("Forbidden: ").removeprefix("Bad Request: ")
    if answer.succeeded:
        return "an answer nobody can read"
    return f"an answer nobody can read, with the status {answer.status}"


def flood_seconds(body: bytes) -> float:
    """For how long a 429 asks us to wait."""
    seconds = _parameters(_members(body)).get("retry_after")
    if isinstance(seconds, int | float) and 0 < seconds < math.inf:
        return float(min(seconds, LONGEST_FLOOD_SECONDS))
    return FLOOD_PAUSE_SECONDS


def thread_is_gone(answer: WireAnswer) -> bool:
    """Whether a group's topic was deleted: its General still hears us."""
    return _refuses(answer, THREAD_GONE)


def file_is_gone(answer: WireAnswer) -> bool:
    """Whether Telegram no longer knows a picture by the name it gave it."""
    return _refuses(answer, FILE_GONE)


def picture_is_bad(answer: WireAnswer) -> bool:
    """Whether Telegram will show the picture to nobody."""
    return _refuses(answer, PICTURE_BAD) and not _refuses(answer, PICTURES_FORBIDDEN)


def picture_is_refused(answer: WireAnswer) -> bool:
    """Whether its words may pass alone, as the picture is bad or the chat takes none."""
    return _refuses(answer, (*PICTURE_BAD, *PICTURES_FORBIDDEN))


def is_as_wanted(answer: WireAnswer) -> bool:
    """Whether an edit was refused only because it would change nothing."""
    return _refuses(answer, ("is not modified", "message_not_modified"))


def has_no_text(answer: WireAnswer) -> bool:
    """Whether a message's text cannot be edited because it is a picture with a caption."""
    return _refuses(answer, ("no text in the message to edit",))


def cannot_be_edited(answer: WireAnswer) -> bool:
    """Whether a message is not there any more, or will not take what was to be put there."""
    return _refuses(answer, (*EDIT_GONE, *CAPTION_TOO_LONG))


def message_id(answer: WireAnswer) -> str:
    """Of a message that was sent, its id; empty where Telegram does not say."""
    found = _result(answer).get("message_id")
    return str(found) if isinstance(found, int) else ""


def file_id(answer: WireAnswer) -> str:
    """Of a picture that was sent, the name of its largest size; empty where nobody says."""
    match _result(answer).get("photo"):
        case [*_, {"file_id": str(found)}]:
            return found
    return ""


def failure(answer: WireAnswer, chat: Chat, reason: str) -> DeliveryError:
    """What a refusal of one message means, other than a 429 and a refused token.

    An answer that is not the Bot API's comes from something in between, and says nothing of the
    chat; nor does it say that the message did not arrive, unless it refused the message by itself.
    """
    said = _members(answer.body)
    refused = said.get("ok") is False
    if _may_have_arrived(answer, refused=refused):
        return Unconfirmed(reason)
    if not refused or not _is_refusal(answer.status):
        return RetryLater(NETWORK_PAUSE_SECONDS, reason)
    new_id = _parameters(said).get("migrate_to_chat_id")
    if isinstance(new_id, int):
        # Only basic groups migrate, and they have no topics.
        return ChatMoved(Chat(chat.platform, str(new_id)))
    if answer.status in REFUSED and _says(reason, GONE):
        return ChatGone(reason, _departure(reason))
    if answer.status == HTTPStatus.BAD_REQUEST and _says(reason, MALFORMED):
        return Rejected(reason)
    return UnknownRefusal(reason)


def _departure(reason: str) -> Departure:
    return next(why for phrase, why in GONE.items() if phrase in reason.lower())


def _may_have_arrived(answer: WireAnswer, *, refused: bool) -> bool:
    if answer.status in PASSED_ON:
        return True
    failed = answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return not refused and (answer.succeeded or failed)


def _is_refusal(status: int) -> bool:
    return HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR


def _members(body: bytes) -> Mapping[str, object]:
    """The answer's members; none if it is not a JSON object."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _result(answer: WireAnswer) -> Mapping[str, object]:
    found = _members(answer.body).get("result")
    return found if isinstance(found, dict) else {}


def _parameters(said: Mapping[str, object]) -> Mapping[str, object]:
    """See https://core.telegram.org/bots/api#responseparameters."""
    found = said.get("parameters")
    return found if isinstance(found, dict) else {}


def _refuses(answer: WireAnswer, phrases: Sequence[str]) -> bool:
    refused = answer.status in (*REFUSED, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return refused and _says(description(answer), phrases)


def _says(reason: str, phrases: Iterable[str]) -> bool:
    return any(phrase in reason.lower() for phrase in phrases)
