"""Sex 性别 (GB/T 2261.1): 0 unknown, 1 male, 2 female, 9 unspecified."""

from domain.values.value import Value, unreadable
from domain.values.width import fold

_WORDS = {
    "male": ("1", "01", "男", "男性", "M", "MALE"),
    "female": ("2", "02", "女", "女性", "F", "FEMALE"),
    "unknown": ("0", "00", "未知", "未知的性别", "不详", "UNKNOWN", "U"),
    "unspecified": ("9", "09", "未说明", "未说明的性别", "UNSPECIFIED"),
}
_READ = {word: Value(normal, (), format=True, plausible=normal in ("male", "female")) for normal, words in _WORDS.items() for word in words}


def parse(text: str) -> Value:
    """Read a sex; the normal form is ``male``, ``female``, ``unknown`` or ``unspecified``. Flag: wrong_format."""
    value = _READ.get(text)
    if value is not None:
        return value
    folded, flags = fold(text)
    value = _READ.get(folded.upper())
    if value is None:
        return unreadable(*flags, "wrong_format" if folded else "empty")
    return Value(value.normal, flags, format=True, plausible=value.plausible) if flags else value
