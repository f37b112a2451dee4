"""Every Redis key, in one place.

All keys carry the hash tag `{nf}`, so that they share one slot of a Redis Cluster and a script may
touch any of them. `<plat>` is a platform's name, `<member>` a `Chat.member`, `<job>` an alert's id,
an own alert's, a digest's: digest:<member>:<when it was due, ms>, or operator:<seq>.

    {nf}:series:<series>:<vendor>  HASH  day -> [value, as_of, observed_at, final, note if any]
    {nf}:reading                   HASH  indicator -> Reading
    {nf}:history                   HASH  <series>:<feed> -> History
    {nf}:state                     HASH  rule instance -> RuleState
    {nf}:health                    HASH  feed -> FeedHealth; held/<series>/<vendor> and
                                         apart/<series>/<vendor> -> what is odd there
    {nf}:alerts                    ZSET  the newest alerts' ids by seq
    {nf}:alert                     HASH  the same alerts: id -> Alert
    {nf}:schema                    STR   the version of this layout, see bot/stores/schema.py
    {nf}:lead:poller               STR   who may poll; expires unless renewed
    {nf}:lead:schema               STR   who may change the layout, or fill a new store; expires
    {nf}:ended                     ZSET  score = when, ms; member = a process that ended in order
    {nf}:operator                  STR   what the operator's chat was told -> Told
    {nf}:seq                       STR   counts subscriptions and jobs in the order they came
    {nf}:once:<id>                 STR   a reply, kept for its repeat; expires
    {nf}:link:<code>               STR   the chat that offers to be linked: <plat> <member>; expires
    {nf}:wake:<plat>               LIST  at most one token: there may be something to take
    {nf}:<plat>:sub:<topic>        ZSET  score = seq of joining, member = <member>
    {nf}:<plat>:chat:<member>      SET   the topics this chat hears
    {nf}:<plat>:told:<topic>       ZSET  score = seq, member = <job>: the newest alerts, for chats
                                         that were suspended; expires
    {nf}:<plat>:preferences        HASH  <member> -> what the chat has set, as JSON; none for one
                                         that has set nothing
    {nf}:<plat>:boards             HASH  <member> -> the message that shows the board there, and
                                         what it says, as JSON
    {nf}:<plat>:digests            ZSET  score = when the chat's next digest is due, ms; member =
                                         <member>
    {nf}:<plat>:links              HASH  <member> -> the chat that it is linked with, on another
                                         platform: <plat> <member>
    {nf}:<plat>:offer:<member>     STR   the <code> by which it can be linked; expires
    {nf}:<plat>:suspended          HASH  <member> -> reason, since (seq), at (ms), as JSON
    {nf}:own:uses                  HASH  reading -> how many own rules' conditions compare it
    {nf}:own:seen                  HASH  reading -> time of its last value that was seen to the end
    {nf}:<plat>:own:chat:<member>  HASH  number -> a chat's own rule and what it remembers, as
                                         bot/stores/own_text.py writes them
    {nf}:<plat>:own:<side>:armed:<reading>
                                   ZSET  score = level, member = <number>:<member>: conditions that
                                         do not hold; <number>.1 and .2 are a rule's further
                                         conditions, <number>.s its next step
    {nf}:<plat>:own:<side>:fired:<reading>
                                   ZSET  score = the value past which it ends: conditions that hold,
                                         or of a rule that fires have not recovered
    {nf}:<plat>:own:due            ZSET  score = time (s), member = <number>:<member>: the end of
                                         `for`, the next reminder, the end of `until`
    {nf}:<plat>:job:<job>          HASH  topic, or to (the only <member> that hears it); body; cur
                                         (seq up to which it was walked), upto (last seq meant);
                                         created, ttl_at (no news after it), end_at (not told after
                                         it), in ms; riders, carriers (see lua/walks.lua), and
                                         ahead:<member> for who has it already; how many letters
                                         were sent, dead, expired, skipped. Expires.
    {nf}:<plat>:ready              ZSET  score = lane and seq: jobs that have recipients left
    {nf}:<plat>:held               HASH  <member> -> what is held back from the chat, as JSON (see
                                         lua/holds.lua)
    {nf}:<plat>:hold               ZSET  score = when the first of that is to be looked at again,
                                         ms; member = <member>
    {nf}:<plat>:conditions         SET   <member>s that muted something until a number, or an alert
                                         of their own, says otherwise
    {nf}:<plat>:line               HASH  <member> -> what waits for the chat, as JSON (see
                                         lua/lines.lua)
    {nf}:<plat>:due                ZSET  score = end of lease or time of the next try, ms, or a seq
                                         where it is urgent; member = <member>
    {nf}:<plat>:rest               ZSET  score = until when the chat is left alone, ms; member =
                                         the id that all its threads share
    {nf}:<plat>:away               HASH  a chat's id -> the <member> that is written to, and its
                                         threads that wait for that to end
    {nf}:<plat>:moved:<member>     STR   the <member> that the chat is now; expires
    {nf}:<plat>:epoch              STR   counts hand-outs: each names its leases
    {nf}:<plat>:taken:<sender>     STR   the sender's last hand-out, for a lost reply; expires
    {nf}:<plat>:turn               STR   when the next send may leave, us
    {nf}:<plat>:dead               HASH  <job>|<member> -> reason, at (ms), as JSON
    {nf}:<plat>:dead:at            ZSET  score = at (ms), member = <job>|<member>
    {nf}:<plat>:lead               STR   which process listens to the platform; expires
    {nf}:<plat>:inbox              ZSET  score = the platform's number, member = what it brought,
                                         word for word, until it is answered; expires
    {nf}:<plat>:brought            ZSET  score = ms, member = the number of what was brought lately;
                                         expires
    {nf}:wake:<plat>:inbox         LIST  at most one token: there may be something in the inbox
"""

import re
from dataclasses import dataclass

TAG = "{nf}"
SCHEMA = f"{TAG}:schema"
LEAD_SCHEMA = f"{TAG}:lead:schema"
HISTORY = f"{TAG}:history"
STATE = f"{TAG}:state"
HEALTH = f"{TAG}:health"
READING = f"{TAG}:reading"
ALERT_ORDER = f"{TAG}:alerts"
ALERT = f"{TAG}:alert"
LEAD_POLLER = f"{TAG}:lead:poller"
ENDED = f"{TAG}:ended"
OPERATOR = f"{TAG}:operator"
SEQ = f"{TAG}:seq"
OWN_USES = f"{TAG}:own:uses"
OWN_SEEN = f"{TAG}:own:seen"
FIRST_KEYS = (SEQ, HEALTH, HISTORY, READING, STATE, ALERT_ORDER, OWN_USES)
"""Whoever worked with a store before it had a version left one of these."""
PASSING = re.compile(
    rb"\{nf\}:(schema$|lead:|once:|wake:|[^:]+:(lead$|taken:))"  # `TAG`, as a pattern of bytes.
)
"""What belongs to processes that run, or to the server itself, and so to no copy of a store."""

VERSION = re.compile(rb"\{nf\}:(schema|lead:schema)$")
"""What every command leaves in a store that it opened, whether anybody uses it or not."""


def series(series_key: str, vendor: str) -> str:
    """The days of one vendor's series."""
    return f"{TAG}:series:{series_key}:{vendor}"


def feed_series(series_key: str, feed: str) -> str:
    """The field of one feed's series in `HISTORY`."""
    return f"{series_key}:{feed}"


def own_rule(number: int, member: str) -> str:
    """A chat's own rule, as a member of the sets that find it; a number holds no colon."""
    return f"{number}:{member}"


@dataclass(frozen=True, slots=True)
class Lane:
    """The keys of one platform."""

    platform: str

    @property
    def prefix(self) -> str:
        """What every key of this platform except `wake` and `inbox_wake` begins with."""
        return f"{TAG}:{self.platform}:"

    @property
    def ready(self) -> str:
        """Jobs that have recipients left."""
        return f"{self.prefix}ready"

    @property
    def line(self) -> str:
        """What waits for each chat."""
        return f"{self.prefix}line"

    @property
    def due(self) -> str:
        """When each chat's line is to be handed out."""
        return f"{self.prefix}due"

    @property
    def turn(self) -> str:
        """When the next send may leave."""
        return f"{self.prefix}turn"

    @property
    def lead(self) -> str:
        """Which process listens to the platform."""
        return f"{self.prefix}lead"

    @property
    def inbox(self) -> str:
        """What the platform brought and nobody has answered yet."""
        return f"{self.prefix}inbox"

    @property
    def brought(self) -> str:
        """The numbers of what it brought lately."""
        return f"{self.prefix}brought"

    @property
    def inbox_wake(self) -> str:
        """The list that whoever listens blocks on."""
        return f"{self.wake}:inbox"

    @property
    def suspended(self) -> str:
        """Chats that cannot be reached, and why."""
        return f"{self.prefix}suspended"

    @property
    def preferences(self) -> str:
        """What chats have set."""
        return f"{self.prefix}preferences"

    @property
    def boards(self) -> str:
        """Which messages show the board."""
        return f"{self.prefix}boards"

    @property
    def digests(self) -> str:
        """When each chat's next digest is due."""
        return f"{self.prefix}digests"

    @property
    def links(self) -> str:
        """With which chats of other platforms chats are linked."""
        return f"{self.prefix}links"

    @property
    def conditions(self) -> str:
        """Who muted something until a condition is true."""
        return f"{self.prefix}conditions"

    @property
    def dead(self) -> str:
        """Letters that were given up, and why."""
        return f"{self.prefix}dead"

    @property
    def dead_at(self) -> str:
        """When each of them was given up."""
        return f"{self.prefix}dead:at"

    @property
    def wake(self) -> str:
        """The list a sender blocks on."""
        return f"{TAG}:wake:{self.platform}"

    def subscribers(self, topic: str) -> str:
        """Who hears a topic, in the order of joining."""
        return f"{self.prefix}sub:{topic}"

    def chat(self, member: str) -> str:
        """The topics a chat hears."""
        return f"{self.prefix}chat:{member}"

    def taken(self, sender: str) -> str:
        """What a sender was handed out last."""
        return f"{self.prefix}taken:{sender}"

    def own_rules(self, member: str) -> str:
        """The rules that a chat made for itself."""
        return f"{self.prefix}own:chat:{member}"

    def job(self, job: str) -> str:
        """One alert's broadcast on this platform."""
        return f"{self.prefix}job:{job}"
