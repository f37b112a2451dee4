"""Discord as a chat platform: commands come over the gateway, alerts leave over REST.

Alerts go straight over the wire and need no gateway, so that they survive an outage of it.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from functools import partial

import discord

from bot.adapters.discord.answers import Answers
from bot.adapters.discord.buttons import Seal
from bot.adapters.discord.errors import TOKEN_REFUSED
from bot.adapters.discord.gateway import Visit
from bot.adapters.discord.pages import parts
from bot.adapters.discord.rest import Rest, usable
from bot.adapters.discord.shards import Plan, Shard, Turns, first_end, plan
from bot.adapters.discord.trouble import NONSENSE, TROUBLE, reason
from bot.model import Chart, Chat, Message
from bot.ports import (
    NO_PICTURES,
    CommandCard,
    DeliveryError,
    Limits,
    Part,
    PlatformRefused,
    Reception,
    Rejected,
)

log = logging.getLogger(__name__)

_PAUSES_S = (1.0, 2.0, 5.0, 15.0, 60.0, 120.0)
"""Between two visits; the longest keeps us below the 1000 sessions a day that Discord allows."""
_STEADY_S = 600.0

_REFUSED_NOW = (
    "it refuses the token it took before: Discord or a proxy is in trouble, or the developer "
    "portal made a new token"
)
_TOKEN_CODE = 4004
"""The gateway's close code for a token it refuses."""
_FINAL = {
    4012: "Discord refused the bot: discord.py speaks a version of the gateway that has ended.",
    4013: "Discord refused the bot's intents.",
    4014: "Discord refused the bot's intents.",
}
"""Close codes of the gateway after which trying again does not help. Those about shards are none of
them: the next visit asks anew how many there are to be."""


class DiscordAdapter:
    """Discord, connected; posting works whether or not anyone listens.

    `pauses_s` are the waits before the gateway is tried again, the last one repeated.
    """

    name = "discord"
    limits = Limits(sends_per_second=50.0, at_once=16)

    def __init__(
        self,
        token: str,
        root: str,
        cards: Sequence[CommandCard],
        *,
        pauses_s: Sequence[float] = _PAUSES_S,
    ) -> None:
        """Take the token, the root address of the REST interface, and the commands to list."""
        self._token = token
        self._rest = Rest(token, root)
        self._seal = Seal(token)
        self._cards = tuple(cards)
        self._pauses_s = pauses_s
        self._shards_up: set[Shard] = set()
        self._outage = False
        self._token_worked = False

    async def listen(self, reception: Reception) -> None:
        """Answer slash commands until cancelled; an outage is said once, and its end once."""
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            began = loop.time()
            self._down(await self._visit(reception))
            if loop.time() - began > _STEADY_S:
                failures = 0
            await asyncio.sleep(self._pauses_s[min(failures, len(self._pauses_s) - 1)])
            failures += 1

    def render(
        self, messages: Sequence[Message], pictures: Mapping[Chart, bytes] = NO_PICTURES
    ) -> Sequence[Part]:
        """Several messages as embeds of one, as far as Discord's limits allow."""
        return parts(messages, pictures)

    async def edit(self, chat: Chat, message: str, part: Part) -> None:
        """Put a part in the place of a message of ours; see `Adapter`."""
        _check_id(chat.id)
        _check_id(message)
        await self._rest.edit(chat.id, message, self._seal.filled(part, chat))
        self._token_worked = True

    async def post(self, chat: Chat, part: Part, key: str) -> float:
        """Deliver one part; Discord swallows a repeated `key` for some minutes."""
        _check_id(chat.id)
        rest_s = await self._rest.post(chat.id, self._seal.filled(part, chat), key)
        self._token_worked = True
        return rest_s

    async def check(self) -> None:
        """Ask Discord who we are."""
        await self._rest.check()

    async def close(self) -> None:
        """Let go of the connections alerts use; those for commands end with `listen`."""
        await self._rest.close()

    async def _visit(self, reception: Reception) -> str:
        """Stay at the gateway as long as it lasts; returns why it ended."""
        try:
            return await self._stay(reception)
        except discord.LoginFailure:
            return self._refused_token()
        except discord.ConnectionClosed as error:
            if error.code == _TOKEN_CODE:
                return self._refused_token()
            if error.code in _FINAL:
                raise PlatformRefused(_FINAL[error.code]) from None
            return reason(error)
        except DeliveryError as error:
            return str(error)
        except (*TROUBLE, *NONSENSE) as error:
            return reason(error)

    async def _stay(self, reception: Reception) -> str:
        if not usable(self._token):
            raise discord.LoginFailure
        wanted = plan(await self._rest.plan())
        if wanted.wait_seconds > 0:
            return await self._used_up(wanted)
        turns = Turns(wanted.begin_at_once)
        shards = [Shard(number, wanted.shards) for number in range(wanted.shards)]
        on_up = partial(self._up, len(shards))
        answers = Answers(reception, self._cards, self._seal)
        visits = [Visit(self._cards, answers, on_up, shard, turns) for shard in shards]
        await first_end(visit.attend(self._token) for visit in visits)
        return "the gateway closed the connection"

    async def _used_up(self, wanted: Plan) -> str:
        """Wait for the next day's sessions: beyond its number, Discord takes away the token."""
        why = "it grants no more sessions today"
        self._down(why)
        await asyncio.sleep(wanted.wait_seconds)
        return why

    def _refused_token(self) -> str:
        """Why the token is refused now; raises PlatformRefused for one that never worked."""
        if not self._token_worked:
            raise PlatformRefused(TOKEN_REFUSED)
        return _REFUSED_NOW

    def _down(self, why: str) -> None:
        self._shards_up.clear()
        if not self._outage:
            log.warning("Discord is out of reach and will be tried again: %s.", why)
        self._outage = True

    def _up(self, of: int, shard: Shard) -> None:
        self._token_worked = True
        self._shards_up.add(shard)
        if self._outage and len(self._shards_up) == of:
            log.info("Discord is back.")
            self._outage = False


def _check_id(text: str) -> None:
    """Raises Rejected for what cannot stand in an address as an id of Discord's."""
    if not (text.isascii() and text.isdecimal()):
        raise Rejected(f"{text!r} is no id of Discord's")
