"""What goes over the wire to Telegram, the same for every chat: see `Adapter.render`.

A text is the body of sendMessage without its chat, a picture's is that of sendPhoto without its
chat and photo, see https://core.telegram.org/bots/api#sendmessage and #sendphoto.
"""

import json
from collections.abc import Mapping, Sequence

from bot.adapters.telegram.buttons import keyboard
from bot.adapters.telegram.markup import alternative_alone, caption, render
from bot.model import Chart, Chat, Message
from bot.ports import NO_PICTURES, Part, Photo, Rejected

NO_PREVIEW = {"link_preview_options": {"is_disabled": True}}


def parts_of(
    messages: Sequence[Message],
    pictures: Mapping[Chart, bytes] = NO_PICTURES,
    *,
    paid: bool = False,
) -> Sequence[Part]:
    """The messages in few parts; raises Rejected when there is nothing to send.

    A message alone whose words fit under its picture is one part with it. Otherwise the texts come
    first, with the buttons, and then the picture that belongs to the newest of them.
    """
    chart = _newest(messages, pictures)
    buttons = keyboard(messages)
    options: dict[str, object] = {"allow_paid_broadcast": True} if paid else {}
    if chart is not None and len(messages) == 1:
        words = caption(messages, chart.alternative)
        if words is not None:
            return [_picture(words, chart, pictures[chart], options, buttons)]
    texts = list(render(messages))
    if not texts:
        raise Rejected("there is nothing to read in it")
    shown: list[Part] = [_body({"text": text}, NO_PREVIEW | options) for text in texts[:-1]]
    shown.append(_body({"text": texts[-1]}, NO_PREVIEW | options, buttons))
    if chart is not None:
        words = alternative_alone(chart.alternative)
        shown.append(_picture(words, chart, pictures[chart], options))
    return shown


def addressed(chat: Chat, body: bytes, **more: str | int) -> bytes:
    """A body with its chat, and what else it lacks, in front; all are JSON objects."""
    thread = b'"message_thread_id":%d,' % int(chat.thread) if chat.thread else b""
    lacking = b"".join(b'"%b":%b,' % (k.encode(), json.dumps(more[k]).encode()) for k in more)
    return b'{"chat_id":%d,%b%b%b' % (int(chat.id), thread, lacking, body[1:])


def words_alone(body: bytes) -> bytes:
    """An addressed picture's caption as the body of a text."""
    members = json.loads(body)
    text = {"text": members.pop("caption")} | NO_PREVIEW
    return json.dumps(text | members, ensure_ascii=False).encode()


def as_caption(body: bytes) -> bytes:
    """An addressed text as the body of a caption."""
    members = json.loads(body)
    return json.dumps({"caption": members.pop("text")} | members, ensure_ascii=False).encode()


def as_media(body: bytes, media: str) -> bytes:
    """An addressed picture as the body of editMessageMedia.

    See https://core.telegram.org/bots/api#inputmediaphoto.
    """
    members = json.loads(body)
    shown = {"type": "photo", "media": media} | {
        name: members.pop(name) for name in ("caption", "parse_mode")
    }
    return json.dumps({"media": shown} | members, ensure_ascii=False).encode()


def _newest(messages: Sequence[Message], pictures: Mapping[Chart, bytes]) -> Chart | None:
    charts = [message.chart for message in messages if message.chart is not None]
    return next((chart for chart in reversed(charts) if chart in pictures), None)


def _picture(
    words: str, chart: Chart, png: bytes, options: Mapping[str, object], buttons: bytes = b""
) -> Photo:
    return Photo(_body({"caption": words}, options, buttons), chart, png)


def _body(said: Mapping[str, object], options: Mapping[str, object], buttons: bytes = b"") -> bytes:
    members = {**said, "parse_mode": "HTML", **options}
    body = json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
    return body[:-1] + b',"reply_markup":' + buttons + b"}" if buttons else body
