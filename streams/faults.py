"""Tells a fault of ours for the log: its type and where in the code it arose, never its message, which may quote a value."""

import traceback


def told(error: BaseException) -> str:
    """Return ``TypeName at file:line in function``, innermost place first, for the error and what caused it."""
    frames = reversed(traceback.extract_tb(error.__traceback__))
    places = ", ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno} in {frame.name}" for frame in frames)
    cause = error.__cause__ or error.__context__
    return f"{type(error).__name__} at {places}" + (f"; after {told(cause)}" if cause else "")
