"""What the store tests share."""

import pytest

from bot.stores.connect import Client
from tests.stores.examples import Desk


@pytest.fixture
def desk(store_client: Client) -> Desk:
    return Desk(store_client)
