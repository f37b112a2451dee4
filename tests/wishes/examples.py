"""All that a chat can set, as hypothesis draws it."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from bot.language import LANGUAGES
from bot.manners import OWN, RECOVERS
from bot.model import Condition, DigestTime, Indicator, Mute, OwnRule, Preferences, QuietHours
from bot.own.words import text
from bot.studies.asked import rule_ids
from bot.topics import TOPICS
from bot.wishes.settings import URGENT
from bot.wishes.spans import LONGEST
from bot.wishes.zones import zones
from tests.own.typed import BY_KEY, CONDITIONS, INDICATORS

NOW = datetime(2026, 11, 25, 12, 3, 7, 250_000, tzinfo=UTC)
ZONES = st.sampled_from(zones())
CLOCKS = st.times().map(lambda at: at.replace(second=0, microsecond=0))
RULES = tuple(sorted({*rule_ids(INDICATORS)} - TOPICS.keys()))
FIRING = sorted(rule.id for each in INDICATORS for rule in each.rules)

QUIET = st.builds(QuietHours, CLOCKS, CLOCKS).filter(lambda quiet: quiet.begin != quiet.end)
DIGESTS = st.builds(DigestTime, CLOCKS, st.one_of(st.none(), st.integers(0, 6)))
UNTIL = st.timedeltas(timedelta(seconds=1), LONGEST).map(lambda span: NOW + span)


def condition_text(condition: Condition) -> str:
    """A condition as a mute keeps it."""
    known: dict[str, Indicator] = BY_KEY
    return text(OwnRule((condition,)), known)


ENDS = st.one_of(
    st.just(Mute()),
    UNTIL.map(lambda until: Mute(until=until)),
    CONDITIONS.map(lambda condition: Mute(condition=condition_text(condition))),
)


@st.composite
def mutes(draw: st.DrawFn, numbers: int = 0) -> Mute:
    """What /mute can make, in a chat with so many alerts of its own."""
    end = draw(ENDS)
    named = [Mute(topic=topic) for topic in (*TOPICS, OWN)]
    named += [Mute(rule=rule) for rule in (*RULES, *map(str, range(1, numbers + 1)))]
    what = draw(st.sampled_from([Mute(), *named]))
    may_recover = what.rule in FIRING or what.rule.isdecimal()
    if may_recover and draw(st.booleans()):
        return Mute(rule=what.rule, condition=RECOVERS)
    return Mute(what.topic, what.rule, end.until, end.condition)


def preferences(numbers: int = 0) -> st.SearchStrategy[Preferences]:
    """All that a chat with so many alerts of its own can set."""
    return st.builds(
        Preferences,
        language=st.sampled_from(["", *LANGUAGES]),
        zone=ZONES,
        quiet=st.one_of(st.none(), QUIET),
        urgent=st.sets(st.sampled_from(URGENT)).map(
            lambda names: tuple(each for each in URGENT if each in names)
        ),
        digest=st.one_of(st.none(), DIGESTS),
        mutes=st.lists(
            mutes(numbers), max_size=5, unique_by=lambda mute: (mute.topic, mute.rule)
        ).map(tuple),
    )
