"""The document of a report has the fields that docs/terminal.md lists, and says which shape it is."""

from __future__ import annotations

import re
from pathlib import Path

from cogs.words.report import report_words
from services.workflows.export import JSON_VERSION, report_document
from tests.unit.services.charts.reports import make_report

DOCUMENTED = (Path(__file__).parents[4] / "docs" / "terminal.md").read_text(encoding="utf-8")
CLUSTER = {
    *("name", "blurb", "subtitle", "tempo_bpm", "tempo_range_bpm", "size", "likely", "traits", "typical"),
    "top_artists",
}
SUBTITLE = {
    *("genres", "genre_share", "decade", "decade_share", "artist", "artist_share", "of_artists"),
    *("album", "album_share"),
}


def test_the_shape_is_the_documented_one() -> None:
    report = make_report()
    document = report_document(report, report_words(report))
    section = DOCUMENTED.split("## What `analyze --json` prints")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    assert list(document) == [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert document["version"] == JSON_VERSION
    assert f"`version` is {JSON_VERSION}" in section
    for cluster in document["clusters"]:
        assert cluster.keys() == CLUSTER
        assert cluster["subtitle"].keys() == SUBTITLE
