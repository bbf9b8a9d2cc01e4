"""Tidy a playlist: find, let the person decide, and write or hand out what they decided."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.compute import ComputePool
from services.domain.errors.drafts import DraftNotFoundError, NothingDecidedError
from services.domain.errors.playlists import SpotifyOffError
from services.domain.music import Track
from services.domain.tidying import Decision, Tidied, TidyState, suggested, tidied
from services.domain.writes import Wish, Write, writable
from services.workflows import tasks
from services.workflows.drafts import DraftsWorkflow, OpenDraft
from services.workflows.reports import StoredReport
from services.workflows.saving import SavingWorkflow

TidyDraft = OpenDraft[TidyState]


@dataclass(frozen=True, slots=True, kw_only=True)
class TidyWorkflow:
    """Decisions about doubles and outliers. Nothing is written before `apply`."""

    compute: ComputePool
    drafts: DraftsWorkflow[TidyState]
    saving: SavingWorkflow | None
    """None where no Spotify app is configured: the lists can be exported then."""

    async def begin(self, stored: StoredReport, *, draft_id: str | None = None) -> TidyDraft:
        """Look through a report for what could be tidied; a draft of that id that exists is kept."""
        findings = await self.compute.run("tidying", tasks.find_tidying, stored.report)
        name = f"{stored.report.playlist.name} · set aside"
        return await self.drafts.begin(stored, TidyState(findings, moved_to=name), draft_id=draft_id)

    async def open(self, draft_id: str, user_id: int) -> TidyDraft:
        """Load a draft for its owner; raises like `DraftsWorkflow.open`."""
        return await self.drafts.open(draft_id, user_id)

    async def decide(self, draft_id: str, user_id: int, number: int, decision: Decision) -> TidyDraft:
        """Decide about a finding; the same decision again takes it back."""

        def change(draft: TidyDraft) -> TidyState:
            _check(draft, number)
            decisions = dict(draft.state.decisions)
            if decisions.get(number) is decision:
                del decisions[number]
            else:
                decisions[number] = decision
            return replace(draft.state, decisions=decisions)

        return await self.drafts.change(draft_id, user_id, change)

    async def swap(self, draft_id: str, user_id: int, number: int) -> TidyDraft:
        """Let the decision about a double fall on the other one of the two, or back."""

        def change(draft: TidyDraft) -> TidyState:
            _check(draft, number)
            return replace(draft.state, swapped=draft.state.swapped ^ {number})

        return await self.drafts.change(draft_id, user_id, change)

    async def take_suggestions(self, draft_id: str, user_id: int) -> TidyDraft:
        """Decide about everything that is still open as suggested."""
        return await self.drafts.change(
            draft_id,
            user_id,
            lambda draft: replace(
                draft.state, decisions={**suggested(draft.state.findings), **draft.state.decisions}
            ),
        )

    async def rename(self, draft_id: str, user_id: int, name: str) -> TidyDraft:
        """Name the playlist for moved tracks; an empty name changes nothing."""
        name = " ".join(name.split())
        return await self.drafts.change(
            draft_id,
            user_id,
            lambda draft: replace(draft.state, moved_to=name or draft.state.moved_to),
        )

    async def apply(self, draft_id: str, user_id: int, *, in_place: bool, request: str) -> tuple[Write, ...]:
        """Write what was decided: the moved tracks to a new playlist first, then the tidied list.

        Parameters
        ----------
        in_place
            Whether the playlist itself changes; else the tidied list becomes a new one beside it.
        request
            As in `SavingWorkflow.write`, whose errors this raises too.

        Raises
        ------
        NothingDecidedError
            The decisions change nothing.
        SpotifyOffError
            No Spotify app is configured.
        """
        if self.saving is None:
            raise SpotifyOffError
        draft = await self.open(draft_id, user_id)
        result = outcome(draft)
        if not result.changes_something:
            raise NothingDecidedError
        playlist = draft.stored.report.playlist
        wishes = []
        if result.moved:
            wishes.append(
                Wish(
                    name=draft.state.moved_to,
                    tracks=writable(tracks_of(draft, result.moved)),
                    description=f"Set aside from {playlist.name}",
                )
            )
        wishes.append(
            Wish(
                name=playlist.name if in_place else f"{playlist.name} · tidied",
                tracks=writable(tracks_of(draft, result.kept)),
                description=f"{playlist.name}, tidied",
                in_place_of=playlist if in_place else None,
            )
        )
        return await self.saving.write(user_id, wishes, request=request)


def outcome(draft: TidyDraft) -> Tidied:
    """Say what the decisions so far come to."""
    return tidied(len(draft.stored.report.tracks), draft.state)


def tracks_of(draft: TidyDraft, rows: tuple[int, ...]) -> tuple[Track, ...]:
    """Return the tracks in these rows."""
    return tuple(draft.stored.report.tracks[row].track for row in rows)


def lists_of(draft: TidyDraft) -> tuple[tuple[str, tuple[Track, ...]], ...]:
    """Return the lists that the decisions make, by name: the tidied one, and the moved tracks."""
    result = outcome(draft)
    lists = [(draft.stored.report.playlist.name, tracks_of(draft, result.kept))]
    if result.moved:
        lists.append((draft.state.moved_to, tracks_of(draft, result.moved)))
    return tuple(lists)


def _check(draft: TidyDraft, number: int) -> None:
    if not 0 <= number < len(draft.state.findings):
        raise DraftNotFoundError(draft.draft_id)
