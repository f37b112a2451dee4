"""How errors end a command."""

import pytest

from bot import cli
from bot.ports import StoreUnavailable
from bot.settings import WrongSetting
from bot.stores.codec import DamagedValue


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (WrongSetting("PORT must be a number."), 78),
        (StoreUnavailable("Redis cannot be reached."), 69),
        (DamagedValue("state of rule x", "it is no JSON"), 69),
    ],
)
def test_an_error_for_the_person_is_its_sentence_and_its_code(
    capsys: pytest.CaptureFixture[str], error: Exception, code: int
) -> None:
    assert cli._refuse(error) == code
    assert capsys.readouterr().err == f"{error}\n"


def test_what_failed_inside_a_task_is_told_like_what_failed_outside() -> None:
    inner = ExceptionGroup("tasks", [WrongSetting("PORT must be a number.")])
    assert cli._first_leaf(ExceptionGroup("tasks", [inner])) is inner.exceptions[0]


def test_a_bug_is_logged_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    assert cli._refuse(ZeroDivisionError()) == 70
    assert caplog.records[0].exc_info is not None
