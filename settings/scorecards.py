"""Reads the scorecards in use: the shipped ones, and those of one's own that replace them."""

from io import StringIO
from pathlib import Path

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from domain.contract import line_of
from domain.entities import Kind
from domain.matching.scorecard_file import VERSIONS, Cards, ScorecardFile, read_scorecard, shipped, shipped_cards
from settings import Settings, SettingsError

_SEE = "compare it with `huiliu scorecard show {kind} --shipped`"


class ScorecardError(SettingsError):
    """A scorecard cannot be used; each line of the message names file, line and remedy."""


def load_scorecards(settings: Settings) -> Cards:
    """Return the scorecard in use of each kind.

    Raises:
        ScorecardError: the folder is missing, or one of its files is no scorecard, or not of the kind it is named after;
            lists the mistakes of every file.
    """
    folder = settings.scorecard_folder
    if folder is None:
        return shipped_cards()
    if not folder.is_dir():
        message = f"没有评分卡文件夹 there is no folder {folder} (HUILIU_SCORECARDS_DIR): make it, or unset the variable"
        raise ScorecardError(message)
    own: dict[Kind, ScorecardFile] = {}
    problems: list[str] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            card = load_scorecard(path)
            own[card.kind] = card
        except ScorecardError as error:
            problems.append(str(error))
    if problems:
        raise ScorecardError("\n".join(problems))
    return {**shipped_cards(), **own}


def load_scorecard(path: Path) -> ScorecardFile:
    """Return the scorecard of one file, which must be named after its kind and compare all that the shipped one compares.

    Raises:
        ScorecardError: as ``load_scorecards``, for this file.
    """
    kinds = {str(kind): kind for kind in VERSIONS}
    if path.stem not in kinds:
        names = ", ".join(f"{kind}.yaml" for kind in kinds)
        message = f"{path}:1: 文件名须为类别名 the file must be named after a kind: rename it to one of {names}"
        raise ScorecardError(message)
    card = read_scorecard_file(path)
    if card.kind is not kinds[path.stem]:
        message = f"{path}:{_line(path, ('kind',))}: 文件名与 kind 不符 the file is not named after its kind: rename it to {card.kind}.yaml"
        raise ScorecardError(message)
    if missing := sorted(shipped(card.kind).compared - card.compared):
        message = (
            f"{path}:{_line(path, ('profiles',))}: 缺少字段 fields are missing that huiliu reads: add {', '.join(missing)} under fields"
        )
        raise ScorecardError(message)
    return card


def read_scorecard_file(path: Path) -> ScorecardFile:
    """Return the scorecard of one file, whatever its name.

    Raises:
        ScorecardError: it cannot be read, is not YAML, or breaks the model; every mistake has its line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        message = f"{path}:1: 无法读取 cannot be read ({error.strerror}): check the file's name, owner and mode"
        raise ScorecardError(message) from error
    except UnicodeDecodeError as error:
        raise ScorecardError(f"{path}:1: 不是 UTF-8 文本 not UTF-8 text: save the file as UTF-8") from error
    try:
        return read_scorecard(text)
    except ValidationError as error:
        document = YAML().load(StringIO(text))
        problems = {(line_of(document, each["loc"]), ".".join(map(str, each["loc"])), each["msg"]) for each in error.errors()}
        lines = (
            f"{path}:{line}: {place}: 评分卡有误 {said}; {_SEE.format(kind=path.stem if path.stem in set(VERSIONS) else Kind.PERSON)}"
            for line, place, said in sorted(problems)
        )
        raise ScorecardError("\n".join(lines)) from error
    except (YAMLError, ValueError, RecursionError) as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        said = error.problem if isinstance(error, MarkedYAMLError) else type(error).__name__
        message = f"{path}:{mark.line + 1 if mark else 1}: 不是 YAML this is not YAML ({said}): correct the line"
        raise ScorecardError(message) from error


def _line(path: Path, place: tuple[str, ...]) -> int:
    return line_of(YAML().load(path.read_text(encoding="utf-8")), place)
