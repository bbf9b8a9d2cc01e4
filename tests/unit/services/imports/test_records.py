"""Records come out of any stream of lines; a bad quote costs its own line and no other."""

from __future__ import annotations

import csv
import io
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from services.imports.records import read_records

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=8)
LONG = "x" * 200_000


def records(text: str, *, header: int = 0) -> list[list[str] | None]:
    return list(read_records(io.StringIO(text, newline=""), ",", header=header))


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=20))
def test_what_a_writer_wrote_comes_back(rows: list[tuple[str, str, str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([("a", "b", "c"), *rows])
    assert records(out.getvalue()) == [list(row) for row in rows]


def test_the_header_and_what_stands_above_it_are_left_out() -> None:
    assert records("made by a program\na,b\n1,2\n", header=1) == [["1", "2"]]
    assert records("a,b\n") == []
    assert records("") == []


def test_blank_lines_are_no_records() -> None:
    assert records("a,b\n\n1,2\r\n\r\n3,4\n\n") == [["1", "2"], ["3", "4"]]


def test_a_title_over_two_lines_stays_one_cell() -> None:
    assert records('a,b,c\n1,"two\nlines",3\n4,5,6\n') == [["1", "two\nlines", "3"], ["4", "5", "6"]]


def test_a_quote_without_end_costs_one_line() -> None:
    rows = [f"{number},title {number},x" for number in range(50)]
    rows[10] = '10,"title,x'
    found = records("\n".join(["a,b,c", *rows]))
    assert found.count(None) == 1
    assert found.index(None) == 10
    assert [row for row in found if row] == [row.split(",") for row in rows if '"' not in row]


def test_a_quote_closed_rows_later_costs_its_two_lines() -> None:
    rows = ['1,"one,x', "2,two,x", '3,three",x', "4,four,x"]
    found = records("\n".join(["a,b,c", *rows]))
    assert found == [None, ["2", "two", "x"], ["3", 'three"', "x"], ["4", "four", "x"]]


def test_a_quote_without_end_in_a_long_file_is_met_in_bounded_memory() -> None:
    def lines() -> object:
        yield "a,b,c\n"
        yield '0,"never closed,x\n'
        for number in range(1, 100_000):
            yield f"{number},some title,x\n"

    found = read_records(lines(), ",", header=0)  # type: ignore[arg-type]
    assert next(found) is None
    for number, record in enumerate(islice(found, 99_999), 1):
        assert record == [str(number), "some title", "x"]
    assert next(found, "the end") == "the end"


def test_an_absurdly_long_cell_costs_one_line() -> None:
    assert records(f"a,b\n1,{LONG}\n2,3\n") == [None, ["2", "3"]]


@given(st.text(alphabet='ab,"\n\r', max_size=60))
def test_whatever_the_quotes_do_the_records_are_the_same_each_time(text: str) -> None:
    assert records(text) == records(text)
