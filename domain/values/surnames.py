"""Chinese surnames: readings that differ from their characters' usual ones, surnames of two characters, and common ones.

Sources of the readings: 现代汉语词典 and 通用规范汉字字典, entries marked 姓. ``pypinyin`` has no surname mode; only what differs from
its first reading is listed, which a test checks.
"""

SINGLE = {
    "单": "shan", "解": "xie", "仇": "qiu", "区": "ou", "查": "zha", "曾": "zeng", "盖": "ge", "朴": "piao", "翟": "zhai", "覃": "qin",
    "乐": "yue", "员": "yun", "贠": "yun", "折": "she", "黑": "he", "秘": "bi", "繁": "po", "种": "chong", "洗": "xian", "召": "shao",
    "隗": "wei", "句": "gou", "阚": "kan", "郇": "xun", "都": "du", "能": "nai", "佴": "nai", "祭": "zhai", "卜": "bu", "薄": "bo",
    "藏": "zang", "粘": "nian", "适": "kuo", "么": "yao", "重": "chong", "什": "shi", "缪": "miao", "会": "gui", "校": "jiao",
}  # fmt: skip

DOUBLE = {"尉迟": "yuchi", "万俟": "moqi", "单于": "chanyu", "澹台": "tantai", "乐正": "yuezheng"}

COMPOUND = frozenset({*DOUBLE, "欧阳", "上官", "诸葛", "司马", "夏侯", "司徒", "皇甫", "东方", "慕容", "公孙", "长孙", "宇文", "令狐"})
"""Surnames of two characters, simplified: the given name begins after them."""

COMMON = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾萧肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪"
    "廖石金韦贾夏付傅方邹熊白孟秦邱丘侯江尹薛闫阎段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文施洪辛柯颜倪聂章鲁葛"
    "岳齐梅庄管祝左涂谷祁舒耿牟卜路詹关苗凌费纪靳盛童欧甄裴季屠尤鲍解柳杭华游翁丛佟艾温牛樊焦翟殷喻柴毕安俞申邢伍芮储臧缪宗狄"
    "虞霍骆褚仇单区司阮滕柏卞宁"
)
"""The commonest surnames of one character, simplified: to tell a short name from any other word."""
