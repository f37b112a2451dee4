"""What `doctor` asks of Telegram: who we are, and how people are heard. No update is touched."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from telegram import Bot, WebhookInfo
from telegram.error import InvalidToken

from bot.adapters.telegram.outage import TROUBLE, Outage
from bot.adapters.telegram.requests import Requests
from bot.adapters.telegram.token import REFUSED, Token
from bot.adapters.telegram.webhook import Webhook
from bot.http.wire import Wire
from bot.ports import Finding, fail, ok, warn
from bot.settings import Settings

ANSWER_SECONDS = 10.0
LATELY = timedelta(minutes=15)
"""An error of Telegram's that is older has passed."""
REACH = "See whether this machine reaches TELEGRAM_API_BASE_URL; alerts wait until it does."
ASK_BOTFATHER = "Set TELEGRAM_BOT_TOKEN to what @BotFather says at /token."


async def examine(settings: Settings) -> Sequence[Finding]:
    """Ask with the token that is set; nothing without one."""
    if settings.telegram_bot_token is None:
        return ()
    token = Token(settings.telegram_bot_token.get_secret_value())
    outage = Outage(token, 0.0)
    wire = Wire(
        settings.telegram_api_base_url + token.path, connections=1, answer_seconds=ANSWER_SECONDS
    )
    bot = Bot(token.value, request=Requests(wire))
    try:
        me = await bot.get_me()
        info = await bot.get_webhook_info()
    except InvalidToken:
        return [fail("telegram", REFUSED.partition(":")[0], ASK_BOTFATHER)]
    except TROUBLE as error:
        return [fail("telegram", f"cannot be reached: {outage.reason(error)}", REACH)]
    finally:
        await wire.close()
    known = ok("telegram", f"the token works; this is @{me.username}", name=me.username)
    url = settings.public_url
    expected = Webhook(bot, token.value, url, outage).url if url else ""
    return [known, _hearing(info, expected)]


def _hearing(info: WebhookInfo, expected: str) -> Finding:
    subject, waiting = "telegram updates", info.pending_update_count
    wait = f"{waiting} updates wait"
    if not expected and not info.url:
        return ok(subject, f"asked for by long polling; {wait}", waiting=waiting)
    if info.url != expected:
        return _other(info, expected, wait)
    if info.last_error_date and datetime.now(UTC) - info.last_error_date < LATELY:
        said = " ".join((info.last_error_message or "").split()).rstrip(".")
        return (fail if waiting else warn)(
            subject,
            f"Telegram could not bring them at {info.last_error_date:%H:%M} UTC: {said}; {wait}",
            "See that PUBLIC_URL leads to PORT, with a certificate that the world trusts.",
            waiting=waiting,
        )
    return ok(subject, f"brought to PUBLIC_URL; {wait}", waiting=waiting)


def _other(info: WebhookInfo, expected: str, wait: str) -> Finding:
    """Of a bot that does not run yet, or of another one with the same token."""
    subject, waiting = "telegram updates", info.pending_update_count
    stands = (
        f"a webhook is set at {urlsplit(info.url).hostname}" if info.url else "no webhook is set"
    )
    changes = "sets its own" if expected else "removes it, dropping nothing,"
    return warn(
        subject,
        f"{stands}; {wait}",
        f"The bot {changes} when it begins to listen; if it runs already, look into its log.",
        waiting=waiting,
    )
