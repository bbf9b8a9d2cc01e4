"""What a comparison holds about one person, and about nobody else."""

from __future__ import annotations

import json
from dataclasses import dataclass

from services.domain.comparison import PersonKey
from services.domain.music import Playlist
from services.storage.group_results import StoredComparison


@dataclass(frozen=True, slots=True)
class OwnPart:
    """A person's part, ready to be taken along."""

    document: bytes
    """JSON."""
    brought: Playlist | None


def own_document(stored: StoredComparison, key: PersonKey) -> bytes:
    """Write down a person's profile, standing and scores with the others."""
    found = stored.comparison
    me = found.person(key)
    document = {
        "name": me.name,
        "made": stored.created_at.isoformat(),
        "tracks": {"all": me.tracks, "measured": me.measured, "estimated": me.imputed},
        "profile": {
            feature.value: {
                "first_quartile": spread.low,
                "median": spread.median,
                "third_quartile": spread.high,
                "level": spread.level,
            }
            for feature, spread in me.profile.items()
        },
        "groups": [
            {"name": group.name, "share": share}
            for group, share in zip(found.groups, me.shares, strict=False)
        ],
        "scores": [
            {
                "with": found.name(pair.b if pair.a == key else pair.a),
                "score": pair.score,
                "low": pair.low,
                "high": pair.high,
                "reasons": list(pair.reasons_to(key)),
            }
            for pair in found.pairs_of(key)
        ],
        "awards": [
            {"title": award.title, "words": award.words} for award in found.awards if key in award.keys
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()
