"""The answer shows the best value that the purpose may see, who gives it, what others say, and whether a life has ended."""

from typing import Any

import httpx
import pytest

from tests.query.town import Town

pytestmark = pytest.mark.anyio

WHY = {"case_number": "溧公(2026)0123", "on_behalf_of": "public_security"}
CITIZEN = "11010519491231002X"
MOBILE = "13911112222"
USCC = "91350100M000100Y43"


async def hit(client: httpx.AsyncClient, purpose: str, **question: Any) -> dict[str, Any]:
    response = await client.post("/v1/search", json={**WHY, "purpose": purpose, **question})
    (found,) = response.json()["hits"]
    assert isinstance(found, dict)
    return found


def by(kind: str, value: str) -> dict[str, Any]:
    return {"identifier": {"kind": kind, "value": value}}


async def test_the_registers_name_goes_before_a_fresher_one_and_the_other_is_kept(client: httpx.AsyncClient, town: Town) -> None:
    town.add(
        ("public_security", {"citizen_id": CITIZEN, "name": "王小明"}),
        ("telecom_ct", {"citizen_id": CITIZEN, "name": "汪晓明"}),  # committed later
    )
    found = await hit(client, "fraud", **by("citizen_id", CITIZEN))
    assert (found["masked_name"], found["name_from"]) == ("王**", "public_security")
    assert found["other_names"] == [{"masked_name": "汪**", "provider": "telecom_ct"}]


async def test_a_name_that_all_give_is_told_once(client: httpx.AsyncClient, town: Town) -> None:
    town.add(("telecom_ct", {"mobile": MOBILE, "name": "王小明"}), ("public_security", {"name": "王小明"}))
    found = await hit(client, "fraud", **by("mobile", MOBILE))
    assert (found["name_from"], found["other_names"]) == ("public_security", [])


async def test_the_best_is_chosen_among_what_the_purpose_may_see(client: httpx.AsyncClient, town: Town) -> None:
    """The telephone company does not permit this purpose: neither its name nor that it differs may show."""
    town.add(
        ("public_security", {"citizen_id": CITIZEN, "name": "王小明"}),
        ("telecom_ct", {"citizen_id": CITIZEN, "name": "汪晓明"}),
        ("public_security", {"citizen_id": CITIZEN, "name": "王晓明"}),
    )
    found = await hit(client, "missing_person", **by("citizen_id", CITIZEN))
    assert (found["masked_name"], found["other_names"], found["providers"]) == ("王**", [], ["public_security"])


async def test_an_open_value_is_told_by_who_gives_it(client: httpx.AsyncClient, town: Town) -> None:
    """The index holds open values of the whole entity; a department is named only for its own."""
    town.add(
        ("industry_commerce", {"uscc": USCC, "name": "溧阳汇流茶业有限公司"}),
        ("industry_commerce", {"uscc": USCC, "name": "溧阳汇流科技有限公司"}),
    )
    found = await hit(client, "licensing", **by("uscc", USCC))
    assert (found["masked_name"], found["masked"]) == ("溧阳汇流科技有限公司", False)
    assert found["other_names"] == [{"masked_name": "溧阳汇流茶业有限公司", "provider": "industry_commerce"}]


async def test_a_death_closes_where_the_register_may_be_seen(client: httpx.AsyncClient, town: Town) -> None:
    town.add(
        ("public_security", {"citizen_id": CITIZEN, "name": "王小明", "death_date": "2024-03-01"}),
        ("telecom_ct", {"citizen_id": CITIZEN, "name": "王小明", "mobile": MOBILE}),
    )
    found = await hit(client, "fraud", **by("mobile", MOBILE))
    assert (found["status"], found["closed_by"]) == ("closed", ["public_security"])
    assert "2024" not in str({name: value for name, value in found.items() if name != "updated"})
    town.erase("public_security")
    found = await hit(client, "fraud", **by("mobile", MOBILE))
    assert (found["status"], found["closed_by"]) == ("active", [])


async def test_a_deregistered_company_is_found_and_closed(client: httpx.AsyncClient, town: Town) -> None:
    town.add(("industry_commerce", {"uscc": USCC, "name": "溧阳汇流科技有限公司", "status": "deregistered"}))
    assert (await hit(client, "licensing", **by("uscc", USCC)))["status"] == "closed"


async def test_a_plate_comes_with_what_other_records_say(client: httpx.AsyncClient, town: Town) -> None:
    town.add(
        ("transport", {"vin": "LSVAM4187C2184847", "plate": "苏D12345", "make": "大众"}),
        ("transport", {"vin": "LSVAM4187C2184847", "plate": "苏A54321"}),
    )
    found = await hit(client, "fraud", **by("plate", "苏D12345"))
    assert (found["masked_name"], found["name_from"]) == ("苏A* 大众", "transport")
    assert found["other_names"] == [{"masked_name": "苏D*", "provider": "transport"}]
