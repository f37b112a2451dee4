"""A bound on how long each of many waits may take, for the price of one timer in all.

`asyncio.timeout` does the same with a timer for every wait; where a wait comes with each message,
that is a sixteenth of all that a message costs.
"""

import asyncio
from types import TracebackType


class Patience:
    """Lets every wait take equally long: so they run out in the order in which they began."""

    def __init__(self, seconds: float) -> None:
        """Take how long each may take."""
        self._seconds = seconds
        self._waits: dict[Wait, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    def wait(self) -> "Wait":
        """A context of the present task, in which TimeoutError is raised once it takes too long."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("nothing but a task can be interrupted")
        return Wait(self, task)

    def begin(self, wait: "Wait") -> None:
        """A wait begins."""
        loop = asyncio.get_running_loop()
        wait.ends = loop.time() + self._seconds
        self._waits[wait] = None
        if self._timer is None:
            self._timer = loop.call_at(wait.ends, self._look, loop)

    def end(self, wait: "Wait") -> None:
        """A wait is over, in time or not."""
        self._waits.pop(wait, None)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now, self._timer = loop.time(), None
        for wait in list(self._waits):
            if wait.ends > now:
                self._timer = loop.call_at(wait.ends, self._look, loop)
                return
            del self._waits[wait]
            wait.run_out()


class Wait:
    """One of them; entered once."""

    __slots__ = ("_cancellations", "_patience", "_ran_out", "_task", "ends")

    def __init__(self, patience: Patience, task: asyncio.Task[object]) -> None:
        self._patience = patience
        self._task = task
        self._cancellations = task.cancelling()
        self._ran_out = False
        self.ends = 0.0
        """On the loop's clock."""

    def run_out(self) -> None:
        """Interrupt whoever waits."""
        self._ran_out = True
        self._task.cancel()

    def __enter__(self) -> None:
        self._patience.begin(self)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._patience.end(self)
        # As in asyncio.timeout: a cancellation that came from elsewhere goes before this one.
        if (
            self._ran_out
            and self._task.uncancel() <= self._cancellations
            and kind is asyncio.CancelledError
        ):
            raise TimeoutError from error
