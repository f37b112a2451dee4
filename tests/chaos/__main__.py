"""The chaos test as a program: python -m tests.chaos --seed 7.

It prints a table and ends with 1 when anything was lost, came out of order, came more often than
the faults can explain, or when a chat was suspended that takes messages.
"""

import argparse
import asyncio
import random
import sys
from collections.abc import Sequence

from tests.chaos.plan import Deed
from tests.chaos.run import run
from tests.chaos.scene import Asked
from tests.chaos.schedule import MOST_ALERTS
from tests.chaos.table import failures, table


def main(arguments: Sequence[str] | None = None) -> int:
    """Run once; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, help="decides what goes wrong when; default: any")
    parser.add_argument("--seconds", type=float, default=120.0, help="of faults")
    parser.add_argument("--subscribers", type=int, default=20_000)
    parser.add_argument(
        "--alerts", type=int, default=30, choices=range(1, MOST_ALERTS), metavar="N"
    )
    parser.add_argument("--settle-seconds", type=float, default=240.0, help="at most, afterwards")
    parser.add_argument("--discord-share", type=float, default=0.05, help="of the subscribers")
    parser.add_argument("--free", action="store_true", help="30 a second on Telegram, not 1000")
    parser.add_argument(
        "--only", nargs="+", choices=[deed.flag for deed in Deed], metavar="DEED",
        help=f"what goes wrong, instead of everything: {', '.join(deed.flag for deed in Deed)}",
    )  # fmt: skip
    given = parser.parse_args(arguments)
    seed = random.randrange(10_000) if given.seed is None else given.seed  # noqa: S311 - a plan
    sys.stderr.write(f"seed {seed}\n")
    asked = Asked(
        seed=seed,
        seconds=given.seconds,
        subscribers=given.subscribers,
        alerts=given.alerts,
        settle_seconds=given.settle_seconds,
        is_paid=not given.free,
        discord_share=given.discord_share,
        kinds=tuple(deed for deed in Deed if not given.only or deed.flag in given.only),
    )
    report = asyncio.run(run(asked))
    sys.stdout.write(f"{table(report)}\n")
    return 1 if failures(report) else 0


if __name__ == "__main__":
    sys.exit(main())
