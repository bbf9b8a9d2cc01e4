"""Invented playlist files of any size."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Sequence

_WORDS = (
    "Track URI", "Track Name", "Album Name", "Artist Name(s)", "Release Date", "Duration (ms)", "Popularity",
    "Explicit", "Added By", "Added At", "Genres", "Record Label",
)  # fmt: skip
_SOUND = (
    "Danceability", "Energy", "Key", "Loudness", "Mode", "Speechiness", "Acousticness", "Instrumentalness",
    "Liveness", "Valence", "Tempo", "Time Signature",
)  # fmt: skip
HEADER = _WORDS + _SOUND

_MOODS = (
    # danceability, energy, loudness, speechiness, acousticness, instrumentalness, liveness, valence, tempo
    (0.75, 0.85, -5.0, 0.06, 0.05, 0.70, 0.15, 0.60, 125.0),
    (0.40, 0.20, -16.0, 0.04, 0.90, 0.05, 0.12, 0.25, 90.0),
    (0.80, 0.65, -7.0, 0.28, 0.15, 0.01, 0.20, 0.65, 96.0),
    (0.25, 0.15, -24.0, 0.04, 0.80, 0.92, 0.11, 0.10, 80.0),
    (0.45, 0.95, -4.0, 0.09, 0.02, 0.05, 0.30, 0.40, 150.0),
    (0.60, 0.55, -9.0, 0.05, 0.40, 0.02, 0.75, 0.85, 118.0),
    (0.65, 0.35, -12.0, 0.05, 0.60, 0.30, 0.10, 0.70, 105.0),
    (0.30, 0.60, -8.0, 0.04, 0.10, 0.60, 0.35, 0.15, 135.0),
)
_SPREADS = (0.07, 0.07, 1.5, 0.015, 0.06, 0.06, 0.05, 0.08, 7.0)
_BOUNDS = ((0, 1), (0, 1), (-50, 0), (0, 1), (0, 1), (0, 1), (0, 1), (0, 1), (45, 210))


def exportify(
    count: int,
    *,
    moods: int = 4,
    titles: Sequence[str] = (),
    artists: Sequence[str] = (),
    seed: int = 7,
) -> bytes:
    """Write `count` invented tracks in `moods` kinds of sound as Exportify would."""
    dice = random.Random(seed)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for index in range(count):
        title = titles[index % len(titles)] if titles else f"Song {index}"
        artist = artists[index % len(artists)] if artists else f"Artist {index % (count // 4 + 1)}"
        dance, energy, loud, speech, acoustic, instrumental, live, valence, tempo = (
            round(min(max(dice.gauss(centre, spread), low), high), 4)
            for centre, spread, (low, high) in zip(_MOODS[index % moods], _SPREADS, _BOUNDS, strict=True)
        )
        writer.writerow(
            [
                f"spotify:track:{index:022d}", title, f"Album {index // 9}", artist, "2011-05-06",
                200_000 + index, 40, "false", "", "2020-01-02T03:04:05Z", "", "Tideline", dance, energy,
                index % 12, loud, index % 2, speech, acoustic, instrumental, live, valence, tempo, 4,
            ]
        )  # fmt: skip
    return out.getvalue().encode()
