"""``huiliu contract export`` and ``import``: contracts in their one layout, or as documents of the Open Data Contract Standard."""

from pathlib import Path
from typing import Annotated

import typer

from cli.contract.chosen import One, Output, complain, contract, write
from connectors.odcs.export import odcs_document
from connectors.odcs.importing import OdcsError, imported, read_document
from connectors.onboarding.drafting import DraftError
from connectors.onboarding.writing import contract_text, laid_out, yaml_text


def export(
    name: One,
    *,
    odcs: Annotated[bool, typer.Option("--odcs", help="开放数据契约标准 as an Open Data Contract Standard v3 document")] = False,
    output: Output = None,
) -> None:
    """导出契约 Write a contract without its comments, in our layout or as an Open Data Contract Standard v3 document.

    Example: huiliu contract export transport --odcs -o transport.odcs.yaml
    """
    found = contract(name).contract
    write(yaml_text(laid_out(odcs_document(found), "schema")) if odcs else contract_text(found), output)


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="ODCS 文件 an ODCS v3 document, YAML or JSON")],
    *,
    slug: Annotated[str | None, typer.Option("--slug", help="单位代号 the provider's short name, for a draft")] = None,
    output: Output = None,
) -> None:
    """导入契约 Read an ODCS v3 document: one exported here becomes its contract, another a draft in which nothing is decided.

    Example: huiliu contract import transport.odcs.yaml -o transport.yaml
    """
    try:
        write(imported(read_document(file.read_text(encoding="utf-8"), str(file)), str(file), slug), output)
    except (OSError, UnicodeDecodeError) as error:
        complain(f"无法读取 {file} cannot be read ({type(error).__name__}): name a YAML or JSON file in UTF-8")
        raise typer.Exit(1) from None
    except (OdcsError, DraftError) as error:
        complain(str(error))
        raise typer.Exit(1) from None
