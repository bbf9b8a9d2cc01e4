"""Custom ids: what is written is read again, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.replies.ids import BUTTON_PATTERN, MAX_LENGTH, SELECT_PATTERN, Action, ComponentRef
from services.workflows.reports import new_report_id

SUBJECTS = st.text("0123456789ABCDEFabcdefXYZxyz", min_size=1, max_size=24)
ARGUMENTS = st.text("0123456789abcXYZ.-", max_size=40)


@given(st.sampled_from(Action), SUBJECTS, ARGUMENTS)
def test_what_is_written_is_read_again(action: Action, subject: str, argument: str) -> None:
    ref = ComponentRef(action, subject, argument)
    for written, pattern in ((ref.button(), BUTTON_PATTERN), (ref.select(), SELECT_PATTERN)):
        assert ComponentRef.parse(written) == ref
        assert pattern.fullmatch(written)
        assert len(written) <= MAX_LENGTH
    assert ComponentRef.parse(ref.form()) == ref


@given(st.text(max_size=100))
def test_any_text_is_read_as_nothing_or_as_itself(text: str) -> None:
    for candidate in (text, f"tmb:{text}", f"tms:charts:{text}"):
        ref = ComponentRef.parse(candidate)
        if ref is not None:
            assert candidate in (ref.button(), ref.select(), ref.form())


@pytest.mark.parametrize(
    "text", ["", "tmb", "tmb:", "tmb:charts", "tmb:charts:", "tmb:nope:x", "tmx:charts:x", "tmb:charts:x:",
             "tmb:charts:x:y:z", " tmb:charts:x", "tmb:charts:x\n", "tmb:charts:ä", "TMB:charts:x"],
)  # fmt: skip
def test_what_we_never_write_is_not_read(text: str) -> None:
    assert ComponentRef.parse(text) is None


def test_an_id_that_discord_would_refuse_is_never_written() -> None:
    with pytest.raises(ValueError, match="100"):
        ComponentRef(Action.CLUSTER, "a" * 24, "b" * 80).button()


def test_report_ids_fit_and_differ() -> None:
    ids = {new_report_id() for _ in range(500)}
    assert len(ids) == 500
    assert all(ComponentRef.parse(ComponentRef(Action.CHARTS, each).button()) for each in ids)
