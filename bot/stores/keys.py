"""Every Redis key, in one place.

All keys carry the hash tag `{nf}`, so that they share one slot of a Redis Cluster and a script may
touch any of them. `<plat>` is a platform's name, `<member>` a `Chat.member`, `<job>` an alert's id,
and a parcel is `<job>|<member>`.

    {nf}:series:<series>:<vendor>  HASH  day -> [value, as_of, observed_at, final, note if any]
    {nf}:reading                   HASH  indicator -> Reading
    {nf}:history                   HASH  <series>:<feed> -> History
    {nf}:state                     HASH  rule instance -> RuleState
    {nf}:health                    HASH  feed -> FeedHealth; held/<series>/<vendor> and
                                         apart/<series>/<vendor> -> what is odd there
    {nf}:alerts                    ZSET  the newest alerts' ids by seq
    {nf}:alert                     HASH  the same alerts: id -> Alert
    {nf}:lead:poller               STR   who may poll; expires unless renewed
    {nf}:seq                       STR   counts subscriptions and jobs in the order they came
    {nf}:wake:<plat>               LIST  at most one token: there may be something to take
    {nf}:<plat>:sub:<topic>        ZSET  score = seq of joining, member = <member>
    {nf}:<plat>:chat:<member>      SET   the topics this chat hears
    {nf}:<plat>:suspended          HASH  <member> -> reason
    {nf}:<plat>:moved:<member>     STR   the chat's new <member>; expires with the last old job
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
    {nf}:<plat>:job:<job>          HASH  topic, or to (the only <member> that hears it), body,
                                         cur (last seq served), upto (last seq meant), created,
                                         ttl_at (ms), sent, dropped, suspended, expired
    {nf}:<plat>:ready              ZSET  score = seq: jobs that have recipients left
    {nf}:<plat>:fly                ZSET  score = end of lease or time of retry, ms: parcels
    {nf}:<plat>:att                HASH  parcel -> attempts, only those handed out again
    {nf}:<plat>:dropped            LIST  the newest parcels given up, with the reason
"""

from dataclasses import dataclass

TAG = "{nf}"
HISTORY = f"{TAG}:history"
STATE = f"{TAG}:state"
HEALTH = f"{TAG}:health"
READING = f"{TAG}:reading"
ALERT_ORDER = f"{TAG}:alerts"
ALERT = f"{TAG}:alert"
LEAD_POLLER = f"{TAG}:lead:poller"
SEQ = f"{TAG}:seq"
OWN_USES = f"{TAG}:own:uses"
OWN_SEEN = f"{TAG}:own:seen"


def series(series_key: str, vendor: str) -> str:
    """The days of one vendor's series."""
    return f"{TAG}:series:{series_key}:{vendor}"


def feed_series(series_key: str, feed: str) -> str:
    """The field of one feed's series in `HISTORY`."""
    return f"{series_key}:{feed}"


def own_rule(number: int, member: str) -> str:
    """A chat's own rule, as a member of the sets that find it; a number holds no colon."""
    return f"{number}:{member}"


def parcel(job: str, member: str) -> str:
    """One job for one chat, as a member of `fly`; a job's id never contains the separator."""
    return f"{job}|{member}"


@dataclass(frozen=True, slots=True)
class Lane:
    """The keys of one platform."""

    platform: str

    @property
    def prefix(self) -> str:
        """What every key of this platform except `wake` begins with."""
        return f"{TAG}:{self.platform}:"

    @property
    def ready(self) -> str:
        """Jobs that have recipients left."""
        return f"{self.prefix}ready"

    @property
    def fly(self) -> str:
        """Parcels handed out or waiting for a retry."""
        return f"{self.prefix}fly"

    @property
    def attempts(self) -> str:
        """How often a parcel was handed out."""
        return f"{self.prefix}att"

    @property
    def suspended(self) -> str:
        """Chats that cannot be reached, and why."""
        return f"{self.prefix}suspended"

    @property
    def dropped(self) -> str:
        """Parcels given up, newest first."""
        return f"{self.prefix}dropped"

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

    def moved(self, member: str) -> str:
        """Where a chat went."""
        return f"{self.prefix}moved:{member}"

    def own_rules(self, member: str) -> str:
        """The rules that a chat made for itself."""
        return f"{self.prefix}own:chat:{member}"

    def job(self, job: str) -> str:
        """One alert's broadcast on this platform."""
        return f"{self.prefix}job:{job}"
