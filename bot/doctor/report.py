"""Findings as a table for a terminal, as lines for a pipe, as JSON for machines."""

import json
import textwrap
from collections.abc import Sequence

from bot.ports import Finding, State

COLOURS = {State.OK: "32", State.WARN: "33", State.FAIL: "31;1"}
"""https://en.wikipedia.org/wiki/ANSI_escape_code#Select_Graphic_Rendition_parameters"""
LONGEST_SUBJECT = 40
LEAST_WIDTH = 24


def as_json(findings: Sequence[Finding]) -> str:
    """A list of objects; the names of their members are a contract."""
    return json.dumps(
        [
            {
                "subject": each.subject,
                "state": each.state,
                "sound": each.sound,
                "found": each.found,
                "advice": each.advice,
                "facts": dict(each.facts),
            }
            for each in findings
        ],
        indent=2,
    )


def as_lines(findings: Sequence[Finding]) -> str:
    """A line each, to be searched."""
    return "\n".join(
        f"{each.state:<4}  {each.subject}: {each.found}.{f' {each.advice}' if each.advice else ''}"
        for each in findings
    )


def as_table(findings: Sequence[Finding], columns: int, *, coloured: bool) -> str:
    """Columns for state, subject and what was found, what to do below, and a count at the end."""
    longest = max((len(each.subject) for each in findings), default=0)
    subject = min(longest, LONGEST_SUBJECT)
    indent = " " * (len("warn") + subject + 4)
    width = max(columns - len(indent), LEAST_WIDTH)
    lines = []
    for each in findings:
        state = _painted(f"{each.state:<4}", each.state, coloured=coloured)
        told = textwrap.wrap(each.found, width) or [""]
        told += textwrap.wrap(each.advice, width, initial_indent="→ ", subsequent_indent="  ")
        lines += [f"{state}  {each.subject:<{subject}}  {told[0]}", *(indent + t for t in told[1:])]
    return "\n".join([*lines, "", _sum(findings)])


def _painted(text: str, state: State, *, coloured: bool) -> str:
    return f"\x1b[{COLOURS[state]}m{text}\x1b[0m" if coloured else text


def _sum(findings: Sequence[Finding]) -> str:
    counts = {state: sum(each.state is state for each in findings) for state in State}
    verdict = "The essentials do not work." if counts[State.FAIL] else "The essentials work."
    return f"{verdict} {counts[State.FAIL]} fail, {counts[State.WARN]} warn, {counts[State.OK]} ok."
