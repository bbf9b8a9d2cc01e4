"""Files that are no playlist: one clear sentence with a reference each, and nothing in the channel."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

import pytest

from cogs.words.errors import UNEXPECTED
from services.domain.errors import TastemapError
from services.domain.inputs import MAX_UPLOAD_BYTES
from services.imports.formats import MAX_MEMBERS, MAX_ROWS
from tests.discord.conftest import Room
from tests.discord.samples import HEADER, exportify
from tests.discord.test_hostile_words import check_inert
from tests.discord.test_refusals import answer_of, log, refused

__all__ = ["log"]


def archive(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()


HEAD = ",".join(HEADER)
BROKEN = {
    "nothing": (b"", "no rows"),
    "blanks": (b"\xef\xbb\xbf \r\n", "no rows"),
    "only a header": (f"{HEAD}\n".encode(), "no rows"),
    "only local files": (f"{HEAD}\nspotify:local:a:b:c:1,c,b,a\n".encode(), "none of its rows"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "picture"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "looks like"),
    "web page": (b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
    "program": (b"MZ\x90\x00\x03" + bytes(300), "looks like"),
    "noise": (bytes((n * 7919 + n // 251) % 256 for n in range(9000)), "looks like"),
    "prose": (b"Dear diary, today was a good day.\nWe sang.\n", "looks like"),
    "table of something else": (b"name,price\napples,3\npears,4\n", "looks like"),
    "formula table": (b"=1+1,@everyone\n**x**,`y`\n", "looks like"),
    "json of something else": (b'{"tracks": 5}', "looks like"),
    "json cut off": (json.dumps({"playlists": [{"name": "A", "items": []}]}).encode()[:-9], "damaged"),
    "json too deep": (b"[" * 200_000, "damaged"),
    "quote never closed": (exportify(20).replace(b",Song 3,", b',"Song 3,'), "damaged"),
    "cut-off archive": (archive(**{"a.csv": exportify(50)})[:-80], "ZIP"),
    "archive of pictures": (archive(**{"a.png": b"\x89PNG"}), ""),
    "archive bomb": (archive(**{"a.csv": b"0" * 60_000_000}), "archive"),
    "archive of many": (archive(**{f"{n}.csv": b"x" for n in range(MAX_MEMBERS + 1)}), "archive"),
    "gzip": (gzip.compress(exportify(3)), ""),
    "too many rows": (
        b"\n".join([b"Title,Artist", *(b"Song %d,Artist" % n for n in range(MAX_ROWS + 1))]),
        "20,000 rows",
    ),
    "too large": (b"x" * (MAX_UPLOAD_BYTES + 1), "the limit is 10 MiB"),
}


@pytest.mark.parametrize("kind", BROKEN)
async def test_a_broken_file_gets_one_sentence_and_leaves_nothing_in_the_channel(
    room: Room, log: pytest.LogCaptureFixture, kind: str
) -> None:
    content, expected = BROKEN[kind]
    result = await room.ann.slash(room.channel, "analyze", file=("holiday.csv", content))
    sentence = refused(await answer_of(result), log)
    assert expected in sentence
    assert sentence != UNEXPECTED
    assert "\n" not in sentence
    assert 20 < len(sentence) < 400
    check_inert(sentence.replace("`/analyze`", ""))
    assert room.posts() == []
    (error,) = room.env.refusals()
    assert isinstance(error.__cause__, TastemapError)


async def test_a_broken_private_file_is_refused_in_the_private_answer_itself(
    room: Room, log: pytest.LogCaptureFixture
) -> None:
    result = await room.ann.slash(room.channel, "analyze", file=("a.csv", b""), private=True)
    assert "no rows" in refused(result.response, log)
    assert result.followups == []
    assert len(room.env.refusals()) == 1


async def test_the_bot_goes_on_after_any_broken_file(room: Room) -> None:
    for kind in ("json too deep", "archive bomb"):
        await room.ann.slash(room.channel, "analyze", file=("a.csv", BROKEN[kind][0]))
    room.env.refusals()
    assert (await room.analyze()).attachments
