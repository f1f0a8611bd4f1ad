"""What can go wrong with the servers; every message is one sentence with place and remedy."""


class StackError(Exception):
    """A server, its files or its machine are not as they must be."""
