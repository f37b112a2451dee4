"""What docs/operations.md names, there is."""

import re
import shlex
from pathlib import Path

import pytest

from bot import cli
from bot.stores import migrations
from bot.stores.migrations import FIRST_VERSION, known

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
COMMANDS = sorted(set(re.findall(r"python -m bot ([a-z][a-z -]*[a-z])", TEXT)))
RUNBOOKS = (
    "The poller is silent",
    "A source is blind",
    "Alerts wait",
    "Dead letters",
    "The platform says slow down",
    "The loop lags",
    "Redis is away",
)
"""The alert rules of Prometheus lead to these."""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_one(command: str) -> None:
    cli._parser().parse_args(shlex.split(command))


def test_every_exit_code_is_explained() -> None:
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", TEXT, re.MULTILINE)}
    codes = {each for name, each in vars(cli).items() if re.fullmatch("EXIT_(?!CODES).*", name)}
    assert told == {0, *codes}


def test_every_runbook_is_there() -> None:
    headings = re.findall(r"^### (.+)$", TEXT, re.MULTILINE)
    assert set(RUNBOOKS) <= set(headings)


def test_every_file_is_there() -> None:
    for name in re.findall(r"`((?:deploy|bot|docs)/[\w./-]+)`", TEXT):
        assert (ROOT / name).exists(), name
    for link in re.findall(r"\]\(([^)#]+)", TEXT):
        assert (ROOT / "docs" / link).exists(), link


def test_the_version_of_the_layout_is_the_one_it_says() -> None:
    assert f"The version is {FIRST_VERSION + len(known(migrations))} now." in TEXT
