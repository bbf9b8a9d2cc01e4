"""Find what happened on the map of a server since its last digest, beyond error and by ear."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from services.analysis.name_rules import AUDIBLE
from services.analysis.server_map import arrange
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.server_map import FEWEST_ON_MAP, News, NewsKind, SoundSummary

_SAID = frozenset(SOUND_FEATURES) - {Feature.TEMPO, Feature.LIVENESS, Feature.LOUDNESS}
"""Loudness says what energy says; tempo and liveness of a whole list hardly tell anything."""
_MOVED = 3.0
"""Standard errors by which a list differs from what it was, as for awards: six features are looked at."""
_MOST_MOVED, _MOST_JOINED = 3, 5


def find_news(now: Mapping[int, SoundSummary], before: Mapping[int, SoundSummary | None]) -> tuple[News, ...]:
    """List what happened: who became alike, who moved and how, who is new.

    Parameters
    ----------
    now
        Where everybody stands, by person.
    before
        Where the last digest knew them; None for who is new.
    """
    alike, moved = _who_became_alike(now, before), _who_moved(now, before)
    joined = [News(kind=NewsKind.JOINED, user_id=each) for each in now if before.get(each) is None]
    return (*alike, *moved[:_MOST_MOVED], *joined[:_MOST_JOINED])


def _who_became_alike(
    now: Mapping[int, SoundSummary], before: Mapping[int, SoundSummary | None]
) -> list[News]:
    people = list(now)
    pair = _closest(people, now)
    if pair is None:
        return []
    known = {each: sound for each in people if (sound := before.get(each)) is not None}
    if pair == _closest(list(known), known):
        return []
    if all(known.get(each) == now[each] for each in pair):
        return []  # somebody else has gone or moved away; these two did nothing
    one, other = sorted(pair)
    return [News(kind=NewsKind.ALIKE, user_id=one, other_id=other)]


def _closest(people: list[int], sounds: Mapping[int, SoundSummary]) -> frozenset[int] | None:
    if len(people) < FEWEST_ON_MAP:
        return None
    found = arrange([str(each) for each in people], [sounds[each] for each in people])
    return None if found is None or found.closest is None else frozenset(people[row] for row in found.closest)


def _who_moved(now: Mapping[int, SoundSummary], before: Mapping[int, SoundSummary | None]) -> list[News]:
    found: list[tuple[float, News]] = []
    for person, sound in now.items():
        told = before.get(person)
        if told is None or told == sound:
            continue
        change = np.array(sound.levels) - np.array(told.levels)
        error = np.hypot(sound.errors, told.errors)
        for column, feature in enumerate(SOUND_FEATURES):
            if feature not in _SAID or abs(change[column]) < max(AUDIBLE, _MOVED * error[column]):
                change[column] = 0.0
        column = int(np.abs(change).argmax())
        if change[column]:
            news = News(
                kind=NewsKind.MOVED,
                user_id=person,
                feature=SOUND_FEATURES[column],
                more=bool(change[column] > 0),
            )
            found.append((float(abs(change[column])), news))
    found.sort(key=lambda entry: (-entry[0], entry[1].user_id))
    return [news for _, news in found]
