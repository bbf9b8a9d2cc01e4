"""Custom ids: what is written is read again, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.replies.ids import (
    BUTTON_PATTERN,
    MAX_LENGTH,
    SELECT_PATTERN,
    Action,
    ComponentRef,
    DraftVerb,
    draft_ref,
    read_verb,
)
from services.domain.report import new_id

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
    ids = {new_id() for _ in range(500)}
    assert len(ids) == 500
    assert all(ComponentRef.parse(ComponentRef(Action.CHARTS, each).button()) for each in ids)


@given(
    st.sampled_from((Action.TIDY, Action.OPTIMIZE)),
    st.sampled_from(DraftVerb),
    st.lists(st.integers(0, 9_999), max_size=3),
)
def test_what_a_draft_is_asked_for_is_read_again(
    command: Action, verb: DraftVerb, details: list[int]
) -> None:
    ref = ComponentRef.parse(draft_ref(command, "a" * 14, verb, *details).button())
    assert ref is not None
    assert read_verb(ref) == (verb, tuple(map(str, details)))


@pytest.mark.parametrize(
    ("custom_id", "verb", "details"),
    [
        ("tmb:tidy:a:d.3.remove.1", DraftVerb.DECIDE, ("3", "remove", "1")),
        ("tmb:tidy:a:s.3.1", DraftVerb.SWAP, ("3", "1")),
        ("tmb:tidy:a:a.0", DraftVerb.TAKE_SUGGESTIONS, ("0",)),
        ("tmb:tidy:a:p.2.back", DraftVerb.SHOW, ("2", "back")),
        ("tmb:tidy:a:f", DraftVerb.REVIEW, ()),
        ("tmb:tidy:a:r", DraftVerb.ASK, ()),
        ("tmm:tidy:a:named", DraftVerb.TYPED, ()),
        ("tmb:tidy:a:w", DraftVerb.REPLACE, ()),
        ("tmb:tidy:a:n", DraftVerb.SAVE, ()),
        ("tmb:tidy:a:x", DraftVerb.EXPORT, ()),
        ("tms:split:a:pick", DraftVerb.PICK, ()),
        ("tmb:split:a:r.1", DraftVerb.ASK, ("1",)),
        ("tmm:split:a:named.1", DraftVerb.TYPED, ("1",)),
        ("tmb:split:a:t.1", DraftVerb.TOGGLE, ("1",)),
        ("tms:split:a:m.1", DraftVerb.MERGE, ("1",)),
        ("tmb:split:a:o", DraftVerb.START_OVER, ()),
        ("tmb:split:a:b", DraftVerb.SHOW, ()),
        ("tmb:split:a:w", DraftVerb.SAVE, ()),
        ("tmb:optimize:a:again", DraftVerb.AGAIN, ()),
        ("tms:optimize:a:goal", DraftVerb.AIM, ()),
        ("tmb:optimize:a:lock", DraftVerb.ASK, ()),
        ("tmm:optimize:a:locked", DraftVerb.TYPED, ()),
        ("tmb:optimize:a:place", DraftVerb.REVIEW, ()),
        ("tmb:optimize:a:w", DraftVerb.REPLACE, ()),
        ("tmb:optimize:a", None, ()),
        ("tmb:optimize:a:burn", None, ()),
    ],
)
def test_buttons_that_older_versions_posted_are_understood(
    custom_id: str, verb: DraftVerb | None, details: tuple[str, ...]
) -> None:
    ref = ComponentRef.parse(custom_id)
    assert ref is not None
    assert read_verb(ref) == (verb, details)
