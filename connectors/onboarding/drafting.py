"""Drafts a contract for a database nobody prepared: every column stays at the source until someone decides otherwise."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.comments import CommentedMap

from connectors.onboarding.found import FoundColumn, FoundTable
from connectors.onboarding.writing import laid_out, yaml_text
from domain.contract import Contract
from domain.contract_parts import Engine
from domain.entities import FIELDS, Sensitivity

UNDECIDED = "待定，有人决定之前不出源库 undecided and stays at the source until someone decides"
UNDECIDED_KEY = "待定，主键随变更传送而不成为字段 undecided and travels with each change only as its key"
_MARK = "待定"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_VIEWS = {"v": "视图 view", "m": "物化视图 materialized view", "f": "外部表 foreign table"}
_ROOM = 10  # how many times today's rows the draft lets a table have
_LEAST = 1000
_DAY = 86_400
_BLOCK_INDENT = 2  # of a table's settings under `- `
_HEAD = """\
契约草稿 draft for {slug}, from {origin}.
有人决定之前，任何一列都不出源库 nothing leaves the source before someone decides. 每列只写一项 say one thing of each column:
  withhold: 理由 why it never leaves the source        ignore: 理由 why nobody needs it
  to: {{角色.字段 role.field: 密级 class}}    密级 class: {classes}
角色见 speaks_of roles are named in speaks_of, e.g. {{owner: person}}. 每种实体的字段 the fields of each kind of entity:
{fields}
不接入的表移到 withheld_tables move tables that are not attached to withheld_tables. 然后 then:
  huiliu contract check FILE → sample FILE → plan FILE → attach FILE
"""


class DraftError(Exception):
    """No draft can be made; one sentence with the remedy."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What a draft says before its tables. ``origin`` names where it comes from, never with a password; what is None is left to fill in."""

    slug: str
    origin: str
    engine: Engine = "postgresql"
    row: int | None = None
    title: str | None = None
    owner: str | None = None

    @property
    def variable(self) -> str:
        """The environment variable with the capture user's address."""
        return f"HUILIU_SOURCE_{self.slug.upper()}"


def undecided(contract: Contract) -> list[str]:
    """Return ``table.column`` of all columns, and the tables, that nobody has decided on."""
    columns = [f"{table.name}.{name}" for table in contract.tables for name, column in table.columns.items() if _open(column.withhold)]
    keys = [f"{table.name}.{name}" for table in contract.tables for name, column in table.columns.items() if _open(column.ignore)]
    return [*columns, *keys, *(name for name, reason in contract.withheld_tables.items() if _open(reason))]


def _open(reason: str | None) -> bool:
    return bool(reason and reason.startswith(_MARK))


def draft(heading: Heading, tables: Collection[FoundTable], wanted: Collection[str] = ()) -> str:
    """Return the draft's YAML text.

    Args:
        heading: what is known of the provider.
        tables: what the database has.
        wanted: tables to write out, as ``table`` or ``schema.table``; the others are withheld whole. All when empty.

    Raises:
        DraftError: there is no table, or not the wanted one.
    """
    unknown = sorted(set(wanted) - {name for table in tables for name in (table.name, table.place)})
    if unknown or not tables:
        there = ", ".join(table.place for table in tables) or "none that this user may see"
        raise DraftError(f"没有这些表 no such tables {', '.join(unknown)}: those there are {there}; correct --table, --schema or --from")
    blocks, withheld, remarks = _sorted_out(tables, wanted)
    document = CommentedMap(_settings(heading))
    _comment(document, _setting_comments(heading))
    document["tables"] = [_block(table) for table in blocks]
    document["withheld_tables"] = laid_out(withheld, "withheld_tables")
    document.yaml_set_start_comment(_head(heading))
    return yaml_text(document) + "".join(f"# {_flat(remark)}\n" for remark in remarks)


def _sorted_out(tables: Collection[FoundTable], wanted: Collection[str]) -> tuple[list[FoundTable], dict[str, str], list[str]]:
    """Return the tables to write out, those withheld whole with their reasons, and remarks on what no contract can name."""
    blocks: dict[str, FoundTable] = {}
    withheld: dict[str, str] = {}
    remarks: list[str] = []
    for table in tables:
        place = table.place
        if table.kind in _VIEWS:
            remarks.append(f"{place}: {_VIEWS[table.kind]}，其变更不能捕获 whose changes cannot be captured: attach the tables beneath it")
        elif not _NAME.fullmatch(table.name) or table.name in blocks or table.name in withheld:
            remarks.append(f"{place}: 表名不能写入契约 its name is taken or not ASCII, so it stays at the source: rename it to attach it")
        elif wanted and not {table.name, place} & set(wanted):
            withheld[table.name] = f"{UNDECIDED}{_said(table)}"
        elif any(not _NAME.fullmatch(column) for column in table.key):
            withheld[table.name] = (
                f"{_MARK}，主键列名不是 ASCII undecided: a key column's name is not ASCII, so rename it first{_said(table)}"
            )
        elif not table.key:
            withheld[table.name] = _keyless(table)
        else:
            blocks[table.name] = table
    return list(blocks.values()), withheld, remarks


def _said(table: FoundTable) -> str:
    return f"（{_flat(table.comment)}）" if table.comment else ""


def _keyless(table: FoundTable) -> str:
    columns = ", ".join(table.unique) or "…"
    how = f"ALTER TABLE {table.place} ADD PRIMARY KEY ({columns}), then draft again"
    return f"{_MARK}，没有主键，变更无法认行 undecided, no primary key, so its rows have no name; have the DBA run {how}{_said(table)}"


def _settings(heading: Heading) -> dict[str, Any]:
    return {
        "provider": heading.slug,
        "row": heading.row,
        "version": 1,
        "title": CommentedMap(zh=heading.title, en=None),
        "owner": heading.owner,
        "liaison": CommentedMap(leader=None, officer=None),
        "legal_basis": laid_out([], ""),
        "mode": "cdc",
        "connection": CommentedMap(kind=heading.engine, url_env=heading.variable),
        "purposes": laid_out([], ""),
    }


def _setting_comments(heading: Heading) -> dict[tuple[str, ...], str]:
    return {
        ("row",): "方案中的序号 the duty's number in the plan, 1 to 45",
        ("title", "zh"): "单位中文名 the unit's name in Chinese",
        ("title", "en"): "单位英文名 the unit's name in English",
        ("owner",): "单位全称 the unit's full name",
        ("liaison", "leader"): "分管领导的岗位，不写人名 the responsible leader's office, no person's name",
        ("liaison", "officer"): "联络员的岗位，不写人名 the liaison officer's office, no person's name",
        ("legal_basis",): "法律依据，至少一条 at least one legal basis, e.g. [中华人民共和国…法第…条]",
        ("connection", "url_env"): f"若由 huiliu 执行授权 if attach may run the SQL itself, add admin_url_env: {heading.variable}_ADMIN",
        ("purposes",): "谁可为何查询 who may ask, for what, e.g. [public_safety, emergency_response]",
    }


def _comment(document: CommentedMap, comments: dict[tuple[str, ...], str]) -> None:
    for path, comment in comments.items():
        node = document
        for part in path[:-1]:
            node = node[part]
        if node[path[-1]] in (None, []) or path[0] == "connection":
            node.yaml_add_eol_comment(comment, key=path[-1], column=0)


def _block(table: FoundTable) -> CommentedMap:
    """Return one table written out: its key ignored, every other column withheld, beside each what the database says of it."""
    named = [column for column in table.columns if _NAME.fullmatch(column.name)]
    columns = laid_out({each.name: _fate(each.name, table) for each in named}, "columns")
    for each in named:
        columns.yaml_add_eol_comment(f"# {_flat(_described(each))}", key=each.name, column=0)
    block = CommentedMap({"name": table.name})
    if table.schema not in ("", "public"):
        block["schema"] = table.schema
    most = max(_LEAST, _ROOM * (table.rows or 0))
    block["title"] = laid_out({"zh": _flat(table.comment) or table.name, "en": table.name}, "title")
    block["key"] = laid_out(list(table.key), "key")
    block["speaks_of"] = laid_out({}, "")
    block["columns"] = columns
    block["expect"] = laid_out({"rows_min": 0, "rows_max": most, "freshness": _DAY}, "expect")
    block["sample"] = CommentedMap(row=CommentedMap(dict.fromkeys(table.key)), records=laid_out([], ""))
    for name, comment in _block_comments(table):
        block.yaml_add_eol_comment(comment, key=name, column=0)
    left_out = [column.name for column in table.columns if column not in named]
    if left_out:
        remark = f"列名不是 ASCII，不出源库 not ASCII and so never captured: {', '.join(map(_flat, left_out))}"
        block.yaml_set_comment_before_after_key("columns", before=remark, indent=2 * _BLOCK_INDENT)
    return block


def _described(column: FoundColumn) -> str:
    generated = "，生成列，不能捕获 generated and so never captured" if column.generated else ""
    return f"{column.type} {column.comment}{generated}"


def _fate(name: str, table: FoundTable) -> dict[str, str]:
    return {"ignore": UNDECIDED_KEY} if name in table.key else {"withhold": UNDECIDED}


def _block_comments(table: FoundTable) -> Iterator[tuple[str, str]]:
    yield "speaks_of", "一行说的是谁 whom a row speaks of, e.g. {owner: person}; 不接入则整表移到 withheld_tables or move the table there"
    if table.rows is not None:
        yield "expect", f"现约 about {table.rows:,} 行 rows now"
    yield "sample", "编造一行，不用真实数据 make a row up, never a real one; huiliu contract sample FILE says what it becomes"


def _head(heading: Heading) -> str:
    fields = "\n".join(f"  {kind}: {', '.join(names)}" for kind, names in FIELDS.items())
    return _HEAD.format(slug=heading.slug, origin=_flat(heading.origin), classes=", ".join(Sensitivity), fields=fields)


def _flat(text: str) -> str:
    """Return the text on one line: a comment ends with its line."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
