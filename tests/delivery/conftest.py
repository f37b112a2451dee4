"""What the tests of delivery share."""

import pytest

from bot.stores import connect
from bot.stores.connect import Client
from tests.delivery.recorder import Recorder
from tests.stores.examples import Desk


@pytest.fixture
def desk(store_client: Client) -> Desk:
    return Desk(store_client)


@pytest.fixture
def adapter() -> Recorder:
    return Recorder()


@pytest.fixture
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let senders look for what is due again more often than once a second."""
    monkeypatch.setattr(connect, "LONGEST_BLOCK_SECONDS", 0.1)
