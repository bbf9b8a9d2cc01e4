"""Every parser that reads what a stranger can send, with what must be true of its answer."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from multidict import CIMultiDict

from bot.logs import Redactor
from bot.web.server import parse_networks, visitor_of
from cogs.replies.ids import MAX_LENGTH, ComponentRef
from cogs.words.text import escape, plain
from services.accounts.linking import address_parts
from services.domain.errors.playlists import DatasetError, UploadError
from services.domain.errors.sources import KeyRingError, LinkExpiredError
from services.domain.inputs import ReferenceKind, parse_reference
from services.domain.music import valid_isrc, valid_track_id
from services.domain.recordings import NameQuestion, Readings
from services.imports.links import read_links
from services.imports.open_dumps import DumpRows
from services.imports.upload import read_upload
from services.sealing import KeyRing, UnsealError
from services.sources import spotify_wire
from services.sources.listenbrainz import read_lookups, read_recording, read_spotify_ids
from services.sources.reccobeats_answers import NonsenseError, by_isrc, by_track_id, judge
from services.sources.session import LONGEST_S, parse_http_date, parse_json, retry_after_s

Target = Callable[[bytes], None]

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ASKED = ["0Aa1Bb2Cc3Dd4Ee5Ff6Gg7", "USAAA2400001"]
MBID = "b1a9c0e9-d987-4042-ae91-78d6a3267d69"
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
    assert all(playlist.tracks for playlist in read)


def listed(content: bytes) -> None:
    """A file of a music program or of a service; paths in it stay on one line, and only there."""
    try:
        read = read_upload(content, filename="mine")
    except UploadError:
        return
    for playlist in read:
        assert playlist.tracks
        for track in playlist.tracks:
            assert track.title or track.id or track.isrc
            assert track.location is None or track.location.isprintable()
            assert track.uploaded is None or track.uploaded == track.uploaded.accepted()


def open_dump(content: bytes) -> None:
    """A table of an open dump; whatever it holds, what is kept of it can be true."""
    for read in (DumpRows.readings, DumpRows.names):
        try:
            rows = list(read(DumpRows(io.StringIO(words(content), newline=""))))
        except DatasetError:
            continue
        for row in filter(None, rows):
            if isinstance(row[1], Readings):
                features = row[1].features
                assert features == features.accepted()
                assert len(row[0]) == 16


def recordings(content: bytes) -> None:
    """Answers about names and recordings."""
    value = parse_json(content)
    asked = [NameQuestion("A", "B", "C")]
    rows = value if isinstance(value, list) else [value]
    assert read_lookups(rows, asked).keys() <= set(asked)
    assert read_spotify_ids(rows, asked).keys() <= set(asked)
    found = read_recording(MBID, value)
    assert found is None or (found.track.title and found.track.artists)


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
    spotify_wire.read_profile(value)
    summary = spotify_wire.read_summary(value, own_id="ann")
    assert summary is None or summary.id
    for page in (
        spotify_wire.read_page(value),
        spotify_wire.embedded_page(value) if isinstance(value, dict) else None,
    ):
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
        upload, listed, open_dump, recordings, links, reference, custom_id, retry_after, reccobeats, spotify,
        ids, escaping, pasted_address, forwarded_for, token_keys, sealed, redaction,
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

_REKORDBOX = """<DJ_PLAYLISTS><COLLECTION>
<TRACK TrackID="1" Name="S" Artist="A" AverageBpm="120.00" Tonality="8A" Location="file://localhost/C:/a%20b.mp3"/>
</COLLECTION><PLAYLISTS><NODE Type="1" Name="N"><TRACK Key="1"/></NODE></PLAYLISTS></DJ_PLAYLISTS>"""
_TRAKTOR = """<NML VERSION="19"><COLLECTION><ENTRY TITLE="S" ARTIST="A"><TEMPO BPM="120"/>
<LOCATION DIR="/:m/:" FILE="s.mp3" VOLUME="C:"/><INFO KEY="1m"/></ENTRY></COLLECTION></NML>"""
_WATCH_PAGE = """<html><div class="outer-cell"><p class="mdl-typography--title">YouTube Music<br></p>
<div class="mdl-typography--body-1">Watched <a href="//music.youtube.com/watch?v=x">S</a><br>
<a href="/c">A - Topic</a></div>"""
_LOOKUP = {"index": 0, "artist_credit_arg": "A", "recording_arg": "B", "recording_mbid": MBID}
_SPOTIFY_IDS = {"artist_name": "A", "release_name": "C", "track_name": "B", "spotify_track_ids": ASKED}
_RECORDING = {"recording": {"name": "S", "length": 9, "isrcs": ASKED}, "artist": {"artists": [{"name": "A"}]}}

SEEDS: dict[str, tuple[bytes, ...]] = {
    "upload": (
        b"a.csv\0Track URI,Track Name,Artist Name(s),Energy\r\nspotify:track:"
        + ASKED[0].encode()
        + b",S,A,0.5\r\n",
        b"a.json\0"
        + json.dumps({"playlists": [{"name": "P", "items": [{"track": {"trackName": "S"}}]}]}).encode(),
        b"a.zip\0PK\x03\x04",
    ),
    "listed": (
        _REKORDBOX.encode(),
        _TRAKTOR.encode(),
        b"<plist><dict><key>Tracks</key><dict><key>1</key><dict><key>Name</key><string>S</string></dict>",
        b"<playlist><trackList><track><title>S</title><location>file:///a.mp3</location></track>",
        b"#EXTM3U\n#EXTINF:9,A - S\n/m/s.mp3\nspotify:track:" + ASKED[0].encode(),
        b"[playlist]\nFile1=/m/s.mp3\nTitle1=A - S\nLength1=9\n",
        b'<VirtualDJ_Database><Song FilePath="a"><Tags Author="A" Title="S" Bpm="0.5" Key="Am"/></Song>',
        b'{|\n! Title !! Artist\n|-\n| "S" || style="x" | [[A (band)|A]]<ref>x</ref>\n|}',
        b"1. Ann Lee / One Day\n2. Bob Cee / Two Days\n",
        b'"One Day";"Ann Lee";3:45\n"Two";"Ann Lee"\n',
        "Ann Lee – Öl\nBob – Über Uns\n".encode().decode("cp1252").encode(),
        json.dumps(
            [
                {
                    "header": "YouTube Music",
                    "title": "Watched S",
                    "titleUrl": "x",
                    "time": "y",
                    "subtitles": [{"name": "A - Topic"}],
                }
            ]
        ).encode(),
        _WATCH_PAGE.encode(),
        json.dumps({"payload": {"listens": [{"track_metadata": {"track_name": "S"}}]}}).encode(),
        b"Track Name,Last Played Date,Is User Initiated\nA - S,1,true\n",
        b"uts,utc_time,artist,album,track\n1700000000,x,A,L,S\n",
        b"Title,Artist,BPM,Key,Energy,Duration\nS,A,124 BPM,8A,0.5,3:45\nT,A,12421,1m,0.6,225000\n",
        b"| Title | Artist |\n|---|---|\n| S | A |\n",
    ),
    "open_dump": (
        f"mbid,submission_offset,bpm\r\n{MBID},0,120.5\r\n".encode(),
        f"mbid,key_key,key_scale\r\n{MBID},F#,minor\r\n".encode(),
        f"artist_credit_name,recording_mbid,recording_name\r\nA,{MBID},S\r\n".encode(),
    ),
    "recordings": (
        json.dumps([_LOOKUP]).encode(),
        json.dumps([_SPOTIFY_IDS]).encode(),
        json.dumps(_RECORDING).encode(),
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
