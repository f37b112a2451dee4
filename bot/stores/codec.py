"""Our values as the JSON text that Redis holds, and back.

Fields that have their default value are left out, so a value written before a field existed reads
like one written today.
"""

from datetime import date, datetime
from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.model import Alert, FeedHealth, Message, Observation, Reading, RuleState
from bot.ports import History, StoreUnavailable

T = TypeVar("T")


class DamagedValue(StoreUnavailable):
    """A stored value cannot be read; the text says which, and what to do about it."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(
            f"The stored {where} cannot be read ({problem}): it was written by a newer version "
            "or by something else. Delete it, or run the version that wrote it."
        )


class Codec(Generic[T]):
    """One kind of value as JSON."""

    def __init__(self, kind: type[T]) -> None:
        self._adapter = TypeAdapter(kind)

    def dump(self, value: T) -> str:
        """The value as compact JSON."""
        return self._adapter.dump_json(value, exclude_defaults=True).decode()

    def load(self, text: str, where: str) -> T:
        """The value that was stored at `where`; raises DamagedValue."""
        try:
            return self._adapter.validate_json(text)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            field = ".".join(str(part) for part in first["loc"])
            problem = f"{field}: {first['msg']}" if field else first["msg"]
            raise DamagedValue(where, problem) from None


RULE_STATE = Codec(RuleState)
MESSAGE = Codec(Message)
ALERT = Codec(Alert)
FEED_HEALTH = Codec(FeedHealth)
HISTORY = Codec(History)
READING = Codec(Reading)
_DAY = Codec(tuple[float, datetime, datetime, bool])
_DAY_WITH_NOTE = Codec(tuple[float, datetime, datetime, bool, str])


def dump_day(observation: Observation) -> str:
    """An observation without what its key and field already say."""
    seen = (observation.value, observation.as_of, observation.observed_at, observation.final)
    return _DAY_WITH_NOTE.dump((*seen, observation.note)) if observation.note else _DAY.dump(seen)


def load_day(series: str, vendor: str, day: str, text: str) -> Observation:
    """The reverse of `dump_day`; raises DamagedValue."""
    where = f"value of {series} from {vendor} for {day}"
    if text.endswith(("true]", "false]")):
        (value, as_of, observed_at, final), note = _DAY.load(text, where), ""
    else:
        value, as_of, observed_at, final, note = _DAY_WITH_NOTE.load(text, where)
    try:
        parsed = date.fromisoformat(day)
    except ValueError:
        raise DamagedValue(where, "not a date") from None
    return Observation(series, vendor, parsed, value, as_of, observed_at, final, note)
