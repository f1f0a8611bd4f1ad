"""One suite for the seam to Elasticsearch: the fake of the query stop's tests and the real index answer alike."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from elasticsearch import AsyncElasticsearch, NotFoundError

from query.catalogue import Catalogue
from query.index import ElasticIndex, EntityIndex
from query.question import Asking
from query.request import SearchRequest
from schemas.indices import definition
from settings import Settings
from tests.query.town import Town

pytestmark = pytest.mark.anyio

ALL = frozenset({"public_security", "telecom_ct", "industry_commerce", "transport", "civil_affairs"})
CITIZEN = "11010519491231002X"
MOBILE = "13911112222"
USCC = "91350100M000100Y43"
HOME = "江苏省常州市溧阳市溧城街道幸福路12号"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["memory", pytest.param("elasticsearch", marks=pytest.mark.servers)])
async def seam(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Town, EntityIndex]]:
    """Return a town, and an index that holds its entities."""
    town = _town()
    if request.param == "memory":
        yield town, town.index
        return
    settings: Settings = request.getfixturevalue("settings")
    client = AsyncElasticsearch(settings.elasticsearch_url)
    name = f"query-contract-{uuid4().hex[:12]}"
    try:
        await client.indices.create(index=name, **definition())
        for document in town.index.documents:
            await client.index(index=name, id=document["entity_id"], document=document)
        await client.indices.refresh(index=name)
        yield town, ElasticIndex(client, name)
    finally:
        await client.indices.delete(index=name, ignore_unavailable=True)
        await client.close()


def _town() -> Town:
    town = Town()
    town.add(
        ("public_security", {"citizen_id": CITIZEN, "name": "张伟", "former_name": "李伟"}),
        ("telecom_ct", {"citizen_id": CITIZEN, "mobile": MOBILE}),
    )
    now = town.add(("public_security", {"name": "張偉", "address": HOME}))
    town.add(("public_security", {"name": "阿不都·热合曼"}))
    town.add(("industry_commerce", {"uscc": USCC, "name": "溧阳市汇流科技有限公司", "address": HOME}))
    town.add(("industry_commerce", {"name": "汇流溧阳市科技有限公司"}))
    town.add(("civil_affairs", {"address": HOME, "place_name": "𠮷祥里"}))
    town.add(("transport", {"vin": "LSVAM4187C2184847", "plate": "苏D12345", "make": "大众"}))
    town.redirect("P-former", now)
    return town


SEARCHES: list[tuple[dict[str, Any], list[set[str]]]] = [
    ({"identifier": {"kind": "citizen_id", "value": CITIZEN}}, [{"person.citizen_id.exact"}]),
    ({"identifier": {"kind": "mobile", "value": MOBILE}}, [{"person.mobile.exact"}]),
    ({"identifier": {"kind": "uscc", "value": USCC}}, [{"organisation.uscc.exact"}]),
    ({"identifier": {"kind": "plate", "value": "苏D12345"}}, [{"thing.plate.exact"}]),
    ({"name": "张伟"}, [{"person.name.exact", "person.name.grams"}, {"person.name.grams"}]),
    ({"name": "李伟"}, [{"person.former_name.exact", "person.name.grams"}]),
    ({"name": "阿布都·热合曼"}, [{"person.name.grams"}]),
    ({"name": "王伟"}, []),
    ({"organisation": "溧阳市汇流科技"}, [{"organisation.name.phrase"}]),
    ({"organisation": "有限公司 汇流"}, [{"organisation.name.phrase"}, {"organisation.name.phrase"}]),
    ({"organisation": '" OR *'}, []),
    ({"organisation": "汇流 -"}, []),
    ({"address": "吉祥里"}, []),
    ({"address": "𠮷祥里"}, [{"address.place_name.exact", "address.place_name.phrase"}]),
    ({"address": "幸福路12号", "kind": "address"}, [{"address.address.phrase"}]),
    ({"address": "幸福路1号"}, []),
    ({"address": "溧城街道幸福路12号", "kind": "person"}, [{"person.address.exact"}]),
]


@pytest.mark.parametrize(("asked", "expected"), SEARCHES)
async def test_candidates(seam: tuple[Town, EntityIndex], asked: dict[str, Any], expected: list[set[str]]) -> None:
    town, index = seam
    candidates = await index.candidates(_question(town, asked, ALL), 10)
    # Open text that equals what was asked counts as exact only once query.fit has seen it: Elasticsearch's phrase is enough here.
    found = [_without_exact_text(candidate.matched) for candidate in candidates.found]
    assert sorted(map(sorted, found)) == sorted(map(sorted, map(_without_exact_text, expected)))
    assert candidates.more is False


async def test_only_entities_with_a_record_of_the_providers(seam: tuple[Town, EntityIndex]) -> None:
    town, index = seam
    asked = {"identifier": {"kind": "mobile", "value": MOBILE}}
    assert len((await index.candidates(_question(town, asked, frozenset({"public_security"})), 10)).found) == 1
    assert len((await index.candidates(_question(town, asked, frozenset({"transport"})), 10)).found) == 0


async def test_a_candidate_has_what_is_needed_to_judge_it(seam: tuple[Town, EntityIndex]) -> None:
    town, index = seam
    (candidate,) = (await index.candidates(_question(town, {"identifier": {"kind": "mobile", "value": MOBILE}}, ALL), 10)).found
    first = town.index.documents[0]
    assert (candidate.entity_id, str(candidate.kind)) == (first["entity_id"], "person")
    assert [member.handle for member in candidate.members] == [member["handle"] for member in first["members"]]
    assert [member.fields for member in candidate.members] == [frozenset(member["fields"]) for member in first["members"]]
    assert all(member.sealed for member in candidate.members)
    (firm,) = (await index.candidates(_question(town, {"identifier": {"kind": "uscc", "value": USCC}}, ALL), 10)).found
    assert firm.open["name"] == ["溧阳市汇流科技有限公司"]
    assert firm.members[0].sealed is None


async def test_best_first_and_no_more_than_asked(seam: tuple[Town, EntityIndex]) -> None:
    town, index = seam
    candidates = await index.candidates(_question(town, {"name": "张伟"}, ALL), 1)
    assert [candidate.entity_id for candidate in candidates.found] == [town.index.documents[0]["entity_id"]]
    assert candidates.more is True


@pytest.mark.servers
async def test_a_missing_index_is_an_error_and_no_empty_answer(settings: Settings) -> None:
    async with AsyncElasticsearch(settings.elasticsearch_url) as client:
        index = ElasticIndex(client, "query-contract-nowhere")
        assert await index.answers() is False
        with pytest.raises(NotFoundError):
            await index.candidates(_question(Town(), {"name": "张伟"}, ALL), 1)


def _question(town: Town, asked: dict[str, Any], providers: frozenset[str]) -> Any:
    request = SearchRequest.model_validate({"purpose": "fraud", "case_number": "2026-1", "on_behalf_of": "transport", **asked})
    return Asking(town.tokeniser, Catalogue(town.contracts).clear)(request, providers)


def _without_exact_text(matched: frozenset[str] | set[str]) -> set[str]:
    phrases = {name.removesuffix(".phrase") for name in matched if name.endswith(".phrase")}
    return {name for name in matched if name.removesuffix(".exact") not in phrases}
