"""What every test may use."""

from tests.redis_server import redis, redis_server, redis_url, store_client

__all__ = ["redis", "redis_server", "redis_url", "store_client"]
