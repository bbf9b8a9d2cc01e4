"""Decisions while somebody is making them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from services.domain.drafts import (
    Certainty,
    Decision,
    Double,
    DoubleKind,
    Finding,
    Keeping,
    Part,
    SplitState,
    TidyState,
)
from services.domain.features import Feature
from services.domain.portrait import OddYear, Outlier
from services.storage.database import Database
from services.storage.decisions import Draft, DraftStore
from services.storage.reports import ReportStore
from services.storage.schema.people import drafts, reports
from tests.integration.storage.samples import NOON, some_report

SAM, KIM = 123_456_789_012_345_678, 2

ODD = Outlier(7, (OddYear(1958, (2015, 2018), known=True),), 3.0)
TIDY = TidyState(
    (
        Finding(row=3, certainty=Certainty.SURE, reason="the same recording", keeper=0),
        Finding(row=5, certainty=Certainty.OPINION, reason="far livelier than Späte Fahrt 夜"),
        Finding(
            row=6,
            certainty=Certainty.MAYBE,
            reason=Double(DoubleKind.SOUNDS_DIFFERENT, feature=Feature.ENERGY, values=(0.2, 0.85)),
            keeper=1,
            keeper_reason=Keeping.MORE_POPULAR,
        ),
        Finding(
            row=7, certainty=Certainty.OPINION, reason=Outlier(7, (OddYear(1958, (2015, 2018), True),), 3.0)
        ),
    ),
    {1: Decision.MOVE},
    frozenset({0}),
    moved_to="Set aside",
)
SPLIT = SplitState((Part(name="Späte Fahrt 夜", groups=(0, 2), rows=(1, 4), likely=1, included=False),), (9,))


@pytest.fixture
async def store(database: Database) -> DraftStore:
    reports = ReportStore(database)
    for report_id, owner in (("r1", SAM), ("r2", KIM)):
        await reports.save(report_id, owner, some_report(1), private=True, created_at=NOON)
    return DraftStore(database)


@pytest.mark.parametrize("state", [TIDY, SPLIT])
async def test_a_draft_comes_back_as_it_was(store: DraftStore, state: TidyState | SplitState) -> None:
    draft = Draft("d1", SAM, "r1", state)
    await store.save(draft, now=NOON)
    await store.save(draft, now=NOON)
    assert await store.load("d1") == draft
    assert await store.load("d2") is None


async def test_drafts_go_by_age_and_with_their_report(store: DraftStore, database: Database) -> None:
    later = NOON + timedelta(hours=1)
    for draft, now in (
        (Draft("d1", SAM, "r1", TIDY), NOON),
        (Draft("d2", SAM, "r1", TIDY), later),
        (Draft("d3", KIM, "r2", SPLIT), later),
    ):
        await store.save(draft, now=now)

    assert await store.purge(later) == 1
    assert await store.load("d1") is None
    assert await store.load("d3") is not None
    async with database.transaction() as connection:
        await connection.execute(delete(reports).where(reports.c.report_id == "r2"))
    assert await store.load("d3") is None


async def test_a_draft_of_another_version_is_none(store: DraftStore, database: Database) -> None:
    await store.save(Draft("d1", SAM, "r1", TIDY), now=NOON)
    for values in ({"state": '{"findings": 7}'}, {"kind": "later"}):
        async with database.transaction() as connection:
            await connection.execute(update(drafts).values(values))
        assert await store.load("d1") is None


async def test_a_change_that_another_process_made_meanwhile_is_not_overwritten(store: DraftStore) -> None:
    await store.save(Draft("d1", SAM, "r1", SPLIT), now=NOON)
    here, there = await store.load("d1"), await store.load("d1")
    assert here is not None
    assert there is not None
    assert await store.change(here, now=NOON)
    assert not await store.change(there, now=NOON)
    found = await store.load("d1")
    assert found is not None
    assert found.version == 1
