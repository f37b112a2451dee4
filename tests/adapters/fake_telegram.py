"""A Bot API over real HTTP on the loopback, strict where Telegram is and a bot could be wrong."""

import asyncio
import itertools
import json
import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from aiohttp import web
from aiohttp.web_request import FileField

from tests.adapters.telegram_hook import CONFLICT, RefusedWebhook, TelegramHook
from tests.adapters.telegram_wall import ALERT_CHARACTERS, RefusedText, Wall, readable
from tests.adapters.telegram_wall import chat as _chat

__all__ = ["ADA", "TOKEN", "USERNAME", "Failure", "FakeTelegram", "RefusedText", "Sent", "readable"]

Json = dict[str, object]

TOKEN = "123456:AAfake-token_for_tests"
USERNAME = "AltseasonTestBot"
ADA = 1001
GROUP_BOT, CHANNEL_BOT = 1087968824, 136817688
"""The accounts as which those appear who write in the name of their group, or of a channel."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message the bot sent: `text` with its markup as it came, `plain` as people read it."""

    chat_id: str
    text: str
    plain: str
    thread: str
    form: Mapping[str, str]
    at: float
    """When it came in, by the loop's clock."""
    number: int
    """The message's id."""
    photo: str = ""
    """The name that Telegram gave to its picture, of which the text is the caption."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer other than the usual one; `times` None means for ever, `hang` no answer at all."""

    status: int = 500
    description: str = "Internal Server Error"
    parameters: Mapping[str, object] = field(default_factory=dict)
    body: str | None = None
    """Sent in place of the Bot API's JSON."""
    hang: bool = False
    chat_id: str | None = None
    times: int | None = 1


@dataclass(slots=True)
class _Due:
    """A failure that is still to come, so many times."""

    failure: Failure
    times: float


class FakeTelegram:
    """One bot's Telegram: what people say to it, and what it says to them.

    `stop` and `start` again make an outage; the address stays the same.
    """

    def __init__(self, token: str = TOKEN, username: str = USERNAME) -> None:
        self.token = token
        self.username = username
        self.sent: list[Sent] = []
        self.calls: list[tuple[str, Mapping[str, str]]] = []
        """Every request in order: the method and its parameters."""
        self.menus: dict[tuple[str, str], list[Json]] = {}
        """The commands shown, by scope and language."""
        self.wall = Wall()
        self.told: dict[str, str] = {}
        """What whoever pressed a button was told, by the press; empty for no words."""
        self.standing: dict[tuple[int, int], str] = {}
        """What a user is in a chat, such as administrator; somebody unknown is a member."""
        self.discreet = False
        """Whether users other than the bot are hidden from it, as it is no admin."""
        self.connections: set[asyncio.Transport] = set()
        """One for every connection that brought a request."""
        self._updates: list[Json] = []
        self.hook = TelegramHook(lambda: self._updates, self._brought)
        self._failures: dict[str, list[_Due]] = defaultdict(list)
        self._numbers = itertools.count(1)
        self._changed = asyncio.Condition()
        self._newest_poll = 0
        self._stopping = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._port = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """The root to which `/bot<token>/<method>` is appended; known before `start`, too."""
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Listen, on the same port as before if there was one."""
        self._stopping.clear()
        app = web.Application()
        app.router.add_route("*", r"/bot{token:[^/]+}/{method}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening and drop every connection."""
        self._stopping.set()
        await self.hook.stop()
        async with self._changed:
            self._changed.notify_all()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def cut(self) -> None:
        """Drop every connection that brought a request, and go on listening."""
        for transport in self.connections:
            transport.abort()

    def fail(self, method: str, failure: Failure) -> None:
        """Answer the next calls of a method so; failures of the same method queue up."""
        self._failures[method].append(_Due(failure, failure.times or math.inf))

    def heal(self, method: str) -> None:
        """Forget the failures of a method that are still to come."""
        self._failures.pop(method, None)

    async def say(
        self,
        chat_id: int,
        text: str,
        *,
        kind: str = "private",
        thread: int | None = None,
        by: int = ADA,
        voice: int | None = None,
        language: str = "",
    ) -> int:
        """Somebody writes to a chat, or posts in it if its kind is channel; returns the update id.

        The kinds are Telegram's: private, group, supergroup, channel. With a `voice` it is written
        in the name of that chat, the group itself or some channel.
        """
        message: Json = {
            "message_id": next(self._numbers),
            "date": 1_780_000_000,
            "chat": _chat(chat_id, kind),
            "text": text,
        }
        if kind != "channel":
            message["from"] = _user(by, language)
        if kind == "channel" or voice is not None:
            message["sender_chat"] = _chat(
                voice or chat_id, kind if voice == chat_id else "channel"
            )
        if voice is not None:
            # Telegram's own accounts stand in for the author.
            message["from"] = _user(GROUP_BOT if voice == chat_id else CHANNEL_BOT)
        if thread is not None:
            message |= {"message_thread_id": thread, "is_topic_message": True}
        return await self.push({"channel_post" if kind == "channel" else "message": message})

    async def press(
        self,
        sent: Sent,
        button: str,
        *,
        kind: str = "private",
        by: int = ADA,
        data: str | None = None,
        too_old: bool = False,
        language: str = "",
    ) -> str:
        """Somebody presses a button of a message, by its label; returns the name of the press.

        Other `data` is sent by who has made their own app. A message that is `too_old` is not
        shown to the bot any more.
        """
        hung = self.wall.messages[sent.chat_id, sent.number]
        query = f"press-{next(self._numbers)}"
        said = hung.told(kind)
        if too_old:
            said = {"chat": said["chat"], "message_id": hung.number, "date": 0}
        await self.push(
            {
                "callback_query": {
                    "id": query,
                    "from": _user(by, language),
                    "message": said,
                    "chat_instance": "1",
                    "data": hung.buttons[button] if data is None else data,
                }
            }
        )
        return query

    async def wait_until_told(self, query: str, timeout: float = 5.0) -> str:  # noqa: ASYNC109 - as below
        """The words with which a press was answered; empty for none."""
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(lambda: query in self.told)
        return self.told[query]

    async def change_membership(self, chat_id: int, kind: str, old: str, new: str) -> int:
        """The bot's own status in a chat changes, say from left to member.

        A status may end in `:mute`: an administrator who may not post, or a member restricted from
        writing.
        """
        bot: Json = {"id": 123456, "is_bot": True, "first_name": "Bot", "username": self.username}
        change: Json = {
            "chat": _chat(chat_id, kind),
            "from": _user(ADA),
            "date": 1_780_000_000,
            "old_chat_member": {"user": bot} | _standing(old, kind),
            "new_chat_member": {"user": bot} | _standing(new, kind),
        }
        return await self.push({"my_chat_member": change})

    async def migrate(self, old: int, new: int) -> int:
        """A group becomes a supergroup, which both of them are told; returns the last update id."""
        told = (_chat(old, "group"), "migrate_to_chat_id", new)
        for chat, member, other in (told, (_chat(new, "supergroup"), "migrate_from_chat_id", old)):
            message = {"message_id": next(self._numbers), "date": 1_780_000_000, "chat": chat}
            last = await self.push({"message": message | {member: other}})
        return last

    async def push(self, update: Json) -> int:
        """Queue an update of any kind; returns its id."""
        number = next(self._numbers)
        async with self._changed:
            self._updates.append({"update_id": number} | update)
            self._changed.notify_all()
        return number

    async def wait_for(self, predicate: Callable[[Sent], bool], timeout: float = 5.0) -> Sent:  # noqa: ASYNC109 - reads as "wait for this, at most so long"
        """The first message sent, before or after now, for which the predicate holds."""
        async with asyncio.timeout(timeout), self._changed:
            while True:
                for sent in self.sent:
                    if predicate(sent):
                        return sent
                await self._changed.wait()

    async def wait_until(self, holds: Callable[[], object], timeout: float = 5.0) -> None:  # noqa: ASYNC109 - as above
        """Return as soon as it holds; raises TimeoutError."""
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(holds)

    async def wait_for_calls(self, method: str, count: int, timeout: float = 5.0) -> None:  # noqa: ASYNC109 - as above
        """Return once a method has been called so often, counting the calls that failed."""
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(lambda: self.count(method) >= count)

    async def wait_until_heard(self, update: int, timeout: float = 5.0) -> None:  # noqa: ASYNC109 - as above
        """Return once the bot has confirmed an update: it is done with it."""
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(
                lambda: all(queued["update_id"] != update for queued in self._updates)
            )

    def count(self, method: str) -> int:
        """How often a method has been called."""
        return sum(called == method for called, _ in self.calls)

    async def _serve(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        form, upload = await _form(request)
        assert request.transport is not None
        async with self._changed:
            self.connections.add(request.transport)
            self.calls.append((method, form))
            self._changed.notify_all()
        if request.match_info["token"] != self.token:
            return _refusal(401, "Unauthorized")
        failure = self._next_failure(method, form)
        if failure is not None:
            return await self._fail(failure)
        try:
            answer = await self._answered(method, form, upload)
        except (RefusedText, RefusedWebhook) as error:
            answer = _refusal(400, f"Bad Request: {error}")
        async with self._changed:
            self._changed.notify_all()
        return answer

    async def _answered(
        self, method: str, form: Mapping[str, str], upload: bytes | None
    ) -> web.Response:
        match method:
            case "getUpdates":
                return await self._get_updates(form)
            case "getChatMember" | "getChatAdministrators":
                return self._tell_members(form)
            case "sendMessage" | "sendPhoto":
                return self._send(form, upload)
            case "editMessageText" | "editMessageCaption" | "editMessageMedia":
                return _result(self.wall.edit(method, form, upload).told("private"))
            case "setWebhook" | "deleteWebhook" | "getWebhookInfo":
                return _result(self.hook.call(method, form))
        return _result(self._noted(method, form))

    def _noted(self, method: str, form: Mapping[str, str]) -> object:
        """The result of what is soon done."""
        match method:
            case "getMe":
                return self._me()
            case "getMyCommands":
                return self.menus.get(_menu(form), [])
            case "setMyCommands":
                self.menus[_menu(form)] = json.loads(form["commands"])
            case "pinChatMessage":
                self.wall.pin(form)
            case "answerCallbackQuery":
                self._tell_presser(form)
        return True

    def _next_failure(self, method: str, form: Mapping[str, str]) -> Failure | None:
        queue = self._failures[method]
        for due in queue:
            if due.failure.chat_id in (None, form.get("chat_id")):
                due.times -= 1
                if not due.times:
                    queue.remove(due)
                return due.failure
        return None

    async def _fail(self, failure: Failure) -> web.Response:
        if failure.hang:
            await self._stopping.wait()
        if failure.body is not None:
            return web.Response(status=failure.status, text=failure.body)
        return _refusal(failure.status, failure.description, failure.parameters)

    async def _brought(self, number: int) -> None:
        async with self._changed:
            self._updates = [u for u in self._updates if u["update_id"] != number]
            self._changed.notify_all()

    async def _get_updates(self, form: Mapping[str, str]) -> web.Response:
        if self.hook.url:
            return _refusal(409, CONFLICT)
        offset = int(form.get("offset", "0"))
        async with self._changed:
            poll = self._newest_poll = next(self._numbers)
            self._updates = [u for u in self._updates if int(str(u["update_id"])) >= offset]
            self._changed.notify_all()
            try:
                async with asyncio.timeout(float(form.get("timeout", "0"))):
                    await self._changed.wait_for(lambda: self._poll_is_over(poll))
            except TimeoutError:
                return _result([])
            if self.hook.url:
                return _refusal(409, "Conflict: terminated by setWebhook request")
            if poll != self._newest_poll:
                return _refusal(409, "Conflict: terminated by other getUpdates request")
            return _result(self._updates[: int(form.get("limit", "100"))])

    def _poll_is_over(self, poll: int) -> bool:
        over = bool(self._updates or self.hook.url)
        return over or poll != self._newest_poll or self._stopping.is_set()

    def _send(self, form: Mapping[str, str], upload: bytes | None) -> web.Response:
        hung = self.wall.hang(next(self._numbers), form, upload)
        now = asyncio.get_running_loop().time()
        self.sent.append(
            Sent(
                hung.chat_id, hung.text, hung.plain, hung.thread, form, now, hung.number, hung.photo
            )
        )
        return _result(hung.told("private"))

    def _tell_presser(self, form: Mapping[str, str]) -> None:
        words = form.get("text", "")
        if len(words) > ALERT_CHARACTERS:
            raise RefusedText("MESSAGE_TOO_LONG")
        if words and form.get("show_alert") != "true":
            raise RefusedText("words that vanish before they can be read")
        self.told[form["callback_query_id"]] = words

    def _tell_members(self, form: Mapping[str, str]) -> web.Response:
        """One member of a chat, or its admins when none is named."""
        chat = int(form["chat_id"])
        if "user_id" not in form:
            ranks = ("creator", "administrator")
            found = self.standing.items()
            return _result([_member(user, s) for (c, user), s in found if c == chat and s in ranks])
        if self.discreet:
            return _refusal(400, "Bad Request: CHAT_ADMIN_REQUIRED")
        user = int(form["user_id"])
        return _result(_member(user, self.standing.get((chat, user), "member")))

    def _me(self) -> Json:
        return {
            "id": int(self.token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Altseason",
            "username": self.username,
        }


async def _form(request: web.Request) -> tuple[dict[str, str], bytes | None]:
    """The parameters, in whichever of three ways they came, and a picture that came with them.

    What is no text stays JSON.
    """
    if request.content_type != "application/json":
        form, upload = {}, None
        for key, value in (await request.post()).items():
            if isinstance(value, FileField):
                upload = value.file.read()
            form[key] = "<file>" if isinstance(value, FileField) else str(value)
        return form, upload
    return {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in (await request.json()).items()
    }, None


def _menu(form: Mapping[str, str]) -> tuple[str, str]:
    """Whose menu it is: its scope and language."""
    scope = json.loads(form.get("scope", '{"type": "default"}'))
    return scope["type"], form.get("language_code", "")


def _user(user: int, language: str = "") -> Json:
    code = {"language_code": language} if language else {}
    stands_in = user in (GROUP_BOT, CHANNEL_BOT)
    return {"id": user, "is_bot": stands_in, "first_name": "Ada"} | code


def _member(user: int, status: str) -> Json:
    """A ChatMember of a group, see https://core.telegram.org/bots/api#chatmember."""
    if status == "creator":
        return {"user": _user(user), "status": status, "is_anonymous": False}
    return {"user": _user(user)} | _standing(status, "supergroup")


def _standing(status: str, kind: str) -> Json:
    """A ChatMember but for its user, with all the members that the Bot API always sends."""
    status, _, mute = status.partition(":")
    match status:
        case "kicked":
            return {"status": status, "until_date": 0}
        case "administrator":
            rights: Json = dict.fromkeys(_ADMINISTRATORS_RIGHTS, False)
            if kind == "channel":
                rights["can_post_messages"] = not mute
            return {"status": status} | rights
        case "restricted":
            rights = dict.fromkeys(_MEMBERS_RIGHTS, not mute)
            return {"status": status, "is_member": True, "until_date": 0} | rights
    return {"status": status}


_ADMINISTRATORS_RIGHTS = (
    "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages",
    "can_manage_video_chats", "can_restrict_members", "can_promote_members", "can_change_info",
    "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories",
)  # fmt: skip
_MEMBERS_RIGHTS = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos",
    "can_send_videos", "can_send_video_notes", "can_send_voice_notes", "can_send_polls",
    "can_send_other_messages", "can_add_web_page_previews", "can_change_info", "can_invite_users",
    "can_pin_messages", "can_manage_topics", "can_edit_tag", "can_react_to_messages",
)  # fmt: skip


def _result(result: object) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _refusal(
    status: int, description: str, parameters: Mapping[str, object] | None = None
) -> web.Response:
    answer: Json = {"ok": False, "error_code": status, "description": description}
    if parameters:
        answer["parameters"] = dict(parameters)
    return web.json_response(answer, status=status)
