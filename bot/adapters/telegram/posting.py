"""All that we say to Telegram's chats, straight to the wire."""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus

from bot.adapters.telegram.buttons import Seal
from bot.adapters.telegram.errors import (
    NETWORK_PAUSE_SECONDS,
    TOKEN_REFUSED,
    cannot_be_edited,
    description,
    failure,
    flood_seconds,
    has_no_text,
    is_as_wanted,
    picture_is_refused,
    succeeded,
    thread_is_gone,
)
from bot.adapters.telegram.floods import Floods
from bot.adapters.telegram.parts import addressed, as_caption, as_media, words_alone
from bot.adapters.telegram.photos import FORM, Photos, form
from bot.adapters.telegram.token import Token
from bot.http.wire import NoAnswer, NotSent, Wire, WireAnswer
from bot.model import Chat
from bot.ports import (
    DeliveryError,
    MessageGone,
    Part,
    Photo,
    RetryLater,
    Unconfirmed,
)

log = logging.getLogger(__name__)

TOKEN_PAUSE_SECONDS = 60.0
"""Every process keeps this pause, and so does a bot that was restarted with the right token."""
JSON = "application/json"


class Posting:
    """Sends, edits and pins; each may raise a DeliveryError."""

    def __init__(self, wire: Wire, token: Token, seal: Seal) -> None:
        self._wire = wire
        self._token = token
        self._seal = seal
        self._floods = Floods()
        self._photos = Photos()

    async def post(self, chat: Chat, part: Part) -> WireAnswer:
        """Send a part; the answer says as which message."""
        if isinstance(part, Photo):
            answer = await self._post_photo(chat, part)
        else:
            answer = await self._ask("/sendMessage", self._addressed(chat, part))
        if succeeded(answer):
            self._token.works()
            return answer
        if chat.thread and thread_is_gone(answer):
            # The topic was deleted; the group's General still hears us.
            return await self.post(Chat(chat.platform, chat.id), part)
        raise self.failure(answer, chat)

    async def edit(self, chat: Chat, message: str, part: Part) -> None:
        """Put a part in the place of a message; see `Adapter`."""
        if isinstance(part, Photo):
            answer = await self._edit_photo(chat, message, part)
        else:
            answer = await self._edit_text(chat, message, part)
        if succeeded(answer) or is_as_wanted(answer):
            return
        if cannot_be_edited(answer):
            raise MessageGone(self._reason(answer))
        raise self.failure(answer, chat)

    async def pin(self, chat: Chat, message: str) -> None:
        """Pin a message without a sound; not being allowed to is no error.

        See https://core.telegram.org/bots/api#pinchatmessage.
        """
        wish = {"chat_id": int(chat.id), "message_id": int(message), "disable_notification": True}
        await self._try("/pinChatMessage", wish, "A message was not pinned")

    async def end_press(self, query: str, text: str = "") -> None:
        """Tell whoever pressed a button that it was heard, and perhaps a few words to read.

        A press that is too old to be told anything is no error, see
        https://core.telegram.org/bots/api#answercallbackquery.
        """
        wish: dict[str, object] = {"callback_query_id": query}
        if text:
            wish |= {"text": text, "show_alert": True}
        await self._try("/answerCallbackQuery", wish, "A press was not answered")

    def refusal(self, answer: WireAnswer) -> RetryLater | None:
        """Telegram will not have us at all just now: not the fault of what was asked."""
        if answer.status not in TOKEN_REFUSED:
            return None
        self._token.tell_refusal()
        return RetryLater(
            TOKEN_PAUSE_SECONDS, self._token.refusal, counts=False, everything=True, ours=True
        )

    def failure(self, answer: WireAnswer, chat: Chat) -> DeliveryError:
        """What an answer that is no success means."""
        if refusal := self.refusal(answer):
            return refusal
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            seconds = flood_seconds(answer.body)
            everything = self._floods.begin(chat.id, seconds)
            reason = f"asked to wait {seconds:g} s"
            return RetryLater(seconds, reason, counts=False, everything=everything, too_many=True)
        return failure(answer, chat, self._reason(answer))

    async def _post_photo(self, chat: Chat, photo: Photo) -> WireAnswer:
        body = self._addressed(chat, photo.body)

        async def ask(name: str | None) -> WireAnswer:
            if name is None:
                return await self._ask("/sendPhoto", form(body, photo.png), FORM)
            return await self._ask("/sendPhoto", self._addressed(chat, photo.body, photo=name))

        answer = await self._photos.show(photo, ask)
        if answer is None or picture_is_refused(answer):
            return await self._ask("/sendMessage", words_alone(body))
        return answer

    async def _edit_photo(self, chat: Chat, message: str, photo: Photo) -> WireAnswer:
        body = self._placed(chat, message, photo.body)

        async def ask(name: str | None) -> WireAnswer:
            if name is None:
                upload = form(as_media(body, "attach://photo"), photo.png)
                return await self._ask("/editMessageMedia", upload, FORM)
            return await self._ask("/editMessageMedia", as_media(body, name))

        answer = await self._photos.show(photo, ask)
        if answer is None or picture_is_refused(answer):
            return await self._edit_body(words_alone(body))
        return answer

    async def _edit_text(self, chat: Chat, message: str, part: bytes) -> WireAnswer:
        return await self._edit_body(self._placed(chat, message, part))

    async def _edit_body(self, body: bytes) -> WireAnswer:
        answer = await self._ask("/editMessageText", body)
        if has_no_text(answer):
            return await self._ask("/editMessageCaption", as_caption(body))
        return answer

    def _addressed(self, chat: Chat, body: bytes, **more: str) -> bytes:
        return self._seal.sealed(addressed(chat, body, **more), chat)

    def _placed(self, chat: Chat, message: str, body: bytes) -> bytes:
        """A body for the place of a message, which is known without its topic."""
        place = Chat(chat.platform, chat.id)
        return self._seal.sealed(addressed(place, body, message_id=int(message)), chat)

    async def _try(self, path: str, wish: Mapping[str, object], trouble: str) -> None:
        try:
            answer = await self._ask(path, json.dumps(wish).encode())
        except DeliveryError as error:
            log.debug("%s: %s", trouble, error)
        else:
            if not succeeded(answer):
                log.debug("%s: %s", trouble, self._reason(answer))

    async def _ask(self, path: str, body: bytes, content_type: str = JSON) -> WireAnswer:
        try:
            return await self._wire.post(path, body, content_type=content_type)
        except NotSent as error:
            raise RetryLater(NETWORK_PAUSE_SECONDS, str(error)) from None
        except NoAnswer as error:
            raise Unconfirmed(str(error)) from None

    def _reason(self, answer: WireAnswer) -> str:
        return self._token.hidden(description(answer))
