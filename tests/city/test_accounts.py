"""Accounts of utilities and numbers of telephone companies: whose they are, and that no two share one."""

from collections import Counter

from city.accounts import OF_AGE, Account, Utility
from city.dirt import CLEAN, Dirt
from city.draws import share
from city.household import AS_OF, Person
from city.tables import Source
from city.telecom import MOBILE, TELECOM, UNICOM, customers, stations
from city.withheld import RECEIVED, kept
from city.world import World

SOURCE = Source(World(3000, 7), Dirt(CLEAN))
BLOCKS = list(SOURCE.world.between(0, SOURCE.world.blocks))
UTILITY = Utility(9901, first_year=AS_OF - 15, closed=share(0.1))


def accounts() -> list[Account]:
    homes = [home for block in BLOCKS for home in block.households]
    firms = [firm for block in BLOCKS for firm in block.organisations]
    held = [UTILITY.of_household(home, home.people[0], UTILITY.draws(SOURCE, home)) for home in homes]
    return held + [UTILITY.of_organisation(SOURCE, firm) for firm in firms]


def test_accounts_open_once_the_holder_may_have_one_and_some_end() -> None:
    found = accounts()
    assert len({account.number for account in found}) == len(found)
    for account in found:
        holder = account.holder
        born = holder.year + OF_AGE if isinstance(holder, Person) else int(holder.established[:4])
        assert max(born, AS_OF - 15) <= account.opened.year <= max(born, AS_OF - 1)
        assert account.ended is None or account.opened.year <= account.ended.year
    ended = sum(account.ended is not None for account in found)
    assert 0.05 < ended / len(found) < 0.15


def test_a_row_names_a_person_or_an_organisation() -> None:
    for account in accounts():
        name, citizen_id, _, company, code = account.names(SOURCE.dirt, 1)
        (role, entity), premises = account.truth
        assert premises == ("premises", account.door.entity)
        if isinstance(account.holder, Person):
            assert (role, name, citizen_id, company, code) == ("holder", account.holder.name, account.holder.citizen_id, None, None)
        else:
            assert (role, name, citizen_id, company, code) == ("company", None, None, account.holder.name, account.holder.uscc)
        assert entity == account.holder.entity


def test_a_number_is_at_one_company_at_most() -> None:
    shares = []
    at = Counter[int]()
    for stretch in (TELECOM, MOBILE, UNICOM):
        found = [person for block in BLOCKS for _, person in customers(block, stretch)]
        assert all(person.mobile for person in found)
        at.update(person.index for person in found)
        shares.append(len(found))
    assert max(at.values()) == 1
    assert shares[0] > 3 * shares[1] > 0
    assert shares[2] > 0


def test_stations_stand_in_their_turn() -> None:
    doors = [(block.number, door.index) for block in BLOCKS for door, _ in stations(SOURCE, block, 9902, (5, 1), 1)]
    assert doors == [(block.number, block.organisations[1].door.index) for block in BLOCKS if block.number % 5 == 1]


def test_rows_that_stay_are_marked_and_speak_of_nobody() -> None:
    plain = [entry for block in BLOCKS for entry in kept(6, 1, "甲", "乙", closing=(RECEIVED,))(SOURCE, block)]
    coded = [entry for block in BLOCKS for entry in kept(6, 1, "甲", serial="AB{:05d}")(SOURCE, block)]
    assert [entry.cells[0] for entry in plain] == [str(number + 1) for number in range(1, SOURCE.world.blocks, 6)]
    assert plain[0] == (("2", "合成数据·甲·000000001", "合成数据·乙·000000001", RECEIVED), ())
    assert coded[1] == (("AB00007", "合成数据·甲·000000007"), ())
