"""What is wrong with a request, for people and machines: a place, a code, and a sentence with its remedy in both languages.

A problem never carries what was sent: pydantic's ``input`` and messages stay behind, only place and code go on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from query.words import PROBLEMS, Text

_CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "string_too_short": "too_short",
    "string_too_long": "too_long",
    "enum": "unknown_choice",
    "literal_error": "unknown_choice",
    "greater_than_equal": "out_of_range",
    "less_than_equal": "out_of_range",
    "json_invalid": "not_json",
    "exactly_one": "exactly_one",
    "bad_case_number": "bad_case_number",
    "unknown_identifier": "unknown_identifier",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: the field's path in the request (empty: the request as a whole), and its code in ``words.PROBLEMS``."""

    place: str
    code: str

    @property
    def text(self) -> Text:
        """The sentence that says what is wrong and what to do."""
        return PROBLEMS.get(self.code, PROBLEMS["invalid"])

    def as_json(self) -> dict[str, Any]:
        """Return ``{"place", "code", "zh", "en"}``."""
        return {"place": self.place, "code": self.code, "zh": self.text.zh, "en": self.text.en}


class ProblemError(Exception):
    """A request that cannot be answered as it stands; ``status`` and ``headers`` are the HTTP answer's."""

    def __init__(self, problems: list[Problem], status: int = 422, headers: Mapping[str, str] | None = None) -> None:
        """Keep the problems; the message names codes and places only."""
        super().__init__(", ".join(f"{problem.place}: {problem.code}" for problem in problems))
        self.problems = problems
        self.status = status
        self.headers = headers


def problems_of(errors: Sequence[Any]) -> list[Problem]:
    """Return pydantic's errors as problems."""
    return list(dict.fromkeys(_problem(error) for error in errors))


def _problem(error: dict[str, Any]) -> Problem:
    code = _CODES.get(error["type"], "invalid")
    if code == "not_json":
        return Problem("", code)  # its place is an offset into the text
    known = [str(part) for part in error["loc"] if part not in ("body", "query")]
    if code == "unknown_field":
        known = known[:-1]  # the name was made up by the sender and may hold anything
    return Problem(".".join(known), "not_json" if not known and code == "invalid" else code)
