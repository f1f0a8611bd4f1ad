"""Readings of Chinese surnames that differ from their characters' usual ones.

Sources: 现代汉语词典 and 通用规范汉字字典, entries marked 姓. ``pypinyin`` has no surname mode; only what differs from its first
reading is listed, which a test checks.
"""

SINGLE = {
    "单": "shan", "解": "xie", "仇": "qiu", "区": "ou", "查": "zha", "曾": "zeng", "盖": "ge", "朴": "piao", "翟": "zhai", "覃": "qin",
    "乐": "yue", "员": "yun", "贠": "yun", "折": "she", "黑": "he", "秘": "bi", "繁": "po", "种": "chong", "洗": "xian", "召": "shao",
    "隗": "wei", "句": "gou", "阚": "kan", "郇": "xun", "都": "du", "能": "nai", "佴": "nai", "祭": "zhai", "卜": "bu", "薄": "bo",
    "藏": "zang", "粘": "nian", "适": "kuo", "么": "yao", "重": "chong", "什": "shi", "缪": "miao", "会": "gui", "校": "jiao",
}  # fmt: skip

DOUBLE = {"尉迟": "yuchi", "万俟": "moqi", "单于": "chanyu", "澹台": "tantai", "乐正": "yuezheng"}
