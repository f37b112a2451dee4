"""In whatever form text holds a secret, it is left out."""

import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.logs.redaction import Redaction

SECRET = 'pä"ss\\w/or d+🚀'


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        repr(SECRET)[1:-1],
        ascii(SECRET)[1:-1],
        repr(SECRET.encode())[2:-1],
    ],
)
def test_every_form_is_left_out(form: str) -> None:
    assert Redaction([SECRET])(f"<{form}>") == "<***>"


@given(st.lists(st.text()), st.text())
def test_no_secret_is_left_and_an_empty_one_hides_nothing(secrets: list[str], text: str) -> None:
    left = Redaction(secrets)(text)
    # What stands for a secret may itself look like one.
    assert not [each for each in secrets if each and set(each) - {"*"} and each in left]
    assert Redaction([""])(text) == text


def test_a_secret_within_another_does_not_uncover_its_rest() -> None:
    assert Redaction(["key", "key-long"])("key-long key") == "*** ***"
