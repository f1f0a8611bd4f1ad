"""Masks personal values for answers given without a grant: enough to tell two hits apart, too little to name anyone.

A name shows at most its surname, as public notices in China do (王*、欧阳**). What is hidden is told only coarsely:
one star for one hidden character, two stars for two or more, because a rare length would point at one person. A minority
name shows the first character of its first part (阿*·*), a Latin name its first letter (J*): their parts are long
and telling. A name of one character shows nothing.
"""

import unicodedata

from domain.values.name_search import simplified

STAR = "*"
DOT = "·"
HIDDEN = STAR * 2
"""What stands for a value of which nothing may be shown."""

_MOST_STARS = 2
_WRITTEN = """
欧阳 上官 司马 诸葛 夏侯 皇甫 尉迟 公孙 慕容 令狐 司徒 司空 端木 长孙 宇文 东方 独孤 南宫 轩辕 呼延 万俟 单于 澹台 淳于
濮阳 太史 申屠 钟离 闻人 鲜于 赫连 拓跋 第五 公冶 宗政 百里 东郭 南门 西门 北堂 左丘 梁丘 仲孙 乐正 漆雕 公良 夹谷 宰父
谷梁 段干 巫马 微生 哥舒 纳兰 完颜 叶赫 亓官 公羊 公西 子车 颛孙 羊舌 壤驷 闾丘 司寇 即墨 达奚 褚师 归海 东门 呼衍
"""
COMPOUND_SURNAMES = frozenset(_WRITTEN.split())
"""Surnames of two characters that are still borne (现代汉语词典, 复姓), simplified."""

_HAN = "CJK "


def mask_name(name: str) -> str:
    """Return the masked form of a person's name in normal form, e.g. ``王*``, ``欧阳**``, ``阿*·*``, ``J*``; ``**`` if nothing may show."""
    parts = [part for part in name.split(DOT) if part.strip()]
    if len(parts) > 1:
        return f"{_first(parts[0])}{STAR}{DOT}{STAR}"
    text = "".join(parts).strip()
    if len(text) < 2:  # noqa: PLR2004  # one character would be the whole name
        return HIDDEN
    if not _is_han(text[0]):
        return f"{_first(text)}{STAR}"
    shown = 2 if len(text) > 2 and simplified(text[:2]) in COMPOUND_SURNAMES else 1  # noqa: PLR2004  # 欧阳 alone may be Mr 欧 named 阳
    return text[:shown] + STAR * min(len(text) - shown, _MOST_STARS)


def mask_plate(plate: str) -> str:
    """Return a plate's province and city letters, e.g. ``苏D*``; the rest, and so whether it is a new-energy plate, is hidden."""
    return f"{plate[:2]}{STAR}" if len(plate) > 2 and _is_han(plate[0]) else HIDDEN  # noqa: PLR2004  # province and letter


def _first(text: str) -> str:
    """Return the first character if it is a letter, else nothing: a lost character ("?") or a sign is not a surname."""
    return text[0] if unicodedata.category(text[0]).startswith("L") else ""


def _is_han(character: str) -> bool:
    return unicodedata.name(character, "").startswith(_HAN)
