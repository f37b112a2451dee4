"""What the program never does, however it is asked: no shell, no pickle, no eval.

Ruff's security rules look for all of it; here stands what is excused from them, and what they miss.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXCUSED = {
    ("bot/adapters/discord/errors.py", "S105"): "a sentence about a token",
    ("bot/adapters/telegram/webhook.py", "S105"): "the name of a header",
    ("bot/doctor/machine.py", "S104"): "addresses that stand for this machine",
    ("bot/fetcher.py", "S311"): "chance that spreads requests, and keeps no secret",
    ("bot/settings.py", "S104"): "the status page is there to be seen",
    ("bot/stores/embedded.py", "S603"): "starts the embedded server, with our own words",
    ("bot/stores/tether.py", "S606"): "becomes the embedded server, without a shell",
}
"""All that is excused from a security rule."""
EVALUATING = {"eval", "exec", "compile", "__import__", "breakpoint", "input"}
STARTING = {"Popen", "run", "call", "check_call", "check_output", "getoutput", "getstatusoutput"}
PROCESSES = {
    ("bot/stores/embedded.py", "Popen"),
    ("bot/stores/tether.py", "execv"),
    ("bot/pictures/artist.py", "create_subprocess_exec"),
}
"""Where another program is started, and how: each time with a list of our own words."""
OTHERS = re.compile(r"system|popen|exec[lv]p?e?|spawn.*|posix_spawn.*|create_subprocess_.*")


def ours() -> Iterator[tuple[str, str]]:
    for folder in ("bot", "handlers"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def called() -> Iterator[tuple[str, str, str, ast.Call]]:
    """Every call, with its file, what it is called of, and its name."""
    for file, text in ours():
        for node in ast.walk(ast.parse(text)):
            match node:
                case ast.Call(func=ast.Name(id=name)):
                    yield file, "", name, node
                case ast.Call(func=ast.Attribute(attr=name, value=ast.Name(id=of))):
                    yield file, of, name, node


def test_nothing_else_is_excused_from_a_security_rule() -> None:
    found = {
        (file, rule)
        for file, text in ours()
        for excuse in re.findall(r"noqa: ([A-Z0-9, ]+)", text)
        for rule in re.findall(r"\bS[0-9]{3}\b", excuse)
    }
    assert found == EXCUSED.keys()
    assert not [file for file, text in ours() if re.search(r"noqa(?!: [A-Z])", text)]


def test_no_text_is_ever_evaluated() -> None:
    assert [(file, name) for file, of, name, _ in called() if not of and name in EVALUATING] == []


def test_other_programs_are_started_in_three_places_and_never_through_a_shell() -> None:
    found = {
        (file, name)
        for file, of, name, _ in called()
        if (of == "subprocess" and name in STARTING)
        or (of in ("os", "asyncio") and OTHERS.fullmatch(name))
    }
    assert found == PROCESSES
    assert not [file for file, _, _, call in called() if "shell" in {k.arg for k in call.keywords}]


def test_nothing_is_hashed_for_safety_with_a_broken_hash() -> None:
    """SHA-1 names scripts in Redis, as its protocol wants; for nothing else, and MD5 not at all."""
    found = {(file, name) for file, _, name, _ in called() if name in ("sha1", "md5")}
    assert found == {("bot/stores/scripts.py", "sha1")}


def test_the_page_on_security_names_tests_that_there_are() -> None:
    page = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:tests/)?[a-z_/]*test_[a-z_]+\.py)`", page))
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")}
    there |= {name.rpartition("/")[2] for name in there}
    assert len(named) > 20
    assert named <= there
