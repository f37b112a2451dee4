"""How often a platform lets a key through: in any span, or in a span that the first one opens."""

from collections import deque
from collections.abc import Mapping
from typing import Any


class SlidingWindow:
    """At most `count` for a key in any span of `seconds`: Telegram's limits, Discord's global one.

    It holds no more than what was admitted in the span, however many keys there are.
    """

    def __init__(self, count: int, seconds: float) -> None:
        self.count = count
        self.seconds = seconds
        self._admitted: deque[tuple[float, str]] = deque()
        self._used: dict[str, int] = {}

    def wait_seconds(self, key: str, now: float) -> float:
        """How long until the key has room again; 0 when it has room now."""
        self._forget(now)
        if self._used.get(key, 0) < self.count:
            return 0.0
        oldest = next((at for at, admitted in self._admitted if admitted == key), now)
        return oldest + self.seconds - now

    def admit(self, key: str, now: float) -> None:
        """Count one; only what is admitted counts."""
        self._admitted.append((now, key))
        self._used[key] = self._used.get(key, 0) + 1

    def _forget(self, now: float) -> None:
        while self._admitted and self._admitted[0][0] <= now - self.seconds:
            _, key = self._admitted.popleft()
            self._used[key] -= 1
            if not self._used[key]:
                del self._used[key]


class Bucket:
    """At most `count` for a key from its first on, and afresh `seconds` later: Discord's routes."""

    def __init__(self, count: int, seconds: float) -> None:
        self.count = count
        self.seconds = seconds
        self._opened: dict[str, tuple[float, int]] = {}
        """By key, in the order of opening: when, and how many since."""

    def wait_seconds(self, key: str, now: float) -> float:
        """How long until the key has room again; 0 when it has room now."""
        return 0.0 if self.remaining(key, now) else self.reset_seconds(key, now)

    def admit(self, key: str, now: float) -> None:
        """Count one; only what is admitted counts."""
        opened, used = self._opened.get(key, (now, 0))
        self._opened[key] = (opened, used + 1)

    def remaining(self, key: str, now: float) -> int:
        """How many more fit before the bucket is emptied."""
        while self._opened and (first := next(iter(self._opened.items())))[1][0] <= (
            now - self.seconds
        ):
            del self._opened[first[0]]
        return self.count - self._opened.get(key, (now, 0))[1]

    def reset_seconds(self, key: str, now: float) -> float:
        """How long until the bucket is emptied."""
        return self._opened.get(key, (now, 0))[0] + self.seconds - now


Usual = tuple[type[SlidingWindow | Bucket], int, float]


class Limits:
    """A platform's windows by kind, each of which can be switched off or given other numbers.

    `usual` is what the platform itself permits: for each kind the window's class, count and
    seconds.
    """

    def __init__(self, usual: Mapping[str, Usual], *, on: bool) -> None:
        self._usual = usual
        self._windows: dict[str, SlidingWindow | Bucket] = {}
        self.order(on)

    def window(self, kind: str) -> SlidingWindow | Bucket | None:
        """The window of a kind, or None while it is off."""
        return self._windows.get(kind)

    def full(self, keys: Mapping[str, str], now: float) -> tuple[str, float] | None:
        """Admit a key to the window of each kind, or to none; gives what is full and for how long.

        Of several that are full it is the one with the longest wait, in seconds.
        """
        windows = [
            (kind, self._windows[kind], keys[kind]) for kind in keys if kind in self._windows
        ]
        longest, fullest = 0.0, ""
        for kind, window, key in windows:
            wait = window.wait_seconds(key, now)
            if wait > longest:
                longest, fullest = wait, kind
        if fullest:
            return fullest, longest
        for _, window, key in windows:
            window.admit(key, now)
        return None

    def order(self, value: Any) -> None:
        """True is the usual limits, False none; by kind it is that, or `[count, seconds]`."""
        orders: dict[str, Any] = (
            value if isinstance(value, dict) else dict.fromkeys(self._usual, value)
        )
        for kind, wanted in orders.items():
            if kind not in self._usual:
                raise ValueError(f"there is no limit {kind!r} here")
            of, count, seconds = self._usual[kind]
            if wanted is True:
                self._windows[kind] = of(count, seconds)
            elif wanted is False or wanted is None:
                self._windows.pop(kind, None)
            else:
                self._windows[kind] = of(int(wanted[0]), float(wanted[1]))

    def as_json(self) -> dict[str, tuple[int, float] | None]:
        """What holds now: count and seconds by kind, None for a limit that is off."""
        return {
            kind: (window.count, window.seconds) if (window := self.window(kind)) else None
            for kind in self._usual
        }
