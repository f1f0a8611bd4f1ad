"""What can go wrong with the servers; every message is one sentence with place and remedy."""


class StackError(Exception):
    """A server, its files or its machine are not as they must be."""


class UnknownServerError(StackError):
    """A name that no server or process of the stack has."""
