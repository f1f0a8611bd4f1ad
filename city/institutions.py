"""Institutions of the synthetic city: schools, clinics, law firms, branches …, one of a kind to so many blocks."""

from collections.abc import Iterator
from dataclasses import dataclass

from city.draws import Draws, pick
from city.household import AS_OF, Person
from city.numbers import landline, uscc
from city.people import aged
from city.places import Door
from city.world import WORKING_AGE, Block, World

_INSTITUTION = 6
_WORDS = tuple("文明和平光辉新华建国立德启智明德崇文汇源清泉金桥宏图天泽")
_FROM_LANDLINE = 5_000_000  # numbers of organisations are below


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of institution. ``series``: two letters of its organisation codes, unlike any other sort's; one in ``every`` blocks."""

    number: int
    series: str
    category: str
    every: int
    endings: tuple[str, ...]


SORTS: dict[str, Sort] = {
    "school": Sort(1, "JY", "12", 12, ("小学", "初级中学", "高级中学")),
    "kindergarten": Sort(2, "YE", "52", 10, ("幼儿园",)),
    "clinic": Sort(3, "WA", "12", 12, ("卫生院", "社区卫生服务中心", "门诊部")),
    "law_firm": Sort(4, "LF", "31", 25, ("律师事务所",)),
    "bank_branch": Sort(5, "YH", "91", 10, ("农村商业银行支行", "农业银行支行", "建设银行支行")),
    "insurance_outlet": Sort(6, "BX", "91", 15, ("财产保险营业部", "人寿保险营业部")),
    "social_organisation": Sort(7, "MM", "51", 8, ("商会", "志愿者协会", "钓鱼协会", "书画协会")),
    "religious_venue": Sort(8, "RR", "71", 20, ("寺", "基督教堂", "道观")),
    "village_body": Sort(9, "CW", "54", 8, ("村民委员会调解委员会", "社区治安巡逻队")),
    "farm": Sort(10, "NC", "93", 6, ("家庭农场", "茶叶专业合作社", "水产养殖场")),
    "driving_school": Sort(11, "JX", "91", 25, ("驾驶培训有限公司",)),
    "travel_agency": Sort(12, "LY", "91", 15, ("旅行社有限公司",)),
    "courier": Sort(13, "KD", "91", 12, ("快递服务部", "速递营业部")),
    "micro_loan": Sort(14, "XD", "91", 20, ("农村小额贷款有限公司", "融资担保有限公司")),
    "emergency_unit": Sort(15, "YJ", "12", 15, ("应急救援队", "防汛抢险队", "消防专职队")),
    "veterinary": Sort(16, "UY", "12", 15, ("动物卫生监督分所", "兽医站")),
    "intermediary": Sort(17, "JJ", "91", 10, ("房地产经纪有限公司", "职业中介有限公司", "代理记账有限公司")),
    "post_station": Sort(18, "YT", "91", 9, ("邮政投递站", "邮政支局", "邮政所")),
    "pharmacy": Sort(19, "YP", "91", 12, ("大药房", "药店有限公司")),
    "religious_body": Sort(20, "RT", "51", 12, ("佛教协会", "基督教协会", "道教协会")),
    "property_manager": Sort(21, "WY", "91", 15, ("物业服务有限公司",)),
}


@dataclass(frozen=True, slots=True)
class Institution:
    """One institution; it has its premises at a company's door. ``staff``: people of its block who work there; ``draws``: its chance."""

    index: int
    sort: str
    name: str
    uscc: str
    landline: str
    established: str
    door: Door
    staff: tuple[Person, ...]
    draws: Draws

    @property
    def entity(self) -> str:
        """What the truth calls the institution; a plain number would be an organisation's."""
        return f"O-{self.sort}-{self.index}"


def institutions(world: World, block: Block, sort: str) -> Iterator[Institution]:
    """Yield the block's institution of a sort, if it has one; a city of 34 blocks (1,000 people) has at least one of each."""
    chosen = SORTS[sort]
    if (block.number + chosen.number) % chosen.every:
        return
    index = chosen.number * 1_000_000 + block.number
    draws = world.dice(_INSTITUTION, index)
    premises = block.organisations[0].door
    place = premises.town.removesuffix("街道").removesuffix("镇")
    name = f"溧阳市{place}{pick(_WORDS, draws[0])}{pick(_WORDS, draws[1])}{pick(chosen.endings, draws[2])}"
    workers = [person for _, person in aged(block, *WORKING_AGE)]
    yield Institution(
        index=index,
        sort=sort,
        name=name,
        uscc=uscc(block.number, chosen.category, chosen.series),
        landline=landline(_FROM_LANDLINE + chosen.number * 200_000 + block.number),
        established=f"{AS_OF - 40 + draws[3] % 38}{draws[4] % 12 + 1:02d}{draws[5] % 28 + 1:02d}",
        door=premises,
        staff=tuple(workers[chosen.number % 3 :: 3][:4]),
        draws=draws,
    )


def staff(world: World, block: Block, sort: str, chosen: slice = slice(None)) -> Iterator[tuple[Institution, Person]]:
    """Yield the people who work at the block's institution of a sort, or those of them who are chosen."""
    for place in institutions(world, block, sort):
        for person in place.staff[chosen]:
            yield place, person
