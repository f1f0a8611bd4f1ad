"""The person scorecard that FEBRL 1 and 2 make, without a look at who is one entity: as ``huiliu scorecard estimate`` makes it.

Nothing is chosen on labels: m and u are estimated, a doubt stays if the data show it more often than independent fields would, and
the thresholds stay as shipped, 20 bits being 99 % among 10,000 records.
"""

from collections.abc import Mapping
from typing import Any

from cli.scorecard import record_of
from domain.entities import Kind
from domain.matching.estimate_card import RANDOM_PAIRS, anew, samples, without_idle_doubts
from domain.matching.scorecard import Scorecard
from domain.matching.scorecard_file import ScorecardText, shipped

FIXED_ON = ("febrl1", "febrl2")
"""Sets that may be learned from; the others are only measured."""


def estimated(
    data: Mapping[str, Mapping[str, Mapping[str, str]]], fields: Mapping[str, str], random_pairs: int = RANDOM_PAIRS
) -> tuple[ScorecardText, dict[str, Any]]:
    """Return the scorecard, and what is told of how it was made.

    Args:
        data: the sets' records by id, each by column; only those of ``FIXED_ON`` are read.
        fields: a column → the person's field it fills.
        random_pairs: how many pairs u is estimated from.
    """
    card = shipped(Kind.PERSON)
    scorecard = Scorecard(card)
    sets = [
        samples(
            scorecard,
            (record_of({fields[column]: cell for column, cell in row.items()}, Kind.PERSON) for row in data[name].values()),
        )
        for name in FIXED_ON
    ]
    found = anew(card.text, sets, f"label-free from {' and '.join(FIXED_ON)}", random_pairs=random_pairs)
    made = without_idle_doubts(found)
    told = {
        "from": list(FIXED_ON),
        "match_bits": {name: profile.match_bits for name, profile in made.profiles.items()},
        "doubts": [
            {
                "profile": each.profile,
                "doubt": each.doubt.en,
                "pairs": round(each.pairs),
                "seen": round(each.seen, 1),
                "independent": round(each.independent, 1),
                "kept": not each.idle,
            }
            for each in found.doubts
        ],
    }
    return made.model_copy(update={"version": card.version + 1}), told
