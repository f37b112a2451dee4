"""What the store tests share."""

import pytest

from bot.stores.connect import Client
from tests.stores.examples import Desk
from tests.stores.kinds import any_redis, redis_kind

__all__ = ["any_redis", "redis_kind"]


@pytest.fixture
def desk(store_client: Client) -> Desk:
    return Desk(store_client)
