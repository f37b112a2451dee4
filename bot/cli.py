"""The command line: parse, call, print, exit code."""

import argparse
import asyncio
import logging
import shutil
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from bot import app, as_json, chart_file, charts, doctor, errands, logs, replay, settings
from bot.chart_file import UnwritableChart
from bot.demo import show
from bot.environment import colours_are_welcome
from bot.fetcher import Fetched
from bot.messages import plain, status
from bot.migrating import NothingToMigrate, migrate, summary
from bot.parts import find_indicators, find_platform_names
from bot.ports import StaleLeader, State, StoreInUse, StoreUnavailable
from bot.progress import migrating_bar, progress_bar, replay_bar
from bot.registry import BrokenPlugin
from bot.replay import UnusableRecording
from bot.settings import Settings, WrongSetting
from bot.stores.connect import UnsupportedServer
from bot.stores.copying import CannotCopy
from bot.stores.embedded import EmbeddedServerError
from bot.stores.schema import UnknownLayout

log = logging.getLogger(__name__)

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_NO_INPUT = 66
EXIT_UNAVAILABLE = 69
EXIT_SOFTWARE = 70
EXIT_CANNOT_CREATE = 73
EXIT_BUSY = 75
EXIT_CONFIG = 78
EXIT_INTERRUPTED = 130
"""Exit codes as sysexits.h has them, and 128 + SIGINT as shells do."""

ALL_LOADED = "Every past that can be asked for is loaded already.\n"

EXIT_CODES: dict[type[Exception], int] = {
    WrongSetting: EXIT_CONFIG,
    UnsupportedServer: EXIT_CONFIG,
    UnknownLayout: EXIT_CONFIG,
    EmbeddedServerError: EXIT_CONFIG,
    NothingToMigrate: EXIT_NO_INPUT,
    CannotCopy: EXIT_CANNOT_CREATE,
    StoreInUse: EXIT_BUSY,
    UnusableRecording: EXIT_NO_INPUT,
    UnwritableChart: EXIT_CANNOT_CREATE,
    StoreUnavailable: EXIT_UNAVAILABLE,
    StaleLeader: EXIT_UNAVAILABLE,
    BrokenPlugin: EXIT_SOFTWARE,
}
"""Errors whose text is one sentence for the person who typed the command."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the process's exit code."""
    chosen = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = chosen.command
    try:
        return command(chosen)
    except tuple(EXIT_CODES) as error:
        return _refuse(error)
    except ExceptionGroup as group:
        return _refuse(_first_leaf(group))
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of our output went away; there is nobody left to tell.
        sys.stderr.close()
        return EXIT_FAILED


def _refuse(error: Exception) -> int:
    for kind, code in EXIT_CODES.items():
        if isinstance(error, kind):
            return _fail(str(error), code)
    log.critical("the bot stops because of a bug in it", exc_info=error)
    return EXIT_SOFTWARE


def _first_leaf(group: ExceptionGroup[Exception]) -> Exception:
    first = group.exceptions[0]
    return _first_leaf(first) if isinstance(first, ExceptionGroup) else first


def _fail(sentence: str, code: int) -> int:
    sys.stderr.write(f"{logs.without_secrets(sentence)}\n")
    return code


def _settings() -> Settings:
    loaded = settings.load()
    logs.set_up(loaded.secrets, loaded.log_format)
    return loaded


def _run(_: argparse.Namespace) -> int:
    asyncio.run(app.run(_settings(), app.Roles(), greeting=app.GREETING))
    return 0


def _poll(chosen: argparse.Namespace) -> int:
    loaded = _settings()
    if not chosen.once:
        asyncio.run(app.run(loaded, app.Roles(platforms=frozenset())))
        return 0
    answers = asyncio.run(errands.poll_once(loaded))
    if answers is None:
        return _fail("Another process polls already.", EXIT_BUSY)
    if not answers:
        return _fail("Every source is switched off; see SOURCES_OFF.", EXIT_CONFIG)
    for answer in answers:
        got = answer.error or f"{len(answer.observations)} values"
        sys.stdout.write(f"{answer.feed.name}: {got}\n")
    return EXIT_FAILED if all(answer.error for answer in answers) else 0


def _deliver(chosen: argparse.Namespace) -> int:
    loaded = _settings()
    platforms = None if chosen.platform is None else frozenset({chosen.platform})
    if chosen.redrive:
        counts = asyncio.run(errands.redrive(loaded, platforms))
        told = [
            f"{name}: {count} dead letters are on their way again"
            for name, count in counts.items()
            if count
        ]
        sys.stdout.write("\n".join([*told, ""]) or "There are no dead letters.\n")
    if platforms is not None:
        asyncio.run(app.run(loaded, app.Roles(polls=False, platforms=platforms)))
    elif not chosen.redrive:
        return _fail(f"Say where: deliver --platform {' or '.join(_places())}.", EXIT_USAGE)
    return 0


def _places() -> list[str]:
    """Where a process that has no terminal can deliver."""
    return [name for name in find_platform_names() if name != app.CONSOLE]


def _doctor(chosen: argparse.Namespace) -> int:
    loaded, wrong = settings.load_what_can_be()
    logs.set_up(loaded.secrets, loaded.log_format, level=logging.WARNING)
    with progress_bar() as told:
        findings = asyncio.run(doctor.examine(loaded, wrong, told))
    if chosen.json:
        text = doctor.as_json(findings)
    elif sys.stdout.isatty():
        columns = shutil.get_terminal_size().columns
        text = doctor.as_table(findings, columns, coloured=colours_are_welcome())
    else:
        text = doctor.as_lines(findings)
    sys.stdout.write(f"{text}\n")
    return EXIT_FAILED if any(each.state is State.FAIL for each in findings) else 0


def _demo(chosen: argparse.Namespace) -> int:
    logs.set_up((), "text")
    asyncio.run(show.run(chosen.seconds))
    return 0


def _replay(chosen: argparse.Namespace) -> int:
    recording = replay.read(chosen.folder)
    if recording.unused:
        sys.stderr.write(f"Not watched yet, left out: {', '.join(recording.unused)}\n")
    # Told before the work; the alerts are worth printing all the same.
    refused = _refused_chart(chosen.chart)
    indicators = find_indicators()
    printed = []
    with replay_bar(recording, chosen.until) as bar:
        for alert in replay.replay(recording, indicators, chosen.until, progress=bar.told):
            day = alert.decided_at.date()
            if chosen.since is None or day >= chosen.since:
                text = as_json.alert(alert) if chosen.json else f"{day}  {plain(alert.message)}\n"
                bar.say(f"{text}\n")
                printed.append(alert)
    if chosen.chart is not None and not refused:
        shown = (recording.observations, printed, indicators, chosen.since, chosen.until)
        chart_file.write(
            chosen.chart, charts.image(charts.figure(*shown), chart_file.suffix(chosen.chart))
        )
    return refused


def _refused_chart(path: Path | None) -> int:
    """The exit code if a chart is wanted that cannot be written, else 0."""
    try:
        if path is not None:
            chart_file.check(path)
    except UnwritableChart as error:
        return _refuse(error)
    return 0


def _backfill(_: argparse.Namespace) -> int:
    loaded = _settings()
    with progress_bar() as told:
        answers = asyncio.run(errands.backfill(loaded, told))
    if answers is None:
        return _fail("Another process polls already; stop it, or let it load the past.", EXIT_BUSY)
    failed = [answer for answer in answers if answer.error]
    for answer in sorted(answers, key=lambda each: each.feed.name):
        got = f"not loaded: {answer.error}" if answer.error else _extent(answer)
        sys.stdout.write(f"{answer.feed.name}: {got}\n")
    done = len(answers) - len(failed)
    sys.stdout.write(f"{done} of {len(answers)} missing pasts loaded.\n" if answers else ALL_LOADED)
    return EXIT_FAILED if failed and not done else 0


def _extent(answer: Fetched) -> str:
    days = [each.day for each in answer.observations]
    return f"{len(days)} values, {min(days)} to {max(days)}" if days else "nothing new"


def _status(chosen: argparse.Namespace) -> int:
    snapshot = asyncio.run(errands.look(_settings()))
    text = as_json.status(snapshot) if chosen.json else plain(status(snapshot))
    sys.stdout.write(f"{text}\n")
    return 0


def _migrate(_: argparse.Namespace) -> int:
    loaded = _settings()
    with migrating_bar() as progress:
        copied = asyncio.run(migrate(loaded, progress))
    sys.stdout.write(summary(copied, loaded.data_dir))
    return 0 if copied.same else EXIT_FAILED


def _env(_: argparse.Namespace) -> int:
    sys.stdout.write(settings.example())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    def add(
        name: str, command: Callable[[argparse.Namespace], int], summary: str
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=summary, description=summary)
        added.set_defaults(command=command)
        return added

    add("run", _run, "poll, deliver and chat, all in this process")
    poll = add("poll", _poll, "only poll the sources")
    poll.add_argument("--once", action="store_true", help="poll every source once and stop")
    deliver = add("deliver", _deliver, "only deliver and chat on one platform")
    deliver.add_argument("--platform", choices=_places(), help="where to deliver")
    deliver.add_argument(
        "--redrive",
        action="store_true",
        help="put dead letters on their way again; without --platform, only that",
    )
    health = add(
        "doctor", _doctor, "whether all that the bot needs works, and what to do where not"
    )
    health.add_argument("--json", action="store_true", help="for machines")
    demo = add("demo", _demo, "a simulated market in about a minute; needs nothing")
    demo.add_argument("--seconds", type=_seconds, default=60.0, metavar="S", help="how long")
    past = add("replay", _replay, "what would have been sent over recorded history")
    past.add_argument("folder", type=Path, metavar="DIR", help="holds <series>.csv files")
    past.add_argument("--from", dest="since", type=_day, metavar="D", help="print from this day on")
    past.add_argument("--to", dest="until", type=_day, metavar="D", help="stop after this day")
    past.add_argument("--json", action="store_true", help="one alert a line")
    past.add_argument("--chart", type=Path, metavar="FILE", help="draw the cycle, such as out.png")
    add("backfill", _backfill, "load the past of every series that is not loaded yet")
    shown = add("status", _status, "where everything stands now")
    shown.add_argument("--json", action="store_true", help="for machines")
    add("migrate", _migrate, "bring all that the embedded server keeps to REDIS_URL")
    add("env", _env, "print .env.example, made from the settings")
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day like 2016-11-01") from None


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds <= 3600:  # noqa: PLR2004 - from a second to an hour.
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 3600")
    return seconds
