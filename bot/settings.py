"""Every setting, read in one place from the environment or `.env`."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.redis_url import parse as parse_redis
from bot.redis_url import passwords as redis_passwords

TELEGRAM_TOKEN = re.compile(r"[!-9;-~]+:[!-~]+")
"""Printable ASCII on both sides of a colon."""


class WrongSetting(Exception):
    """A setting cannot be used; the text is one sentence that names the variable."""


def _port_is_usable(parts: SplitResult) -> bool:
    """Asked here because the library's own error may quote a piece of a password."""
    try:
        return parts.port is None or parts.port >= 0
    except ValueError:
        return False


def _url(*schemes: str, is_shown: bool = False) -> AfterValidator:
    def check(value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in schemes or not (parts.netloc or parts.path):
            starts = " or ".join(f"{scheme}://" for scheme in schemes)
            raise ValueError(f"must start with {starts} and name a host")
        if not value.isascii() or any(character.isspace() for character in value):
            raise ValueError("must not hold spaces or other characters that no address has")
        if not _port_is_usable(parts):
            raise ValueError("must have a port from 0 to 65535, or none")
        if is_shown and (parts.query or parts.fragment or "@" in parts.netloc):
            raise ValueError("must hold no user, password, ? or #")
        return value.rstrip("/")

    return AfterValidator(check)


HttpUrl = Annotated[str, _url("http", "https")]
PublicUrl = Annotated[str, _url("https", is_shown=True)]
SocketUrl = Annotated[str, _url("ws", "wss")]


def _redis_url(value: str) -> str:
    url = value.rstrip("/")
    parse_redis(url)
    return url


RedisUrl = Annotated[str, AfterValidator(_redis_url)]
Names = Annotated[tuple[str, ...], NoDecode]
CHAT_NAME = re.compile(r"^[a-z]+:-?[0-9]+$")
PROVIDER_KEYS = (
    "coinmarketcap_api_key",
    "coingecko_api_key",
    "fred_api_key",
    "sosovalue_api_key",
    "coinglass_api_key",
)


def source_slug(name: str) -> str:
    """A source's or feed's name as the settings spell it: The Block is the_block."""
    return "_".join(re.findall(r"[a-z0-9/]+", name.casefold()))


class Settings(BaseSettings):
    """What can be set; an empty variable counts as unset."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    redis_url: RedisUrl | None = Field(
        None,
        description="Redis 7 or Valkey to use: redis://, rediss:// (TLS) or unix://, "
        "redis+sentinel://host,host/name or redis+cluster://host,host. "
        "Unset: an embedded server that keeps its file under DATA_DIR.",
    )
    data_dir: Path = Field(
        Path("data"), description="Where the embedded server keeps its append-only file."
    )
    telegram_bot_token: SecretStr | None = Field(
        None, description="Telegram bot token, from @BotFather. Unset: Telegram stays off."
    )
    telegram_api_base_url: HttpUrl = Field(
        "https://api.telegram.org",
        description="Root of the Bot API; /bot<token>/<method> is appended.",
    )
    telegram_paid_broadcast: bool = Field(
        False,  # noqa: FBT003 - a default.
        description="Whether alerts may cost Telegram Stars, which lets 1000 a second go out "
        "instead of 30; see https://core.telegram.org/bots/faq.",
    )
    discord_bot_token: SecretStr | None = Field(
        None,
        description="Discord bot token, from the developer portal. Unset: Discord stays off.",
    )
    discord_api_base_url: HttpUrl = Field(
        "https://discord.com/api/v10", description="Root of Discord's REST interface."
    )
    discord_gateway_url: SocketUrl | None = Field(
        None, description="Discord's gateway. Unset: the one discord.py knows."
    )
    source_gateway_url: HttpUrl | None = Field(
        None,
        description="If set, every provider is asked at <this>/<original host>/<path>?<query> "
        "(recorded data, mirrors, tests).",
    )
    poll_seconds: float | None = Field(
        None,
        gt=0,
        allow_inf_nan=False,
        description="If set, seconds between two requests to every provider, instead of each "
        "provider's own cadence.",
    )
    sources_on: Names = Field(
        (),
        description="Sources to switch on that are off by default, with commas between: farside "
        "(scraped), coinmarketcap_web (undocumented; by default asked once, for the past).",
    )
    sources_off: Names = Field(
        (),
        description="Sources never to ask, or single feeds of theirs, with commas between, such as "
        "bitbo,yahoo/iwm.",
    )
    coinmarketcap_api_key: SecretStr | None = Field(
        None,
        description="CoinMarketCap key (the free plan will do): its own quota, and liquidations "
        "on all exchanges. Unset: the public interface without a key.",
    )
    coingecko_api_key: SecretStr | None = Field(
        None, description="CoinGecko demo key: its own quota. Unset: the shared one."
    )
    fred_api_key: SecretStr | None = Field(
        None, description="FRED key: its interface instead of its CSV files."
    )
    sosovalue_api_key: SecretStr | None = Field(
        None, description="SoSoValue key: one more source of ETF flows."
    )
    coinglass_api_key: SecretStr | None = Field(
        None, description="CoinGlass key (paid): one more source of ETF flows and its season index."
    )
    allowed_chats: Names = Field(
        (),
        description="The only chats to talk to, as platform:id with commas between, such as "
        "telegram:-1001234567890,discord:1234567890. Unset: everyone may use the bot.",
    )
    rules_per_chat: int = Field(
        50, ge=0, description="How many rules of its own a chat may have. 0: none."
    )
    alert_news_hours: float = Field(
        6.0,
        gt=0,
        le=168,
        allow_inf_nan=False,
        description="Hours for which an alert is told as news; one that could not be delivered "
        "by then arrives in a catch-up.",
    )
    listen_host: str = Field(
        "0.0.0.0",  # noqa: S104 - a status page is there to be seen; docs/security.md says by whom.
        description="Address that the status page listens on; 127.0.0.1 keeps it to this machine.",
    )
    port: int = Field(
        8080,
        ge=0,
        le=65535,
        description="Port of the status page, /healthz, /readyz and /metrics. 0: any free one, "
        "which the log names.",
    )
    public_url: PublicUrl | None = Field(
        None,
        description="Where the world reaches PORT, such as https://bot.example.org. Set: Telegram "
        "brings updates there (webhook) instead of being asked for them, and feeds name it.",
    )
    heartbeat_url: HttpUrl | None = Field(
        None,
        description="Asked once a minute for as long as polls are good, for a service that alarms "
        "when the knocking stops.",
    )
    operator_chat: str | None = Field(
        None,
        pattern=CHAT_NAME,
        description="The chat that hears about the bot itself, as platform:id, such as "
        "telegram:123456789: blind sources, dead letters, changes of leadership.",
    )
    log_format: Literal["auto", "text", "json"] = Field(
        "auto", description="How the log is written; auto is text on a terminal, else JSON."
    )

    @field_validator("sources_on", "sources_off", mode="before")
    @classmethod
    def _names(cls, value: object) -> object:
        """Names as people type them: The Block, the_block and THE-BLOCK are one."""
        return tuple(map(source_slug, filter(str.strip, str(value).split(",")))) if value else ()

    @field_validator("allowed_chats", mode="before")
    @classmethod
    def _chats(cls, value: object) -> object:
        if not value:
            return ()
        names = tuple(filter(None, map(str.strip, str(value).split(","))))
        # A list that names nobody must not open the door to everybody.
        if not names or not all(map(CHAT_NAME.fullmatch, names)):
            raise ValueError("must be like telegram:-1001234567890,discord:1234567890")
        return names

    @field_validator(
        "telegram_bot_token",
        "discord_bot_token",
        "coinmarketcap_api_key",
        "coingecko_api_key",
        "fred_api_key",
        "sosovalue_api_key",
        "coinglass_api_key",
    )
    @classmethod
    def _stripped(cls, token: SecretStr | None) -> SecretStr | None:
        """A token as it is used, so that it is also what logs leave out; a blank one is unset."""
        text = token.get_secret_value().strip() if token is not None else ""
        return SecretStr(text) if text else None

    @field_validator("telegram_bot_token")
    @classmethod
    def _telegram_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not TELEGRAM_TOKEN.fullmatch(token.get_secret_value()):
            raise ValueError("must look like 123456:ABC-DEF, as @BotFather gave it")
        return token

    @property
    def provider_keys(self) -> dict[str, str]:
        """The keys that are set, by their settings' names."""
        named = {name.upper(): getattr(self, name) for name in PROVIDER_KEYS}
        return {name: key.get_secret_value() for name, key in named.items() if key is not None}

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every value that must never be written to a log."""
        tokens = (self.telegram_bot_token, self.discord_bot_token)
        passwords = dict.fromkeys(redis_passwords(self.redis_url or ""))
        keys = self.provider_keys.values()
        # Whoever knows where the heart beats can fake it.
        beat = (self.heartbeat_url,) if self.heartbeat_url else ()
        return (*(token.get_secret_value() for token in tokens if token), *keys, *passwords, *beat)


def load(**fixed: Any) -> Settings:
    """The settings of this process; raises WrongSetting with one sentence for the first bad one.

    `fixed` settings, by their lower-case names, count as they are given here.
    """
    settings, wrong = load_what_can_be(**fixed)
    for sentence in wrong.values():
        raise WrongSetting(sentence)
    return settings


def load_what_can_be(**fixed: Any) -> tuple[Settings, Mapping[str, str]]:
    """The settings, each wrong one as if it were unset; and of these a sentence, by its name.

    Raises WrongSetting where `.env` cannot be read at all.
    """
    try:
        return Settings(**fixed), {}
    except ValidationError as error:
        wrong = _reasons(error)
    except (OSError, UnicodeError) as error:
        raise WrongSetting(f".env cannot be read: {error}.") from None
    unset = {name: Settings.model_fields[name].default for name in wrong}
    return Settings(**fixed | unset), {name.upper(): sentence for name, sentence in wrong.items()}


def _reasons(error: ValidationError) -> dict[str, str]:
    """A sentence for each setting that is wrong, by its lower-case name."""
    reasons: dict[str, str] = {}
    for each in error.errors(include_url=False, include_context=False, include_input=False):
        name, reason = str(each["loc"][0]), each["msg"].removeprefix("Value error, ")
        reasons.setdefault(name, f"{name.upper()} {reason[:1].lower()}{reason[1:]}.")
    return reasons


def example() -> str:
    """The text of `.env.example`: every setting with its meaning and default."""
    blocks = ["# Settings of altseason-bot. Copy to .env and fill in what you need.\n"]
    for name, info in Settings.model_fields.items():
        default = "" if info.default in (None, ()) else info.default
        assignment = f"{name.upper()}={default}"
        if info.default in (None, ()):
            assignment = f"# {assignment}"
        blocks.append(f"# {info.description}\n{assignment}\n")
    return "\n".join(blocks)
