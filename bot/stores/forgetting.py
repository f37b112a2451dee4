"""Forgets a chat: all that is stored of it at once."""

import json

from bot.model import Chat
from bot.ports import Belongings, StoreUnavailable
from bot.stores import keys, own_text
from bot.stores.codec import DamagedValue
from bot.stores.connect import Client, Reply
from bot.stores.keys import Lane
from bot.stores.own_rules import MOST_TRIES, load_rule


class RedisForgetting:
    """One script that finds whatever names the chat, but for the alerts that it was told."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def belongings(self, chat: Chat) -> Belongings:
        """How much there is of a chat."""
        lane, names = Lane(chat.platform), _keys(chat)
        found = await self._client.run("forget", names, [lane.prefix, chat.member, ""])
        return Belongings(*map(int, found))

    async def forget(self, chat: Chat) -> Belongings:
        """Delete all of it in one atomic step; returns how much there was.

        What is being sent right now may still arrive, and nothing after it. What remains names the
        chat in its alerts of before, and expires by itself: see `/privacy`.
        """
        lane = Lane(chat.platform)
        for _ in range(MOST_TRIES):
            texts = await self._client.fields(lane.own_rules(chat.member))
            rules = json.dumps([_told(chat, number, text) for number, text in texts.items()])
            found: Reply = await self._client.run_once(
                "forget", _keys(chat), [lane.prefix, chat.member, rules]
            )
            if found is not None:
                return Belongings(*map(int, found))
        raise StoreUnavailable(
            f"The own rules of {chat.platform} chat {chat.member} keep changing."
        )


def _keys(chat: Chat) -> list[str]:
    return [Lane(chat.platform).ready, keys.OWN_USES, keys.OWN_SEEN, keys.ALERT_ORDER]


def _told(chat: Chat, number: str, text: str) -> list[object]:
    """A rule as `forget` reads it: where the index holds it is worked out from its text."""
    try:
        rule, state = load_rule(chat, number, text)
    except DamagedValue:
        return [number, text]
    places = own_text.places(rule, state, f"{number}:{chat.member}", None)
    return [number, text, list(places), [each.reading for each in rule.conditions]]
