"""What every test may use."""

from hypothesis import settings

from tests.redis_server import redis, redis_server, redis_url, store_client

__all__ = ["redis", "redis_server", "redis_url", "store_client"]

# A busy machine must not turn a slow example into a failure.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
