"""A workbook's shared strings in one block of bytes: Python objects would take several times the memory."""

from array import array


class SharedStrings:
    """Strings by number."""

    def __init__(self) -> None:
        """Begin empty."""
        self._text = bytearray()
        self._ends = array("Q", [0])

    def append(self, text: str) -> None:
        """Add the next string."""
        self._text += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._text))

    def __getitem__(self, number: int) -> str:
        """Return one; IndexError if there is none of that number."""
        if number < 0:
            raise IndexError(number)
        start, end = self._ends[number], self._ends[number + 1]
        return self._text[start:end].decode("utf-8", "surrogatepass")
