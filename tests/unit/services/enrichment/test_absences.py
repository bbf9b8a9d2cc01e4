from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.domain.music import Track, TrackId
from services.enrichment.cache import BELIEVED_FOR_NEW, BELIEVED_FOR_OLD, compute_absence

NOW = datetime(2026, 11, 22, tzinfo=UTC)
KEY = TrackId("a" * 22)


@pytest.mark.parametrize(
    ("track", "believed_for"),
    [
        (Track(release_year=2027), BELIEVED_FOR_NEW),
        (Track(release_year=2026), BELIEVED_FOR_NEW),
        (Track(release_year=2025), BELIEVED_FOR_NEW),
        (Track(release_year=2024), BELIEVED_FOR_OLD),
        (Track(release_year=1972), BELIEVED_FOR_OLD),
        (Track(release_year=9999), BELIEVED_FOR_OLD),
        (Track(release_year=-3), BELIEVED_FOR_OLD),
        (Track(isrc="ZZTMP2500001"), BELIEVED_FOR_NEW),
        (Track(isrc="zz-tmp-26-00001"), BELIEVED_FOR_NEW),
        (Track(isrc="ZZTMP9900001"), BELIEVED_FOR_OLD),
        (Track(isrc="ZZTMP2500001", release_year=1990), BELIEVED_FOR_OLD),
        (Track(isrc="ZZ"), BELIEVED_FOR_OLD),
        (Track(), BELIEVED_FOR_OLD),
        (None, BELIEVED_FOR_OLD),
    ],
)
def test_new_releases_are_asked_for_sooner(track: Track | None, believed_for: timedelta) -> None:
    absence = compute_absence(KEY, track, "reccobeats", NOW)
    assert absence.expires_at - NOW == believed_for
    assert (absence.track_id, absence.source, absence.fetched_at) == (KEY, "reccobeats", NOW)


def test_a_year_is_new_until_18_months_after_its_last_day() -> None:
    track = Track(release_year=2025)
    before = compute_absence(KEY, track, "x", datetime(2027, 6, 1, tzinfo=UTC))
    after = compute_absence(KEY, track, "x", datetime(2027, 7, 10, tzinfo=UTC))
    assert before.expires_at - before.fetched_at == BELIEVED_FOR_NEW
    assert after.expires_at - after.fetched_at == BELIEVED_FOR_OLD
