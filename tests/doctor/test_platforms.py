"""Each token with its platform, and how people are heard there."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from telegram import Bot

from bot.adapters.telegram.outage import Outage
from bot.adapters.telegram.token import Token
from bot.adapters.telegram.webhook import Webhook
from bot.doctor import platforms
from bot.parts import find_parts
from bot.ports import Finding, State
from tests.adapters.fake_discord import TOKEN as DISCORD_TOKEN
from tests.adapters.fake_telegram import TOKEN, Failure, FakeTelegram
from tests.doctor.ask import configured, of, states
from tests.platforms import discord as a_discord
from tests.platforms.gateway import PATH as GATEWAY_PATH
from tests.platforms.platform import Platform

PLATFORMS = find_parts().platforms
PUBLIC_URL = "https://bot.example.org"
NOWHERE = "http://127.0.0.1:9"


@pytest_asyncio.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake


@pytest_asyncio.fixture
async def discord() -> AsyncIterator[Platform]:
    async with a_discord() as fake:
        yield fake


async def on_telegram(
    telegram: FakeTelegram, token: str = TOKEN, public_url: str | None = None
) -> list[Finding]:
    settings = configured(
        telegram_bot_token=token, telegram_api_base_url=telegram.url, public_url=public_url
    )
    return list(await platforms.examine(settings, {}, PLATFORMS))


async def on_discord(
    discord: Platform, token: str = DISCORD_TOKEN, gateway: str = GATEWAY_PATH, root: str = ""
) -> list[Finding]:
    settings = configured(
        discord_bot_token=token,
        discord_api_base_url=root or discord.api_url,
        discord_gateway_url=discord.url.replace("http", "ws", 1) + gateway,
    )
    return list(await platforms.examine(settings, {}, PLATFORMS))


async def test_no_token_at_all_is_told() -> None:
    found = await platforms.examine(configured(), {}, PLATFORMS)
    assert states(found) == {"chat platforms": State.WARN}


async def test_a_token_that_is_wrong_in_form_is_no_missing_one() -> None:
    found = await platforms.examine(configured(), {"TELEGRAM_BOT_TOKEN": ""}, PLATFORMS)
    assert states(found) == {"telegram": State.FAIL}


async def test_telegrams_good_token_names_its_bot_and_takes_no_update(
    telegram: FakeTelegram,
) -> None:
    await telegram.say(1001, "/status")
    found = await on_telegram(telegram)
    assert states(found) == {"telegram": State.OK, "telegram updates": State.OK}
    assert "@AltseasonTestBot" in of(found, "telegram").found
    assert of(found, "telegram updates").facts == {"waiting": 1}
    assert {method for method, _ in telegram.calls} == {"getMe", "getWebhookInfo"}


async def test_telegrams_wrong_token_says_what_to_do(telegram: FakeTelegram) -> None:
    (found,) = await on_telegram(telegram, "999:wrong")
    assert (found.state, "@BotFather" in found.advice) == (State.FAIL, True)
    assert "999:wrong" not in repr(found)


async def test_telegram_out_of_reach_fails_without_its_token(telegram: FakeTelegram) -> None:
    telegram.fail("getMe", Failure(502, f"no such path: /bot{TOKEN}/getMe"))
    (found,) = await on_telegram(telegram)
    assert (found.subject, found.state) == ("telegram", State.FAIL)
    assert TOKEN not in repr(found)
    await telegram.stop()
    (found,) = await on_telegram(telegram)
    assert (found.state, "reaches" in found.advice) == (State.FAIL, True)


@pytest.mark.parametrize(
    ("stands", "public_url", "state", "says"),
    [
        ("", PUBLIC_URL, State.WARN, "no webhook is set"),
        ("https://other.example.org/x", PUBLIC_URL, State.WARN, "at other.example.org"),
        ("https://other.example.org/x", None, State.WARN, "at other.example.org"),
        ("ours", PUBLIC_URL, State.OK, "brought to PUBLIC_URL"),
    ],
)
async def test_how_telegram_is_heard(
    telegram: FakeTelegram, stands: str, public_url: str | None, state: State, says: str
) -> None:
    telegram.hook.url = ours() if stands == "ours" else stands
    found = of(await on_telegram(telegram, public_url=public_url), "telegram updates")
    assert found.state is state
    assert says in found.found


@pytest.mark.parametrize(("waiting", "state"), [(0, State.WARN), (1, State.FAIL)])
async def test_what_telegram_says_of_a_webhook_it_cannot_reach(
    telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch, waiting: int, state: State
) -> None:
    telegram.hook.url = ours()
    told = {"last_error_date": int(datetime.now(UTC).timestamp()), "pending_update_count": waiting}
    info = telegram.hook.info() | told | {"last_error_message": "Connection refused"}
    monkeypatch.setattr(telegram.hook, "info", lambda: info)
    found = of(await on_telegram(telegram, public_url=PUBLIC_URL), "telegram updates")
    assert (found.state, "Connection refused" in found.found) == (state, True)


def ours() -> str:
    """The address at which the bot would have Telegram knock."""
    return Webhook(Bot(TOKEN), TOKEN, PUBLIC_URL, Outage(Token(TOKEN), 0.0)).url


async def test_discords_good_token_names_its_bot_and_the_gateway_opens(discord: Platform) -> None:
    found = await on_discord(discord)
    assert states(found) == {"discord": State.OK, "discord gateway": State.OK}
    assert "altseason" in of(found, "discord").found


async def test_discords_wrong_token_says_what_to_do(discord: Platform) -> None:
    for wrong in ("wrong-token", "two words", "tökén"):
        (found,) = await on_discord(discord, wrong)
        assert (found.state, "developer portal" in found.advice) == (State.FAIL, True)
        assert wrong not in repr(found)


async def test_a_gateway_that_does_not_open_fails_alone(discord: Platform) -> None:
    found = await on_discord(discord, gateway="/nowhere")
    assert states(found) == {"discord": State.OK, "discord gateway": State.FAIL}


async def test_discord_out_of_reach_fails(discord: Platform) -> None:
    (found,) = await on_discord(discord, root=NOWHERE)
    assert (found.subject, found.state) == ("discord", State.FAIL)
