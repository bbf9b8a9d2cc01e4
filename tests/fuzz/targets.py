"""Every parser that reads what a stranger can send, with what must be true of its answer."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from multidict import CIMultiDict

from bot.redaction import Redactor
from bot.web.guard import parse_networks, visitor_of
from cogs.replies.ids import MAX_LENGTH, ComponentRef
from cogs.replies.text import escape, inert, plain
from services.accounts.keyring import KeyRing, UnsealError
from services.accounts.linking import address_parts
from services.domain.errors.accounts import KeyRingError, LinkExpiredError
from services.domain.errors.uploads import UploadError
from services.domain.references import ReferenceKind, parse_reference
from services.imports.links import read_links
from services.imports.upload import read_upload
from services.sources.http.body import parse_json
from services.sources.http.retry_after import LONGEST_S, parse_http_date, retry_after_s
from services.sources.ids import valid_isrc, valid_track_id
from services.sources.reccobeats.answers import NonsenseError, by_isrc, by_track_id, judge
from services.sources.spotify import wire

Target = Callable[[bytes], None]

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ASKED = ["0Aa1Bb2Cc3Dd4Ee5Ff6Gg7", "USAAA2400001"]
KEYS = KeyRing([bytes(32)])
PROXIES = parse_networks("127.0.0.1, ::1, 10.0.0.0/8")


def text_of(content: bytes) -> str:
    """Read bytes as text, lone surrogates included: Discord's JSON can carry them."""
    return content.decode("utf-8", "surrogatepass" if content[:1] > b"\x7f" else "replace")


def words(content: bytes) -> str:
    try:
        return text_of(content)
    except UnicodeDecodeError:
        return content.decode("latin-1")


def upload(content: bytes) -> None:
    """A file, with its name in front of the first zero byte."""
    name, _, rest = content.partition(b"\0")
    try:
        read = read_upload(rest or name, filename=words(name)[:80])
    except UploadError:
        return
    assert all(playlist.tracks for playlist in read.playlists)


def links(content: bytes) -> None:
    try:
        assert read_links(words(content)).tracks
    except UploadError:
        return


def reference(content: bytes) -> None:
    found = parse_reference(words(content))
    assert found.kind is not ReferenceKind.PLAYLIST or valid_track_id(found.value)


def custom_id(content: bytes) -> None:
    text = words(content)
    found = ComponentRef.parse(text)
    if found is not None:
        assert len(text) <= MAX_LENGTH
        assert ComponentRef.parse(found.button()) == found


def retry_after(content: bytes) -> None:
    seconds = retry_after_s(words(content), now=NOW, longest_s=LONGEST_S)
    assert seconds is None or (math.isfinite(seconds) and 0 <= seconds <= LONGEST_S)
    date = parse_http_date(words(content))
    assert date is None or date.tzinfo is not None


def reccobeats(content: bytes) -> None:
    for group in (by_track_id, by_isrc):
        try:
            outcome = judge(parse_json(content), ASKED, group, NOW)
        except NonsenseError:
            continue
        assert {*outcome.found, *outcome.absent, *outcome.failed} == set(ASKED)
        assert not outcome.absent & set(outcome.found)


def spotify(content: bytes) -> None:
    value: Any = parse_json(content)
    wire.read_profile(value)
    summary = wire.read_summary(value, own_id="ann")
    assert summary is None or summary.id
    for page in (wire.read_page(value), wire.embedded_page(value) if isinstance(value, dict) else None):
        assert page is None or page.total is None or page.total >= 0


def ids(content: bytes) -> None:
    text = words(content)
    assert valid_track_id(text) is None or len(str(valid_track_id(text))) == 22
    assert valid_isrc(text) is None or len(str(valid_isrc(text))) == 12


def escaping(content: bytes) -> None:
    text = words(content)
    assert "\n" not in plain(text)
    shown = escape(text)
    assert "@everyone" not in shown
    assert "](http" not in shown
    inert(text)


def pasted_address(content: bytes) -> None:
    try:
        address_parts(words(content))
    except LinkExpiredError:
        return


def forwarded_for(content: bytes) -> None:
    headers = CIMultiDict({"X-Forwarded-For": words(content).replace("\n", "")})
    request: Any = SimpleNamespace(remote="127.0.0.1", headers=headers)
    assert visitor_of(request, PROXIES)


def token_keys(content: bytes) -> None:
    try:
        KeyRing.parse(words(content))
    except KeyRingError:
        return


def sealed(content: bytes) -> None:
    try:
        KEYS.open(words(content), purpose="spotify", owner_id=1, column="refresh")
    except UnsealError:
        return
    raise AssertionError("opened what nobody sealed")


def redaction(content: bytes) -> None:
    Redactor(["a-secret-of-ours"])(words(content))


TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (
        upload, links, reference, custom_id, retry_after, reccobeats, spotify, ids, escaping, pasted_address,
        forwarded_for, token_keys, sealed, redaction,
    )
}  # fmt: skip

_ROW = {
    "href": f"https://open.spotify.com/track/{ASKED[0]}", "isrc": ASKED[1], "energy": 0.4, "tempo": 120,
    "key": 3, "mode": 1, "loudness": -7.5,
}  # fmt: skip
_TRACK = {
    "type": "track", "id": ASKED[0], "uri": f"spotify:track:{ASKED[0]}", "name": "Song", "is_local": False,
    "artists": [{"name": "A", "id": "b"}], "album": {"name": "C", "id": "d", "release_date": "2020-01-02"},
    "external_ids": {"isrc": ASKED[1]}, "duration_ms": 1000,
}  # fmt: skip
_PAGE = {"total": 1, "items": [{"item": _TRACK, "added_at": "2024-01-01T00:00:00Z"}, {"track": None}]}

SEEDS: dict[str, tuple[bytes, ...]] = {
    "upload": (
        b"a.csv\0Track URI,Track Name,Artist Name(s),Energy\r\nspotify:track:"
        + ASKED[0].encode()
        + b",S,A,0.5\r\n",
        b"a.json\0"
        + json.dumps({"playlists": [{"name": "P", "items": [{"track": {"trackName": "S"}}]}]}).encode(),
        b"a.zip\0PK\x03\x04",
    ),
    "links": (b"https://open.spotify.com/track/" + ASKED[0].encode(),),
    "reference": (
        b"https://open.spotify.com/intl-de/playlist/37i9dQZF1DXcBWIGoYBM5M?si=x",
        b"spotify:playlist:",
    ),
    "custom_id": (b"tmb:cluster:abc123:2", b"tms:pick:abc:1-2.3", b"tmm:split:x"),
    "retry_after": (b"120", b"Wed, 25 Nov 2026 12:00:00 GMT", b"-1", b"1e9"),
    "reccobeats": (json.dumps({"content": [_ROW]}).encode(),),
    "spotify": (
        json.dumps(_PAGE).encode(),
        json.dumps({"id": "p", "name": "P", "owner": {"id": "ann"}, "items": _PAGE}).encode(),
        json.dumps({"id": "ann", "account_id": "x", "display_name": "Ann"}).encode(),
    ),
    "ids": (ASKED[0].encode(), ASKED[1].encode()),
    "escaping": (b"@everyone [x](http://y) `a` <@1> ||s||",),
    "pasted_address": (b"http://127.0.0.1:8888/callback?code=a&state=b",),
    "forwarded_for": (b"1.2.3.4, 10.0.0.1", b"fe80::1%eth0"),
    "token_keys": (b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",),
    "sealed": (KEYS.seal("x", purpose="spotify", owner_id=2, column="refresh").encode(),),
    "redaction": (b"Bearer abcdefgh code=aaaaaaaaaaaaaaaaaaaa a-secret-of-ours",),
}
