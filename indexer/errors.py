"""What can go wrong with the index; messages for people are one sentence with place and remedy."""


class IndexerError(Exception):
    """A message for whoever started the command or process."""


class LayoutError(IndexerError):
    """The index is not laid out as it must be."""


class RebuildError(IndexerError):
    """The rebuild was given up and the old index serves on."""


class ServerError(IndexerError):
    """A server did not do what was asked."""


class LostIndexError(Exception):
    """The index is gone; it must be created and filled from the beginning of the topic."""


class StoppedError(Exception):
    """The process is to end; what was not acknowledged is read again at the next start."""
