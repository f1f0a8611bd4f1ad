"""What can go wrong with a feed; every message is one sentence with place and remedy, and holds no value of a row."""


class SourceError(Exception):
    """The department's database is not as the feed needs it, or does not answer."""


class ConnectError(Exception):
    """Kafka Connect does not answer, refuses a configuration, or its task failed."""
