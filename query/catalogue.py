"""What the contracts permit: which departments exist, which purposes may ask, who answers each, and what anyone may see."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.contract import Contract
from domain.contract_parts import Bilingual
from domain.entities import Kind, Sensitivity
from query.problems import Problem, ProblemError
from query.request import Case


@dataclass(frozen=True, slots=True)
class Purpose:
    """A purpose and the departments whose contracts permit it."""

    slug: str
    providers: frozenset[str]


class Catalogue:
    """Purposes, departments and open fields, read once at start.

    Of (provider, kind, field), ``clear`` holds those that stand in the index in clear, and ``public`` those of them that every
    table of the provider classes as open: internal values are in clear too, but not for everyone's eyes.
    """

    def __init__(self, contracts: list[Contract]) -> None:
        """Index the contracts."""
        self.departments: dict[str, Bilingual] = {c.provider: c.title for c in sorted(contracts, key=lambda c: c.row)}
        asking: dict[str, set[str]] = {}
        for contract in contracts:
            for purpose in contract.purposes:
                asking.setdefault(purpose, set()).add(contract.provider)
        self.purposes: dict[str, Purpose] = {slug: Purpose(slug, frozenset(who)) for slug, who in sorted(asking.items())}
        classes: dict[tuple[str, Kind, str], set[Sensitivity]] = {}
        for contract in contracts:
            for place, sensitivity in _classes(contract):
                classes.setdefault(place, set()).add(sensitivity)
        self.clear = frozenset(place for place, said in classes.items() if said & {Sensitivity.OPEN, Sensitivity.INTERNAL})
        self.public = frozenset(place for place, said in classes.items() if said == {Sensitivity.OPEN})

    def providers(self, case: Case) -> frozenset[str]:
        """Return the departments that permit the case's purpose.

        Raises:
            ProblemError: there is no such purpose, or no such asking department.
        """
        problems = []
        purpose = self.purposes.get(case.purpose)
        if purpose is None:
            problems.append(Problem("purpose", "unknown_purpose"))
        if case.on_behalf_of not in self.departments:
            problems.append(Problem("on_behalf_of", "unknown_department"))
        if purpose is None or problems:
            raise ProblemError(problems)
        return purpose.providers


def _classes(contract: Contract) -> Iterator[tuple[tuple[str, Kind, str], Sensitivity]]:
    for table in contract.tables:
        targets = [pair for column in table.columns.values() for pair in (column.to or {}).items()]
        for target, sensitivity in targets:
            role, field = target.split(".")
            yield (contract.provider, table.speaks_of[role], field), sensitivity
