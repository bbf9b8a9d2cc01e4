"""The tables of the document of accuracy are what the benchmarks print."""

from __future__ import annotations

import pytest

from benchmarks.accuracy import DOCUMENT, SECTIONS, tables_of, with_section
from benchmarks.rows import figure, head


def test_a_section_holds_what_was_printed_and_the_rest_stays(capsys: pytest.CaptureFixture[str]) -> None:
    head("Orders")
    figure("jumps", "3 BPM", before="15 BPM", goal="5 BPM")
    table = tables_of(capsys.readouterr().out)
    assert table.splitlines()[-1] == "| jumps | 15 BPM | – | 5 BPM | – | 3 BPM |"
    before = "Kept.\n<!-- begin orders -->\nold\n<!-- end orders -->\nKept too."
    written = with_section(before, "orders", table)
    assert written == f"Kept.\n<!-- begin orders -->\n{table}\n<!-- end orders -->\nKept too."
    assert with_section(written, "orders", table) == written
    with pytest.raises(KeyError):
        with_section("nothing", "orders", table)


@pytest.mark.parametrize("name", SECTIONS)
def test_every_section_is_in_the_document_and_measured(name: str) -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    begin, end = document.index(f"<!-- begin {name} -->"), document.index(f"<!-- end {name} -->")
    rows = document[begin:end].splitlines()[1:]
    assert len(rows) > 3
    assert all(row.count("|") == 7 for row in rows)
