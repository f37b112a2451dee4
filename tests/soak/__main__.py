"""The long run as a program: python -m tests.soak --minutes 20.

It prints a table and ends with 1 when memory, tasks or anything in Redis grew by more than is
allowed, when an alert was lost or invented, or when the bot did not end as it should.
"""

import argparse
import asyncio
import random
import sys
from collections.abc import Sequence

from tests.soak.run import run
from tests.soak.scene import Asked
from tests.soak.subject import Plant
from tests.soak.table import failures, table


def main(arguments: Sequence[str] | None = None) -> int:
    """Run once; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--speed", type=float, default=1000.0, help="of the market's clock")
    parser.add_argument("--seed", type=int, help="decides what goes wrong when; default: any")
    parser.add_argument("--settle-seconds", type=float, default=300.0, help="at most, afterwards")
    parser.add_argument(
        "--plant", type=Plant, choices=list(Plant), default=Plant.NOTHING,
        help="break the bot on purpose, to see that the run fails",
    )  # fmt: skip
    given = parser.parse_args(arguments)
    seed = random.randrange(10_000) if given.seed is None else given.seed  # noqa: S311 - a plan
    sys.stderr.write(f"seed {seed}\n")
    asked = Asked(seed, given.minutes, given.speed, given.settle_seconds, given.plant)
    report = asyncio.run(run(asked))
    sys.stdout.write(f"{table(report)}\n")
    return 1 if failures(report) else 0


if __name__ == "__main__":
    sys.exit(main())
