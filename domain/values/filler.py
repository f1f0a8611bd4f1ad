"""Recognises filler: what a clerk types when the form insists on a value."""

_ASCENDING = "01234567890123456789012345678901234567890"
_DESCENDING = _ASCENDING[::-1]
_FEW = 2

NOTHING = frozenset(
    {
        "无", "空", "未知", "不详", "不祥", "未填", "未填写", "未登记", "暂无", "没有", "不明", "待定", "待补", "待查", "同上", "略",
        "测试", "其他",
        "NULL", "NONE", "NIL", "NA", "N/A", "TEST", "UNKNOWN", "-", "--", "---", "/", "//", "\\", ".", "..", "...", "0", "XXX", "XX", "X",
    }
)  # fmt: skip


def filler_flags(serial: str) -> tuple[str, ...]:
    """Return ``("repeated",)`` for at most two different characters, ``("sequence",)`` for counting digits, else nothing."""
    if len(set(serial)) <= _FEW:
        return ("repeated",)
    if serial in _ASCENDING or serial in _DESCENDING:
        return ("sequence",)
    return ()
