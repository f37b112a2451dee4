"""How what we speak of is written in labels."""


def feed_labels(feed: str) -> tuple[str, str]:
    """A feed's source and its own name: coinmarketcap/global is one of coinmarketcap's."""
    source, _, name = feed.partition("/")
    return source, name
