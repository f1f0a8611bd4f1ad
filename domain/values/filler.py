"""Recognises filler: what a clerk or a program writes when a form insists on a value."""

import re

_ASCENDING = "01234567890123456789012345678901234567890"
_DESCENDING = _ASCENDING[::-1]
_FEW = 2
_TELLING = 4  # characters from which a repetition is no accident
_LONG = 8  # digits from which counting is none, whatever stands before and behind
_counting = re.compile("|".join(run[at : at + _LONG] for run in (_ASCENDING, _DESCENDING) for at in range(10))).search
# An organisation code of nearly one character, 00000012 or 12XXXXXX, or so behind the prefixes given out since 2015: MA1XXXXX, MA000000.
_round_code = re.compile(r".*?([1-9A-Z])\1{5}.*|\d*0{6}\d*|M[A-Z].(.)\2{4}", re.ASCII).fullmatch

FILLER = frozenset({"placeholder", "repeated", "sequence"})
"""The flags that say that a value is filler: it is kept, but is no evidence of anything."""

NOTHING = frozenset(
    {
        "无", "空", "未知", "不详", "不祥", "未填", "未填写", "未登记", "暂无", "没有", "不明", "待定", "待补", "待查", "同上", "略",
        "测试", "其他", "不知道", "不清楚", "不确定", "不知", "未提供", "无法提供", "拒绝提供", "未采集", "未录入",
        "待核实", "待完善", "保密",
        "NULL", "NONE", "NIL", "NA", "N/A", "#N/A", "NAN", "TEST", "UNKNOWN", "UNDEFINED", "EMPTY", "BLANK", "TBD", "0", "XXX", "XX", "X",
    }
)  # fmt: skip


def says_nothing(text: str) -> bool:
    """Return whether a folded text in capitals is a word for nothing, or has neither letter nor digit (``***``, ``--``, ``？``)."""
    return text in NOTHING or not any(map(str.isalnum, text))


def filler_flags(serial: str) -> tuple[str, ...]:
    """Return ``("repeated",)`` for at most two different characters, ``("sequence",)`` for counting digits, else nothing."""
    if len(set(serial)) <= _FEW:
        return ("repeated",)
    if serial in _ASCENDING or serial in _DESCENDING:
        return ("sequence",)
    return ()


def counts_on(number: str) -> bool:
    """Return whether eight digits in a row count up or down, 9 going on to 0: keyed along the keyboard."""
    return _counting(number) is not None


def code_filler(code: str) -> tuple[str, ...]:
    """Return why an organisation code is filler, whatever its check character: one character again and again, or counting digits."""
    serial = code[:8]
    flags = filler_flags(code) or (("repeated",) if _round_code(serial) else ())
    return flags or (("sequence",) if filler_flags(serial) == ("sequence",) else ())


def why_unreadable(number: str, otherwise: str) -> str:
    """Return the flag of a compacted number that has no normal form: empty, placeholder (filler of any sort), or ``otherwise``."""
    if not number:
        return "empty"
    return "placeholder" if says_nothing(number) or (len(number) >= _TELLING and filler_flags(number)) else otherwise
