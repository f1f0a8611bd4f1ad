"""What can go wrong with a call: the message is one sentence with place and remedy, and holds no value of a record."""


class CallError(Exception):
    """A call cannot be made, found, answered or closed."""
