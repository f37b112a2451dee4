"""The table at the end of a run, and whether it passed."""

from collections.abc import Iterator

from tests.soak.judge import Figure, figures
from tests.soak.run import Report
from tests.soak.trouble import Trouble

WIDTH = 44


def failures(report: Report) -> list[str]:
    """The names of what did not hold; empty for a run that passed."""
    return [each.name.strip() for each in figures(report.evidence) if not each.holds]


def table(report: Report) -> str:
    """The whole of it."""
    return "\n".join([*_head(report), "", *_rows(report), "", *_foot(report)])


def _head(report: Report) -> Iterator[str]:
    asked = report.asked
    days = asked.minutes * 60 * asked.speed / 86_400
    yield (
        f"seed {asked.seed}: {asked.minutes:g} minutes at {asked.speed:g} times speed, "
        f"{days:.1f} market days; took {report.seconds:.0f} s"
    )
    yield (
        f"{report.requests} requests to providers, {report.said} commands, "
        f"{report.evidence.topic_alerts} alerts of topics, {report.evidence.swings.fired} of chats "
        "on Bitcoin's price"
    )


def _rows(report: Report) -> Iterator[str]:
    yield f"{'':{WIDTH}}{'second half':>34}  allowed"
    for each in figures(report.evidence):
        if each.holds and _is_dull(each):
            continue
        mark = "" if each.holds else "  <-- FAILED"
        yield f"{each.name:{WIDTH}}{each.value:>34}  {each.bound}{mark}"


def _is_dull(figure: Figure) -> bool:
    """A kind of keys of which there were never any to speak of."""
    return figure.value.startswith(("0 → 0 ", "1 → 1 "))


def _foot(report: Report) -> Iterator[str]:
    yield "went wrong: " + ", ".join(f"{t} {report.done.get(t, 0)}" for t in Trouble)
    yield "pages: " + ", ".join(f"{path} {status}" for path, status in report.pages.items())
    yield "tasks: " + ", ".join(f"{name} {count}" for name, count in report.evidence.tasks.items())
    last = report.evidence.at_rest
    yield f"jobs that Redis keeps: {last.keys.get('job', 0)}, {last.job_bytes:,} bytes"
    yield from report.evidence.complaints[:20]
    wrong = failures(report)
    yield f"FAILED: {'; '.join(wrong)}" if wrong else "passed"
