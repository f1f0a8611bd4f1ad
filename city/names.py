"""Personal names of the synthetic city: surnames by realistic frequency, given names by generation, minority names."""

from city.draws import Draws, expand, pick, share

# Weights follow the 2020 census report on names (most frequent surnames), with those common around 溧阳 raised.
SURNAMES = expand(
    {
        "王": 70, "李": 68, "张": 66, "刘": 45, "陈": 52, "杨": 33, "黄": 24, "赵": 24, "周": 34, "吴": 30, "徐": 26, "孙": 18, "马": 18,
        "朱": 22, "胡": 18, "郭": 13, "何": 12, "林": 11, "高": 11, "罗": 10, "郑": 10, "梁": 9, "谢": 9, "宋": 10, "唐": 9, "许": 9,
        "韩": 8, "邓": 7, "冯": 7, "曹": 8, "彭": 9, "曾": 5, "肖": 6, "田": 5, "董": 6, "潘": 9, "袁": 6, "蔡": 5, "蒋": 14, "余": 6,
        "于": 5, "杜": 4, "叶": 6, "程": 5, "魏": 5, "苏": 4, "吕": 4, "丁": 7, "任": 5, "卢": 4, "姚": 6, "沈": 9, "钟": 4, "姜": 4,
        "崔": 3, "谭": 3, "陆": 7, "范": 5, "汪": 5, "廖": 3, "石": 4, "金": 5, "韦": 2, "贾": 3, "夏": 4, "付": 2, "方": 4, "邹": 3,
        "熊": 3, "白": 2, "孟": 2, "秦": 3, "邱": 3, "侯": 2, "江": 3, "尹": 2, "薛": 2, "闫": 2, "段": 2, "雷": 2, "龙": 2, "史": 7,
        "陶": 5, "贺": 2, "毛": 3, "郝": 2, "顾": 5, "龚": 4, "邵": 3, "万": 2, "钱": 6, "严": 3, "戴": 4, "狄": 6, "芮": 5, "霍": 1,
        "强": 2, "缪": 2, "虞": 2, "宗": 2, "葛": 2, "施": 2, "单": 1, "解": 1, "仇": 1, "区": 1, "查": 1, "尉迟": 1, "欧阳": 2,
        "上官": 1, "诸葛": 1, "司马": 1, "夏侯": 1,
    }
)  # fmt: skip

# Given-name characters by sex and generation: born before 1960, before 1985, later.
_MALE = (
    tuple("福根荣生财富金宝庆祥德盛长坤兴发顺国平林和清明才保水大龙山贵良友仁义正云"),
    tuple("建国军华伟强志勇明斌辉俊峰磊刚健文海涛波杰新平春东亮毅松林超鹏飞红卫民"),
    tuple("浩宇轩子涵博文昊天俊杰睿泽铭嘉豪梓逸晨阳皓然一诺星辰煜城翰林思远奕辰承"),
)
_FEMALE = (
    tuple("秀英兰珍凤桂芳玉梅素华琴娣妹翠香云花美莲月珠菊银惠巧爱仙淑贞彩霞根腊小"),
    tuple("丽娟敏静艳燕霞红芳玲萍琴慧琳莉娜洁颖晓雪梅蓉蕾倩婷云春英华文雅芬瑛琼秋"),
    tuple("欣怡梓涵诗雨佳可馨语思琪雅婷一诺子萱若曦梦瑶心悦芷晴紫沐伊诺艺晗悦彤锦"),
)
_ERAS = (1960, 1985)
RARE = tuple("𠮷䶮㛃𬭎喆堃燚翀昶晅垚赟翾")
"""Characters that old systems lose, some outside the basic plane; used for one given name in five hundred."""
_RARE_SHARE, _SINGLE = share(0.002), share(0.14)

UYGHUR, TIBETAN, HUI, ZHUANG, MIAO, HAN = "05", "04", "03", "08", "06", "01"
"""Codes of GB/T 3304 (ethnic groups)."""
MINORITIES = expand({HUI: 8, ZHUANG: 4, MIAO: 4, UYGHUR: 2, TIBETAN: 1})
_UYGHUR_MALE = ("买买提", "阿卜杜拉", "艾力", "吐尔逊", "玉素甫", "库尔班", "阿不都热依木", "亚森", "伊力哈木", "肉孜")
_UYGHUR_FEMALE = ("阿依古丽", "热依罕", "帕提古丽", "古丽娜尔", "迪丽努尔", "祖丽胡玛", "阿瓦古丽", "布威海丽且木")
_TIBETAN = ("扎西", "次仁", "卓玛", "达瓦", "尼玛", "格桑", "平措", "旺堆", "拉姆", "多吉", "央金", "白玛")
MALE = 1


def given_name(sex: int, year: int, draws: Draws) -> str:
    """Return a given name of one or two characters, by sex (1 male, 2 female) and year of birth; uses draws 0–3."""
    era = (year >= _ERAS[0]) + (year >= _ERAS[1])
    characters = (_MALE if sex == MALE else _FEMALE)[era]
    last = pick(RARE if draws[3] < _RARE_SHARE else characters, draws[1])
    return last if draws[2] < _SINGLE else pick(characters, draws[0]) + last


def minority_name(ethnicity: str, sex: int, draws: Draws, father: str) -> str | None:
    """Return a Uyghur or Tibetan name, or None for a group whose names are built like Han names; ``father`` is a male's draw word."""
    if ethnicity == UYGHUR:
        return f"{pick(_UYGHUR_MALE if sex == MALE else _UYGHUR_FEMALE, draws[0])}·{father}"
    if ethnicity == TIBETAN:
        return pick(_TIBETAN, draws[0]) + pick(_TIBETAN, draws[1])
    return None


def fathers_name(draw: int) -> str:
    """Return the father's name that follows the dot in a Uyghur name."""
    return pick(_UYGHUR_MALE, draw)
