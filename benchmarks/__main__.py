"""Run every measurement and say whether it reaches its target."""

import asyncio
import json
import sys

from benchmarks import drawing, fanout, footprint, own_rules, path, polling, sending, sizing, start
from benchmarks.figure import Figure


async def measure() -> list[Figure]:
    """All figures, one measurement after the other: they would slow each other."""
    return [
        await start.measure(),
        await footprint.measure(),
        await path.measure(),
        *await drawing.measure(),
        *await polling.measure(),
        *await own_rules.measure(),
        *await fanout.measure(),
        *await sending.measure(),
        *await sizing.measure(),
    ]


def main() -> int:
    """Print a line of JSON a figure; fails when one misses its target."""
    figures = asyncio.run(measure())
    for figure in figures:
        print(json.dumps(figure.told()))
    return 0 if all(figure.reached for figure in figures) else 1


sys.exit(main())
