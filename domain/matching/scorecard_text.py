"""Writes a scorecard as the YAML a steward reads: one line a level, with its sentence. What is written reads back the same."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from domain.matching.scorecard_file import Comparison, Doubt, Level, ProfileText, ScorecardText, Turn

_HEAD = (
    "# {kind} {version}：每一级的权重（比特）= log2(m/u)；m 是同一实体的记录对中这一级所占的份额，u 是不同实体的。",
    (
        "# Weights of each level in bits, log2(m / u); m: share among pairs of one entity, u: among pairs of two. "
        "Made by domain/matching/estimate.py."
    ),
)
_plain = re.compile(r"[^\W\d_](?:(?!: | #)[^\n\"'\[\]{}])*(?<![:\s])").fullmatch
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


def scorecard_text(card: ScorecardText) -> str:
    """Return the file's text."""
    lines = [line.format(kind=card.kind, version=card.version) for line in _HEAD]
    lines += [f"kind: {card.kind}", f"version: {card.version}", f"estimated: {_scalar(card.estimated)}", "profiles:"]
    for name, profile in card.profiles.items():
        lines += [f"  {name}:", *_indented(4, _profile(profile))]
    return "\n".join(lines) + "\n"


def _profile(profile: ProfileText) -> Iterator[str]:
    yield f"zh: {_scalar(profile.zh)}"
    yield f"en: {_scalar(profile.en)}"
    if profile.when:
        yield f"when: [{', '.join(profile.when)}]"
    yield f"match_bits: {profile.match_bits!r}"
    yield f"review_bits: {profile.review_bits!r}"
    if profile.needs:
        yield "needs:"
        yield from (f"  - {_flow(need)}" for need in profile.needs)
    if profile.doubts:
        yield "doubts:"
        for doubt in profile.doubts:
            yield from _item(_doubt(doubt))
    if profile.silences:
        silences = {loud: f"[{', '.join(silent)}]" for loud, silent in profile.silences.items()}
        yield f"silences: {_flow(silences)}"
    if profile.turns:
        yield "turns:"
        for turn in profile.turns:
            yield from _item(_turn(turn))
    yield "fields:"
    for name, comparison in profile.fields.items():
        yield f"  {name}:"
        yield from _indented(4, _comparison(comparison))


def _doubt(doubt: Doubt) -> Iterator[str]:
    yield f"zh: {_scalar(doubt.zh)}"
    yield f"en: {_scalar(doubt.en)}"
    yield f"when: {_flow(doubt.when)}"
    if doubt.unless:
        yield f"unless: {_flow(doubt.unless)}"


def _turn(turn: Turn) -> Iterator[str]:
    yield f"fields: [{', '.join(turn.fields)}]"
    yield f"in_place: {_level(turn.in_place)}"
    yield f"turned: {_level(turn.turned)}"


def _comparison(comparison: Comparison) -> Iterator[str]:
    yield f"zh: {_scalar(comparison.zh)}"
    yield f"en: {_scalar(comparison.en)}"
    yield f"compare: {comparison.compare}"
    yield "levels:"
    yield from (f"  {name}: {_level(level)}" for name, level in comparison.levels.items())


def _level(level: Level) -> str:
    return f"{{bits: {level.bits!r}, m: {level.m!r}, u: {level.u!r}, zh: {_quoted(level.zh)}, en: {_quoted(level.en)}}}"


def _flow(words: Mapping[str, str]) -> str:
    return f"{{{', '.join(f'{field}: {level}' for field, level in words.items())}}}"


def _item(lines: Iterable[str]) -> Iterator[str]:
    """Yield a list's element: a dash before its first line."""
    for place, line in enumerate(lines):
        yield f"  {'  ' if place else '- '}{line}"


def _indented(spaces: int, lines: Iterable[str]) -> Iterator[str]:
    return (" " * spaces + line for line in lines)


def _scalar(text: str) -> str:
    """Return a sentence as it is where YAML reads it so, else quoted."""
    return text if _plain(text) and text.isprintable() and text.lower() not in _WORDS else _quoted(text)


def _quoted(text: str) -> str:
    """Return the text in double quotes; what YAML does not take as it is becomes its number."""
    written = json.dumps(text, ensure_ascii=False)
    return "".join(character if character.isprintable() else f"\\U{ord(character):08x}" for character in written)
