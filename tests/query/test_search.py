"""What a search finds, for whom, and what its answer shows."""

from typing import Any

import httpx
import pytest

from domain.sealing import Sealer
from tests.query.town import Town

pytestmark = pytest.mark.anyio

CITIZEN = "11010519491231002X"
OTHER_CITIZEN = "11010519491231011X"
MOBILE = "13911112222"
USCC = "91350100M000100Y43"
WHY = {"purpose": "fraud", "case_number": "溧公(2026)0123", "on_behalf_of": "public_security"}


async def ask(client: httpx.AsyncClient, **asked: Any) -> dict[str, Any]:
    answer = await client.post("/v1/search", json={**WHY, **asked})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def by(kind: str, value: str) -> dict[str, Any]:
    return {"identifier": {"kind": kind, "value": value}}


async def test_a_person_by_citizen_id_is_masked(client: httpx.AsyncClient, town: Town) -> None:
    town.add(("public_security", {"citizen_id": CITIZEN, "name": "欧阳娜娜"}), ("telecom_ct", {"citizen_id": CITIZEN, "mobile": MOBILE}))
    town.add(("public_security", {"citizen_id": OTHER_CITIZEN, "name": "王伟"}))
    answer = await ask(client, **by("citizen_id", "１１０１０５ 19491231 002x"))
    assert (answer["total"], answer["total_is"]) == (1, "exact")
    (hit,) = answer["hits"]
    assert hit["masked_name"] == "欧阳**"
    assert hit["masked"] is True
    assert hit["kind"] == "person"
    assert hit["providers"] == ["public_security", "telecom_ct"]
    assert hit["updated"].startswith("2026-")
    assert "next" not in answer


async def test_nobody_is_an_answer(client: httpx.AsyncClient) -> None:
    assert await ask(client, **by("citizen_id", CITIZEN)) == {"total": 0, "total_is": "exact", "hits": []}


async def test_a_provider_that_does_not_permit_the_purpose_is_as_if_it_were_not_there(client: httpx.AsyncClient, town: Town) -> None:
    town.add(("public_security", {"citizen_id": CITIZEN, "name": "王伟"}), ("telecom_ct", {"citizen_id": CITIZEN, "mobile": MOBILE}))
    assert (await ask(client, **by("mobile", MOBILE)))["total"] == 1
    nothing = await ask(client, **by("mobile", MOBILE), purpose="missing_person")
    assert nothing == await ask(client, **by("mobile", "13933334444"), purpose="missing_person")
    (hit,) = (await ask(client, **by("citizen_id", CITIZEN), purpose="missing_person"))["hits"]
    assert hit["providers"] == ["public_security"]


async def test_a_name_known_only_to_a_withheld_provider_does_not_show(client: httpx.AsyncClient, town: Town) -> None:
    town.add(("telecom_ct", {"citizen_id": CITIZEN, "name": "赵六"}), ("public_security", {"citizen_id": CITIZEN}))
    (hit,) = (await ask(client, **by("citizen_id", CITIZEN), purpose="missing_person"))["hits"]
    assert hit["masked_name"] == "**"


async def test_an_erased_record_is_as_if_it_were_not_there(client: httpx.AsyncClient, town: Town) -> None:
    town.add(("public_security", {"citizen_id": CITIZEN, "name": "王伟"}), ("telecom_ct", {"citizen_id": CITIZEN, "mobile": MOBILE}))
    town.erase("telecom_ct")
    assert (await ask(client, **by("mobile", MOBILE)))["total"] == 0
    assert (await ask(client, **by("citizen_id", CITIZEN)))["hits"][0]["providers"] == ["public_security"]
    town.erase("public_security")
    assert (await ask(client, **by("citizen_id", CITIZEN)))["total"] == 0


async def test_a_record_made_anew_under_another_key_is_skipped(client: httpx.AsyncClient, town: Town) -> None:
    town.add(("public_security", {"citizen_id": CITIZEN, "name": "王伟"}))
    (handle,) = town.keys.known
    town.keys.known[handle] = town.sealer.new_key()[1]
    assert (await ask(client, **by("citizen_id", CITIZEN)))["total"] == 0


async def test_another_master_key_is_a_fault_and_not_nobody(client: httpx.AsyncClient, town: Town) -> None:
    town.add(("public_security", {"citizen_id": CITIZEN, "name": "王伟"}))
    (handle,) = town.keys.known
    town.keys.known[handle] = Sealer(bytes(32)).new_key()[1]
    answer = await client.post("/v1/search", json={**WHY, **by("citizen_id", CITIZEN)})
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (500, "fault")


async def test_names_exact_first_then_former_names_then_other_writing(client: httpx.AsyncClient, town: Town) -> None:
    town.add(("public_security", {"name": "張偉"}))
    town.add(("public_security", {"name": "李四", "former_name": "张伟"}))
    town.add(("public_security", {"name": "张伟"}))
    town.add(("public_security", {"name": "张伟民"}))
    town.add(("public_security", {"name": "李伟"}))
    answer = await ask(client, name="张 伟")
    assert answer["total"] == 3
    assert answer["hits"][-1]["masked_name"] == "張*"
    assert sorted(hit["masked_name"] for hit in answer["hits"][:2]) == ["张*", "李*"]


async def test_an_open_register_is_searched_in_clear_and_its_names_are_masked_all_the_same(client: httpx.AsyncClient, town: Town) -> None:
    town.add(("justice", {"name": "张伟", "certificate": "13204201010"}))
    (hit,) = (await ask(client, name="张伟"))["hits"]
    assert (hit["masked_name"], hit["masked"]) == ("张*", True)


async def test_an_unknown_character_may_stand_in_a_name(client: httpx.AsyncClient, town: Town) -> None:
    town.add(("public_security", {"name": "王小伟"}))
    town.add(("public_security", {"name": "王小明"}))
    assert (await ask(client, name="王?伟"))["total"] == 1


async def test_long_names_forgive_a_syllable(client: httpx.AsyncClient, town: Town) -> None:
    town.add(("public_security", {"name": "阿不都·热合曼"}))
    assert (await ask(client, name="阿布都.热合曼"))["total"] == 1
    assert (await ask(client, name="阿布都.买买提"))["total"] == 0


async def test_organisations_by_code_and_by_words_show_open_names(client: httpx.AsyncClient, town: Town) -> None:
    town.add(("industry_commerce", {"uscc": USCC, "name": "溧阳市汇流科技有限公司"}))
    town.add(("industry_commerce", {"name": "溧阳市天目湖茶业有限公司"}))
    for asked in (by("uscc", USCC.lower()), {"organisation": "汇流科技"}, {"organisation": "溧阳 科技"}):
        answer = await ask(client, **asked)
        assert [hit["masked_name"] for hit in answer["hits"]] == ["溧阳市汇流科技有限公司"]
        assert answer["hits"][0]["masked"] is False
    assert (await ask(client, organisation="溧阳市"))["total"] == 2


async def test_internal_values_are_found_and_not_shown(client: httpx.AsyncClient, town: Town) -> None:
    town.add(("transport", {"plate": "苏D12345", "vin": "LSVAM4187C2184847", "make": "大众", "model": "帕萨特"}))
    (hit,) = (await ask(client, **by("plate", "苏D·12345")))["hits"]
    assert (hit["masked_name"], hit["masked"], hit["kind"]) == ("苏D* 大众", True, "thing")


async def test_open_addresses_by_words_and_homes_by_their_exact_form_only(client: httpx.AsyncClient, town: Town) -> None:
    town.add(("civil_affairs", {"place_name": "天目湖小区"}))
    home = "江苏省常州市溧阳市溧城街道幸福路12号3幢402室"
    town.add(("public_security", {"name": "王伟", "address": home}))
    town.add(("civil_affairs", {"address": "江苏省常州市溧阳市溧城街道幸福路12号"}))
    assert (await ask(client, address="溧城街道幸福路十二号３幢402室"))["hits"][0]["masked_name"] == "王*"
    assert [hit["kind"] for hit in (await ask(client, address="幸福路12号"))["hits"]] == ["address"]
    answer = await ask(client, address="天目湖")
    assert [hit["masked_name"] for hit in answer["hits"]] == ["天目湖小区"]
    assert (await ask(client, address="天目湖", kind="person"))["total"] == 0


async def test_kind_narrows_a_search(client: httpx.AsyncClient, town: Town) -> None:
    town.add(("industry_commerce", {"name": "甲公司", "address": "江苏省常州市溧阳市天目湖镇天目湖路1号"}))
    town.add(("civil_affairs", {"place_name": "天目湖路"}))
    assert (await ask(client, address="天目湖路"))["total"] == 2
    assert (await ask(client, address="天目湖路", kind="organisation"))["total"] == 1


async def test_pages_hold_every_hit_once(client: httpx.AsyncClient, town: Town) -> None:
    for number in range(25):
        town.add(("industry_commerce", {"name": f"溧阳第{number}商行"}))
    seen, after = [], None
    for expected in (10, 10, 5):
        answer = await ask(client, organisation="溧阳", limit=10, **({"after": after} if after else {}))
        assert (answer["total"], len(answer["hits"])) == (25, expected)
        seen += [hit["handle"] for hit in answer["hits"]]
        after = answer.get("next")
    assert after is None
    assert len(set(seen)) == 25


async def test_more_than_can_be_told_is_said(client: httpx.AsyncClient, town: Town) -> None:
    for number in range(201):
        town.add(("industry_commerce", {"name": f"溧阳第{number}商行"}))
    answer = await ask(client, organisation="溧阳")
    assert (answer["total"], answer["total_is"]) == (200, "at_least")


async def test_redirects_and_deleted_entities_are_no_hits(client: httpx.AsyncClient, town: Town) -> None:
    now = town.add(("public_security", {"citizen_id": CITIZEN, "name": "王伟"}))
    town.redirect("P-former", now)
    assert (await ask(client, name="王伟"))["total"] == 1


async def test_handles_are_stable_in_a_case_and_differ_between_cases(client: httpx.AsyncClient, town: Town) -> None:
    entity_id = town.add(("public_security", {"citizen_id": CITIZEN, "name": "王伟"}))

    async def handle(**why: str) -> str:
        return str((await ask(client, name="王伟", **why))["hits"][0]["handle"])

    first = await handle()
    assert first == str((await ask(client, **by("citizen_id", CITIZEN)))["hits"][0]["handle"])
    assert first == await handle(case_number="溧公（２０２６）0123")  # full-width writing is the same case
    others = {
        await handle(case_number="溧公(2026)0124"),
        await handle(purpose="missing_person"),
        await handle(on_behalf_of="transport"),
    }
    assert len({first, *others}) == 4
    assert entity_id not in first
    assert entity_id[2:] not in first
