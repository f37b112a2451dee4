"""One desk for all files: it takes a second to open."""

from collections.abc import Iterator

import pytest

from tests.fuzz.desk import Say, open_desk


@pytest.fixture(scope="session")
def say() -> Iterator[Say]:
    with open_desk() as opened:
        yield opened
