"""What arrived, chat by chat, in the order in which it did."""

import re
from array import array
from typing import Any

MARKER = r"#[A-Z]+\d+"
"""What names an alert in its text, unless a run says otherwise."""


class Ledger:
    """Keeps every delivery in a few bytes, and every text once.

    `marker` has at most one group; with one, its content is the token.
    """

    def __init__(self, marker: str = MARKER) -> None:
        self.marker = re.compile(marker)
        if self.marker.groups > 1:
            raise ValueError("the marker has more than one group")
        self._texts: list[str] = []
        self._tokens: list[list[str]] = []
        """What is marked in each text."""
        self._numbers: dict[str, int] = {}
        self._text_of = array("L")
        self._at = array("d")
        self._of_chat: dict[str, array[int]] = {}

    def __len__(self) -> int:
        return len(self._at)

    def write(self, chat: str, text: str, at: float) -> None:
        """A text arrived in a chat; `at` in seconds since 1970."""
        number = self._numbers.get(text)
        if number is None:
            number = self._numbers[text] = len(self._texts)
            self._texts.append(text)
            self._tokens.append(self.marker.findall(text))
        deliveries = self._of_chat.get(chat)
        if deliveries is None:
            deliveries = self._of_chat[chat] = array("L")
        deliveries.append(len(self._at))
        self._text_of.append(number)
        self._at.append(at)

    def tokens(self) -> dict[str, list[str]]:
        """By chat, all tokens in the order in which they arrived; repeats stay in."""
        return {
            chat: [token for order in orders for token in self._tokens[self._text_of[order]]]
            for chat, orders in self._of_chat.items()
        }

    def deliveries(self, chat: str) -> list[dict[str, Any]]:
        """All that arrived in a chat; `order` counts over all chats."""
        return [
            {
                "order": order,
                "at": self._at[order],
                "text": self._texts[self._text_of[order]],
                "tokens": self._tokens[self._text_of[order]],
            }
            for order in self._of_chat.get(chat, ())
        ]

    def chats(self) -> list[str]:
        """Every chat that something arrived in."""
        return list(self._of_chat)
