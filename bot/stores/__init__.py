"""The only place that knows a Redis key."""
