"""Which jobs wait for a chat, so that no later one overtakes an earlier one."""

from dataclasses import dataclass

APART_SECONDS = 0.1
"""Between a chat's waiting jobs: more than the way to Redis varies, so that order holds."""
LOST_SECONDS = 5.0
"""A first one that is so late was left by its chat, expired, or was taken by another process."""


@dataclass(slots=True)
class _Queue:
    jobs: list[str]
    first_at: float


class Order:
    """Each chat's waiting jobs, oldest first; all times are on one monotonic clock."""

    def __init__(self) -> None:
        """Begin with nobody waiting."""
        self._queues: dict[str, _Queue] = {}

    def wait_seconds(self, chat: str, job: str, now: float) -> float:
        """How long a job has to wait behind older ones; 0 when it may go, and has left."""
        queue = self._queues.get(chat)
        if queue is None:
            return 0.0
        if queue.jobs[0] != job and now > queue.first_at + LOST_SECONDS:
            self._leave(chat, queue, now)
        if not queue.jobs:
            return 0.0
        if queue.jobs[0] == job:
            self._leave(chat, queue, now)
            return 0.0
        if job not in queue.jobs:
            queue.jobs.append(job)
        return max(0.0, queue.first_at - now) + APART_SECONDS * queue.jobs.index(job)

    def put_first(self, chat: str, job: str, until: float) -> None:
        """Let a job that may go wait until then, and whatever comes later behind it."""
        queue = self._queues.setdefault(chat, _Queue([], until))
        queue.jobs.insert(0, job)
        queue.first_at = until

    def _leave(self, chat: str, queue: _Queue, now: float) -> None:
        del queue.jobs[0]
        queue.first_at = now
        if not queue.jobs:
            del self._queues[chat]
