"""Build the workflows: everything Tastemap does for people, ready to be called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.app.accounts import Accounts
from cogs.words.lists import brought_words, new_list
from cogs.words.people import comparison_words
from cogs.words.report import report_words
from services.compute import ComputePool
from services.domain.drafts import SplitState, TidyState
from services.domain.ordering import OrderState
from services.enrichment.enricher import Enricher
from services.jobs.queue import JobQueue
from services.sources.reccobeats_clips import ReccoBeatsClips
from services.storage.consents import QuestionStore, SharingStore
from services.storage.database import Database
from services.storage.decisions import DraftStore, PreferenceStore, RememberedMapStore, TempoCorrectionStore
from services.storage.group_results import GroupResultStore
from services.storage.installation import RefusedFileStore
from services.storage.known_tracks import ArtistGenreStore, KnownTrackStore
from services.storage.links import LinkStore
from services.storage.lobbies import LobbyStore
from services.storage.persons import PersonStore
from services.storage.posted_cards import PostedCardStore
from services.storage.recordings import NameAnswerStore
from services.storage.reports import ReportStore
from services.storage.server_maps import DigestStore, MapMemberStore
from services.storage.spotify import PlaylistStore
from services.storage.uploads import SoundStore, UploadStore
from services.storage.withdrawals import WithdrawalStore
from services.storage.writes import WriteStore
from services.workflows.analyze import AnalyzeWorkflow, nobodys_sources
from services.workflows.compare import CompareWorkflow
from services.workflows.corrections import CorrectionsWorkflow, NamesWorkflow
from services.workflows.costly_files import CostlyFiles
from services.workflows.drafts import DraftsWorkflow, SplitWorkflow, TidyWorkflow
from services.workflows.group_results import GroupResultsWorkflow, SharingWorkflow
from services.workflows.known_tracks import ArtistGenresWorkflow, RelatedTracksWorkflow
from services.workflows.lobbies import LobbiesWorkflow
from services.workflows.optimize import OptimizeWorkflow
from services.workflows.privacy import PrivacyWorkflow
from services.workflows.reading import PlaylistReader
from services.workflows.reports import DriftWorkflow, ReportsWorkflow
from services.workflows.saving import SavingWorkflow
from services.workflows.saving.spotify import SpotifyPlaylists
from services.workflows.server_map import DigestWorkflow, ServerMapWorkflow
from services.workflows.sounds import SoundsWorkflow
from services.workflows.suggestions import Suggestions, UserLists


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflows:
    """What can be done for people, in the order of docs/people.md."""

    jobs: JobQueue
    analyze: AnalyzeWorkflow
    reports: ReportsWorkflow
    drift: DriftWorkflow
    reader: PlaylistReader
    suggestions: Suggestions
    corrections: CorrectionsWorkflow
    names: NamesWorkflow
    tidy: TidyWorkflow
    split: SplitWorkflow
    optimize: OptimizeWorkflow
    saving: SavingWorkflow | None
    """None without a Spotify app: then lists can only be exported."""
    lobbies: LobbiesWorkflow
    group_results: GroupResultsWorkflow
    posted_cards: PostedCardStore
    sharing: SharingWorkflow
    server_map: ServerMapWorkflow
    digests: DigestWorkflow
    privacy: PrivacyWorkflow


def build_workflows(
    database: Database,
    *,
    jobs: JobQueue,
    compute: ComputePool,
    enricher: Enricher,
    clips: ReccoBeatsClips | None,
    lists: UserLists,
    accounts: Accounts | None,
    forgotten: Callable[[int], None],
    clock: Callable[[], datetime],
) -> Workflows:
    """Build them on what is open. `forgotten` is called with whoever was."""
    kept_reports, drafts, writes = ReportStore(database), DraftStore(database), WriteStore(database)
    lobbies, results = LobbyStore(database), GroupResultStore(database)
    questions, withdrawals = QuestionStore(database), WithdrawalStore(database)

    related_tracks = RelatedTracksWorkflow(compute=compute, known=KnownTrackStore(database))
    corrections = CorrectionsWorkflow(store=TempoCorrectionStore(database), clock=clock)
    reports = ReportsWorkflow(store=kept_reports, compute=compute, clock=clock)
    sounds = SoundsWorkflow(
        compute=compute,
        costly=CostlyFiles(RefusedFileStore(database), clock),
        store=SoundStore(database),
        clips=clips,
        clock=clock,
    )
    reader = PlaylistReader(
        compute=compute,
        related_tracks=related_tracks,
        reports=reports,
        library=accounts.library if accounts else None,
        lists=lists,
        uploads=UploadStore(database),
        sounds=sounds,
        example_file=example_file,
        clock=clock,
    )
    names = NamesWorkflow(resolver=enricher.names, answered=NameAnswerStore(database), clock=clock)
    analyze = AnalyzeWorkflow(
        compute=compute,
        reader=reader,
        enricher=enricher,
        related_tracks=related_tracks,
        corrections=corrections,
        names=names,
        genres=ArtistGenresWorkflow(
            store=ArtistGenreStore(database), clock=clock, takes_musicbrainz=enricher.names.takes_genres
        ),
        preferences=PreferenceStore(database),
        personal_sources=accounts.feature_sources if accounts else nobodys_sources,
    )
    saving = None
    if accounts is not None:
        saving = SavingWorkflow(
            journal=writes,
            playlists=SpotifyPlaylists(access=accounts.access),
            clock=clock,
            alone=jobs.is_alone,
        )
    sharing = SharingWorkflow(
        sharings=SharingStore(database),
        questions=questions,
        lobbies=lobbies,
        results=results,
        withdrawals=withdrawals,
        clock=clock,
        words=brought_words,
    )
    server_map = ServerMapWorkflow(
        members=MapMemberStore(database), withdrawals=withdrawals, compute=compute, clock=clock
    )
    return Workflows(
        jobs=jobs,
        analyze=analyze,
        reports=reports,
        drift=DriftWorkflow(reports=reports, store=RememberedMapStore(database), clock=clock),
        reader=reader,
        suggestions=Suggestions(
            library=accounts.library if accounts else None, reports=reports, lists=lists, clock=clock
        ),
        corrections=corrections,
        names=names,
        tidy=TidyWorkflow(
            compute=compute,
            analyze=analyze,
            drafts=DraftsWorkflow(store=drafts, reports=reports, clock=clock, kind=TidyState),
            saving=saving,
            words=new_list,
        ),
        split=SplitWorkflow(
            analyze=analyze,
            drafts=DraftsWorkflow(store=drafts, reports=reports, clock=clock, kind=SplitState),
            saving=saving,
            words=new_list,
        ),
        optimize=OptimizeWorkflow(
            compute=compute,
            analyze=analyze,
            drafts=DraftsWorkflow(store=drafts, reports=reports, clock=clock, kind=OrderState),
            saving=saving,
            words=new_list,
        ),
        saving=saving,
        lobbies=LobbiesWorkflow(
            store=lobbies, questions=questions, withdrawals=withdrawals, clock=clock, words=brought_words
        ),
        group_results=GroupResultsWorkflow(
            lobbies=lobbies,
            results=results,
            withdrawals=withdrawals,
            comparer=CompareWorkflow(analyze=analyze, words=comparison_words),
            clock=clock,
        ),
        posted_cards=PostedCardStore(database=database, clock=clock),
        sharing=sharing,
        server_map=server_map,
        digests=DigestWorkflow(store=DigestStore(database), maps=server_map, compute=compute, clock=clock),
        privacy=PrivacyWorkflow(
            persons=PersonStore(database),
            links=LinkStore(database),
            reports=kept_reports,
            writes=writes,
            clock=clock,
            words=report_words,
            withdraw=jobs.withdraw,
            after_erasing=(
                lambda _user_id: reports.drop_caches(),
                *((accounts.library.forget,) if accounts else ()),
                forgotten,
            ),
            readable={"kept_playlists": PlaylistStore(database).export_of},
            summaries={"together": sharing.export},
        ),
    )


def example_file() -> tuple[str, str, bytes]:
    """Return title, file name and content of the invented playlist behind the "try it" button."""
    return "Late Drive Home", "late-drive.csv", Path(__file__).with_name("example.csv").read_bytes()
