"""The table at the end of a run, and whether it passed."""

from collections.abc import Iterator, Mapping

from bot.cli import EXIT_CONFIG, EXIT_UNAVAILABLE
from tests.chaos.judge import Verdict
from tests.chaos.plan import PLATFORMS, Deed
from tests.chaos.run import Report

FORGIVEN = frozenset({EXIT_CONFIG, EXIT_UNAVAILABLE})
"""A process that is started while Redis is away says so and ends."""


def failures(report: Report) -> list[str]:
    """What did not go as it must, in words; empty for a run that passed."""
    total = sum(report.verdicts.values(), Verdict())
    wrong: dict[str, object] = {
        "nothing was expected": not total.expected,
        "not all was delivered in time": not report.settled,
        f"{total.lost} lost": total.lost,
        f"{total.disordered} out of order": total.disordered,
        f"{total.unasked} that nobody asked for": total.unasked,
        f"{total.wrongly} suspended wrongly": total.wrongly,
        f"{sum(report.dead.values())} given up": sum(report.dead.values()),
    }
    for platform, allowed in _allowed(report).items():
        copies = report.verdicts[platform].copies
        wrong[f"{copies} copies on {platform}"] = copies > allowed
    for name, codes in report.own_ends.items():
        bad = sorted(set(codes) - FORGIVEN)
        wrong[f"{name} ended with {bad}"] = bad
    return [words for words, holds in wrong.items() if holds]


def table(report: Report) -> str:
    """The whole of it."""
    return "\n".join([*_head(report), "", *_figures(report), "", *_deeds(report), *_foot(report)])


def _head(report: Report) -> Iterator[str]:
    asked = report.asked
    yield (
        f"seed {asked.seed}: {asked.subscribers} chats, {asked.alerts} alerts, "
        f"{asked.seconds:.0f} s of faults; took {report.seconds:.0f} s, "
        f"{report.cpu_seconds:.0f} s of CPU"
    )


def _figures(report: Report) -> Iterator[str]:
    """One column a platform, and one for all."""
    columns = [report.verdicts[each] for each in PLATFORMS]
    columns.append(sum(columns, Verdict()))
    allowed = list(_allowed(report).values())
    dead = [report.dead[each] for each in PLATFORMS]
    rows: dict[str, list[int]] = {
        "letters expected": [each.expected for each in columns],
        "delivered": [each.delivered for each in columns],
        "lost (must be 0)": [each.lost for each in columns],
        "given up (must be 0)": [*dead, sum(dead)],
        "messages that came twice": [each.copies for each in columns],
        "  of at most": [*allowed, sum(allowed)],
        "out of order (must be 0)": [each.disordered for each in columns],
        "not asked for (must be 0)": [each.unasked for each in columns],
        "chats suspended rightly": [each.rightly for each in columns],
        "suspended wrongly (must be 0)": [each.wrongly for each in columns],
    }
    rows["messages taken"] = _counted(report, "delivered")
    rows["repeats that Discord swallowed"] = _counted(report, "repeats")
    limited = [_outside_storms(report, each) for each in PLATFORMS]
    rows["429 but for storms"] = [*limited, sum(limited)]
    yield f"{'':32}" + "".join(f"{name:>10}" for name in (*PLATFORMS, "all"))
    for name, numbers in rows.items():
        yield f"{name:32}" + "".join(f"{number:>10}" for number in numbers)


def _allowed(report: Report) -> Mapping[str, int]:
    return {"telegram": sum(report.copies_allowed.values()), "discord": 0}


def _counted(report: Report, name: str) -> list[int]:
    numbers = [int(report.counters[each][name]) for each in PLATFORMS]
    return [*numbers, sum(numbers)]


def _outside_storms(report: Report, platform: str) -> int:
    limited: Mapping[str, int] = report.counters[platform]["limited"]
    return sum(count for kind, count in limited.items() if kind != "storm")


def _deeds(report: Report) -> Iterator[str]:
    for deed in Deed:
        counts = [report.done.get((deed, each), 0) for each in PLATFORMS]
        yield f"{deed:32}" + "".join(f"{count:>10}" for count in (*counts, sum(counts)))


def _foot(report: Report) -> Iterator[str]:
    for platform in PLATFORMS:
        counters = report.counters[platform]
        for what in ("faults", "limited", "refused"):
            counts = sorted(counters[what].items())
            yield f"{platform} {what}: " + ", ".join(f"{name} {n}" for name, n in counts)
    causes = ", ".join(f"{cause} {n}" for cause, n in report.copies_allowed.items())
    yield f"telegram copies allowed: {causes}"
    for name, codes in report.own_ends.items():
        ends = ", ".join(f"{code} x{times}" for code, times in codes.items())
        yield f"{name} ended by itself, exit code {ends}"
    yield from report.last_words
    wrong = failures(report)
    yield f"FAILED: {'; '.join(wrong)}" if wrong else "passed"
