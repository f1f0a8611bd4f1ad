"""The verbs of ``huiliu contract``, in the order in which a provider is taken in."""

import typer

from cli.contract.attaching import attach, detach
from cli.contract.checking import check, plan, schema
from cli.contract.drafting import new, sample
from cli.contract.listing import list_, page
from cli.contract.odcs import export, import_
from cli.contract.versions import consent, diff, versions

app = typer.Typer(help="数据契约 Contracts: one YAML file a provider.", no_args_is_help=True)
app.command()(new)
app.command()(check)
app.command()(sample)
app.command()(plan)
app.command()(attach)
app.command()(detach)
app.command(name="list")(list_)
app.command()(versions)
app.command()(diff)
app.command()(consent)
app.command()(export)
app.command(name="import")(import_)
app.command()(page)
app.command()(schema)
