"""``huiliu contract new`` and ``sample``: a draft from a database's catalogue, and what a made-up row becomes."""

from textwrap import indent
from typing import Annotated

import typer

from cli.contract.addresses import with_password
from cli.contract.chosen import ERRORS, One, Output, complain, contract, write
from connectors.errors import SourceError
from connectors.onboarding.drafting import DraftError, Heading, draft
from connectors.onboarding.survey import survey
from connectors.onboarding.writing import laid_out, yaml_text
from domain.normalise import RejectError
from domain.samples import sample_records

_INDENT = 6  # where `records:` stands in a contract


def new(
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="单位代号 the provider's short name, e.g. harbour_office")],
    *,
    address: Annotated[str, typer.Option("--from", help="库地址 postgresql://user@host:port/database, or mariadb, mysql")],
    schema: Annotated[str | None, typer.Option("--schema", help="只看这个 schema only this schema of the database")] = None,
    tables: Annotated[list[str] | None, typer.Option("--table", help="只写出这些表 write out only these tables; repeatable")] = None,
    row: Annotated[int | None, typer.Option("--row", min=1, max=45, help="方案中的序号 the duty's number in the plan")] = None,
    output: Output = None,
) -> None:
    """起草契约 Draft a contract from a database's catalogue; every column stays at the source until someone decides. Reads no row.

    Example: huiliu contract new harbour_office --from postgresql://reader@127.0.0.1:5432/harbour -o harbour_office.yaml
    """
    try:
        kind, place, found = survey(with_password(address, "--from"), schema)
        heading = Heading(slug, place.place, kind, row=row)
        write(draft(heading, found, tables or ()), output)
    except (SourceError, DraftError) as error:
        complain(str(error))
        raise typer.Exit(1) from None
    line = f"{heading.variable}={kind}://{place.user}:PASSWORD@{place.place}"
    told = f"接入时的地址 the address for attaching goes into sources.env (0600), or into the environment:\n  {line}"
    ERRORS.print(told, style="green", markup=False, highlight=False)


def sample(name: One) -> None:
    """试算样例 Print what each sample row becomes, as the contract's `records`; judge it before you paste it.

    Example: huiliu contract sample transport
    """
    found = contract(name).contract
    for table in found.tables:
        try:
            made = sample_records(found.provider, table)
        except RejectError as error:
            complain(f"{table.name}: 样例被拒收 the sample row is rejected ({error.reason}): {error.remedy}")
            continue
        records = [{"role": each["role"], "values": each["values"], **({"flags": each["flags"]} if each["flags"] else {})} for each in made]
        print(f"# {table.name}")
        print(indent(yaml_text(laid_out({"records": records}, "sample")), " " * _INDENT), end="")
