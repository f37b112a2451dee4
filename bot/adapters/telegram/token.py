"""The bot's token: what is known of it, and how it stays out of every text."""

import logging
import re
from urllib.parse import quote

log = logging.getLogger(__name__)

REFUSED = "Telegram refused TELEGRAM_BOT_TOKEN: ask @BotFather for the bot's present token."
REFUSED_NOW = (
    "it refuses the token it took before: Telegram or a proxy is in trouble, or @BotFather made a "
    "new token"
)
LONGEST_REASON = 160


class Token:
    """A bot's token. A proxy in trouble refuses every token, so it matters whether it ever worked.

    Every address asked has the token in it, and so may every text about an address.
    """

    def __init__(self, value: str) -> None:
        self.value = value
        self.worked = False
        self._refusal_told = False

    @property
    def path(self) -> str:
        """What stands between the root of the Bot API and `/<method>`."""
        return "/bot" + quote(self.value, safe=":")

    @property
    def refusal(self) -> str:
        """What it means when Telegram refuses the token."""
        return REFUSED_NOW if self.worked else REFUSED

    def works(self) -> None:
        """Telegram took it."""
        self.worked = True
        self._refusal_told = False

    def tell_refusal(self) -> None:
        """Say in the log that alerts wait; once, until it works again."""
        if not self._refusal_told:
            log.error("Alerts to Telegram wait: %s", self.refusal)
        self._refusal_told = True

    def hidden(self, text: str) -> str:
        """A text in one line and without the token."""
        # The library lowers the case of some of Telegram's texts.
        text = re.sub(re.escape(self.value), "<token>", text, flags=re.IGNORECASE)
        return " ".join(text.split())[:LONGEST_REASON]
