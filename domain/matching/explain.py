"""Says why a pair was judged as it was, in sentences a clerk understands, without any value of either record."""

from collections.abc import Iterator
from typing import NamedTuple

from domain.matching.scorecard import Band, Judgement
from domain.matching.scorecard_file import Level, ScorecardFile


class Reason(NamedTuple):
    """One field's part in a judgement; ``bits`` above 0 speak for one entity, below 0 for two."""

    field: str
    level: str
    bits: float
    zh: str
    en: str


_VERDICTS = {
    Band.MATCH: ("判为同一实体", "taken for one entity"),
    Band.REVIEW: ("需人工复核", "for a person to judge"),
    Band.APART: ("判为不同实体", "taken for two entities"),
}
_WANTING = "，因为缺少匹配必需的一致项，或有疑点", ", because something that a match needs is wanting, or a doubt forbids it"


def why(judgement: Judgement, file: ScorecardFile) -> list[Reason]:
    """Return the reasons, the weightiest first; ``file``: the scorecard the pair was judged by."""
    return sorted(_reasons(judgement, file), key=lambda reason: (-abs(reason.bits), reason.field))


def verdict(judgement: Judgement, file: ScorecardFile) -> tuple[str, str]:
    """Return the verdict with its figures, in Chinese and English."""
    profile = file.profiles[judgement.profile]
    zh, en = _VERDICTS[judgement.band]
    if judgement.wanting:
        zh, en = zh + _WANTING[0], en + _WANTING[1]
    bits, match, review = judgement.bits, profile.match / 100, profile.review / 100
    return (
        f"证据 {bits:.1f} 比特（匹配 ≥ {match:g}，复核 ≥ {review:g}）：{zh}",
        f"{bits:.1f} bits of evidence (match ≥ {match:g}, review ≥ {review:g}): {en}",
    )


def _reasons(judgement: Judgement, file: ScorecardFile) -> Iterator[Reason]:
    profile = file.profiles[judgement.profile]
    turns = {f"{turn.one}/{turn.other}": turn.turn for turn in profile.turned}
    for field, level, hundredths in judgement.fields:
        words: Level = getattr(turns[field], level) if field in turns else profile.fields[field].levels[level]
        yield Reason(field, level, hundredths / 100, words.zh, words.en)
