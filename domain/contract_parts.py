"""The parts of a data contract that stand by themselves: names, owner, connection, schedule, limits, and one column's fate."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from domain.entities import Sensitivity

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,40}$")]
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")]
ColumnName = Annotated[str, StringConstraints(pattern=r"^[^\W\d]\w{0,62}$")]
"""A column's name; a workbook's headings may be Chinese, a captured database's may not (Avro has ASCII names)."""
EnvName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]
Reason = Annotated[str, StringConstraints(min_length=4, strip_whitespace=True)]
Target = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
Share = Annotated[float, Field(ge=0, le=1)]
Words = Annotated[list[str], Field(min_length=1)]
Mode = Literal["cdc", "file", "entry", "role"]
Engine = Literal["postgresql", "kingbase", "mariadb", "mysql", "sqlserver", "oracle", "dameng"]


class Strict(BaseModel):
    """Base of every contract part: an unknown word is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(Strict):
    """A name in Chinese and English."""

    zh: str
    en: str


class Liaison(Strict):
    """分管领导 and 联络员: offices, never people's names."""

    leader: str
    officer: str


class Connection(Strict):
    """How Connect reaches the department's database; secrets only by the name of an environment variable."""

    kind: Engine
    url_env: EnvName = Field(description="variable with the capture user's address, <kind>://user:password@host:port/database")
    admin_url_env: EnvName | None = Field(
        default=None, description="variable with the department DBA's address, if attach may apply the SQL itself"
    )


class Schedule(Strict):
    """When the feed is due; the calendar judges it (weekends roll forward)."""

    every: Literal["change", "day", "week", "month"] = Field(default="change", description="change: as it is committed")
    due_day: int | None = Field(default=None, ge=1, le=28, description="day of the month")

    @model_validator(mode="after")
    def _day_of_a_month(self) -> "Schedule":
        if (self.due_day is not None) != (self.every == "month"):
            message = "due_day 属于按月报送 due_day belongs to every: month, and only to it: add or remove it"
            raise ValueError(message)
        return self


class Limits(Strict):
    """What a periodic copy may change by itself, as shares of the last accepted copy; beyond, a person must confirm it."""

    delete_share: Share = 0.05
    change_share: Share = 0.5


class FileShape(Strict):
    """Where a table stands in a periodic copy."""

    sheet: str | None = Field(default=None, description="worksheet or table name in the file; any whose headings fit, if not given")
    heading_row: int = Field(default=1, ge=1, le=20, description="the row that holds the column names, 1-based")


class Expectation(Strict):
    """What the feed promises; breaking a promise marks the feed and drops nothing."""

    rows_min: int = Field(ge=0)
    rows_max: int = Field(ge=1)
    freshness: int = Field(ge=1, description="longest silence in seconds that is still fresh")
    complete: dict[Target, Share] = Field(default_factory=dict, description="least share of the role's records that have the field")
    unknown_codes: Share = Field(default=0.01, description="largest share of a column's coded cells that the contract does not list")
    unique: list[Target] = Field(default_factory=list, description="fields of which no two rows of the table may share a value")

    @model_validator(mode="after")
    def _ordered(self) -> "Expectation":
        if self.rows_min > self.rows_max:
            message = "最少行数大于最多行数 rows_min is larger than rows_max: swap them"
            raise ValueError(message)
        return self


class Column(Strict):
    """What becomes of one column: exactly one of ``to`` (mapped), ``ignore`` or ``withhold`` (never leaves the source)."""

    to: dict[Target, Sensitivity] | None = None
    ignore: Reason | None = None
    withhold: Reason | None = None
    codes: dict[str, str] | None = Field(default=None, description="the department's codes → huiliu's words; a code not listed is flagged")
    vocabulary: str | None = Field(default=None, description="the code table's name, e.g. GB/T 2261.1")
    label: Bilingual | None = Field(default=None, description="what an entry form calls the column")
    required: bool = Field(default=False, description="a row without it is refused at the door (file and entry)")

    @model_validator(mode="after")
    def _exactly_one(self) -> "Column":
        said = [name for name in ("to", "ignore", "withhold") if getattr(self, name) is not None]
        if len(said) != 1:
            message = "必须且只能写一项 say exactly one of to / ignore / withhold"
            raise ValueError(message)
        if self.codes is not None and self.to is None:
            message = "未映射的列没有代码表 codes belong to a mapped column: add `to`, or remove codes"
            raise ValueError(message)
        if self.to is not None and not self.to:
            message = "映射为空 `to` is empty: name a target such as {resident.name: personal}, or ignore the column with a reason"
            raise ValueError(message)
        if self.required and self.withhold is not None:
            message = "扣留的列不能必填 a withheld column cannot be required: it never leaves the source"
            raise ValueError(message)
        return self
