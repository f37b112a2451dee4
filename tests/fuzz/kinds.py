"""Every target, by the kind of what it reads."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module

from tests.fuzz.desk import open_desk
from tests.fuzz.target import Target


@contextmanager
def opened(kind: str) -> Iterator[Sequence[Target]]:
    """The targets of one kind; what is said to the program is said at a desk opened for it."""
    module = import_module(f"tests.fuzz.test_{kind}")
    if hasattr(module, "TARGETS"):
        yield list(module.TARGETS)
        return
    with open_desk() as say:
        yield list(module.targets(say))


def together(kind: str, among: Sequence[Target]) -> Target:
    """One target of several: the first byte says which of them reads the rest."""

    def read(data: bytes) -> None:
        if data:
            among[data[0] % len(among)].feed(data[1:])

    seeds = [bytes((n,)) + seed for n, each in enumerate(among) for seed in each.seeds]
    return Target(kind, read, tuple(seeds))
