"""What somebody can press below a refusal: the next step of each kind of error, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto
from typing import Any

from discord import ButtonStyle, ui

from cogs.replies.account import HERE, connect_ref
from cogs.replies.ids import Action, ComponentRef, DraftVerb, draft_ref
from cogs.replies.layout import button
from cogs.replies.lobby import NEW, LobbyVerb
from cogs.replies.saving import LAST
from cogs.words.about import HelpTopic
from cogs.words.controls import Label
from cogs.words.text import message_url
from services.domain.errors import groups, jobs, playlists, sources, storage
from services.domain.group_requests import AskRequest, CompareRequest, MapVerb, Where
from services.domain.jobs import Request
from services.domain.ordering import Goal
from services.domain.requests import AccountRequest, ClipsRequest, JobKind, LoginStep, OptimizeRequest


class Step(StrEnum):
    """Something to press, by its label."""

    CONNECT = Label.CONNECT_SPOTIFY
    FINISH = Label.FINISH_LOGIN
    AGAIN = Label.TRY_AGAIN
    """What was pressed, or the same request once more."""
    OTHER_LIST = Label.CHOOSE_A_PLAYLIST
    FILES = Label.WHAT_I_CAN_READ
    EXAMPLE = Label.TRY_AN_EXAMPLE
    STOP = Label.STOP_IT
    UNDO = Label.WHAT_CAN_BE_UNDONE
    SAVE_NEW = Label.SAVE_AS_A_NEW_PLAYLIST
    EXPORT = Label.EXPORT
    LOCK = Label.LOCK
    SMOOTHEST = Label.SMOOTHEST_ORDER
    JOIN = Label.JOIN
    CHOOSE_SOURCE = Label.CHOOSE_SOURCE
    COMPARE = Label.COMPARE
    START_GROUP = Label.START_GROUP
    ASK_HERE = Label.ASK_IN_THIS_CHANNEL
    ASK_DIRECTLY = Label.ASK_BY_DIRECT_MESSAGE
    SERVER_MAP = Label.SERVER_MAP
    PUT_ON_MAP = Label.PUT_ON_MAP


class NoStep(Enum):
    """Why nothing can be pressed."""

    IN_A_TERMINAL = auto()
    """Only the commands of an operator end in it."""
    UP_TO_OTHERS = auto()
    """Only somebody else can change it."""
    AS_WISHED = auto()
    """It is already as it was wished."""
    COMES_BY_ITSELF = auto()
    """The answer is on its way, or time brings it."""
    ON_THE_CARD = auto()
    """The card above, or in the channel, has what to press."""
    COMMAND = auto()
    """The command that the sentence names wants options that only its person knows."""
    ATTACH = auto()
    """A file has to be attached, which no button can."""
    OUTSIDE = auto()
    """It is to be done at Spotify or Discord."""
    ASKS_ITSELF = auto()
    """The refusal is a card that asks what to do first."""


Next = tuple[Step, ...] | NoStep

_ANOTHER = (Step.OTHER_LIST, Step.FILES)


def _of_code(error: sources.WrongCodeError) -> Next:
    return (Step.FINISH,) if error.tries_left > 0 else (Step.CONNECT,)


def _of_stop(error: jobs.CannotStopError) -> Next:
    return (Step.UNDO,) if error.kind == JobKind.WRITE else NoStep.COMES_BY_ITSELF


_AFTER: Mapping[Next, Sequence[type[BaseException]]] = {
    (Step.FILES,): (
        sources.NoSeatError, sources.AppMisconfiguredError, sources.SourceRefusedError,
        sources.NotAllowlistedError, sources.OwnerPremiumError, sources.QuotaExceededError,
        sources.MadeBySpotifyError, sources.ShareSpentError,
        playlists.OtherServiceError, playlists.ListsOffError,
        playlists.UnreadableNameError, playlists.FileTooLargeError, playlists.TooManyRowsError,
        playlists.TooManyNamesError, playlists.CostlyFileError, playlists.EmptyFileError,
        playlists.NoTracksError, playlists.DamagedFileError, playlists.ArchiveRefusedError,
        playlists.PlaylistNotInFileError, playlists.NotSoundError, playlists.SoundFormatOffError,
        playlists.DamagedSoundError, playlists.CostlySoundError, playlists.UnusualSoundError,
        playlists.SoundTooLargeError, playlists.TooManySoundsError, playlists.TooShortSoundError,
        playlists.MixedChoiceError, playlists.SeveralListsError,
    ),
    (Step.AGAIN,): (
        sources.RateLimitedError, sources.SourceUnavailableError, sources.OutOfTimeError,
        groups.CannotLookError, groups.CannotTakeBackError, jobs.OverloadedError, jobs.WorkerLostError,
        jobs.ShuttingDownError, jobs.StoppedError, jobs.QueueFullError, jobs.TooFastError,
        playlists.FileUnavailableError, storage.DatabaseBusyError, storage.DatabaseUnreachableError,
        storage.CannotSaveError, storage.DatabaseFullError, storage.DatabaseReadOnlyError,
    ),
    (Step.START_GROUP,): (
        groups.LobbyGoneError, groups.LobbyEndedError, groups.LobbyFullError, groups.NoLobbyHereError,
        groups.TooManyQuestionsError, groups.UnreadableResultError, groups.ResultGoneError,
        groups.NotForYouError, groups.NotInResultError, groups.NoResultHereError,
    ),
    _ANOTHER: (
        sources.PlaylistNotReadableError, sources.SpotifyNotFoundError, playlists.UnknownPlaylistError,
        playlists.NoPlaylistLinkError, playlists.ShortLinkError,
        playlists.EmptyPlaylistError, playlists.PlaylistTooLongError,
        storage.ReportNotFoundError, storage.NotMappedError, storage.NothingToSplitError,
        storage.TooFewToOrderError,
    ),
    (Step.CONNECT,): (
        sources.RelinkNeededError, sources.ScopeMissingError, sources.LinkExpiredError,
        sources.LoginInterruptedError, sources.LoginDeniedError, sources.TokenRefusedError,
    ),
    (Step.LOCK,): (
        storage.UnreadableLockError, storage.NoSuchPlaceError, storage.LockedTwiceError,
        storage.TrackNotFoundError,
    ),
    (Step.UNDO,): (
        sources.WriteUnderWayError, sources.WriteNotFoundError, sources.NotUndoableError,
        sources.UndoOutdatedError,
    ),
    (Step.OTHER_LIST,): (
        jobs.TooCostlyError, jobs.InterruptedTooOftenError, playlists.AmbiguousPlaylistError,
    ),
    (Step.FILES, Step.EXAMPLE): (
        playlists.SpotifyOffError, playlists.UnknownFormatError, playlists.NothingToAnalyzeError,
    ),
    (Step.SAVE_NEW,): (
        sources.NotRewritableError, sources.NotYourPlaylistError, sources.PlaylistChangedError,
    ),
    (Step.SERVER_MAP,): (groups.MapFullError, groups.NotOnMapError),
    (Step.JOIN,): (groups.NotInLobbyError, groups.OpenAlreadyError),
    (Step.ASK_HERE,): (groups.DirectQuestionsOffError, groups.CannotReachError),
    (Step.CHOOSE_SOURCE,): (groups.TooFewReadyError, groups.UnreadablePlaylistError),
    (Step.COMPARE,): (groups.ChangedMeanwhileError, groups.OnePlaylistFailedError),
    (Step.AGAIN, Step.FILES): (sources.SpotifyRejectedError, playlists.ListNotFoundError),
    (Step.EXAMPLE, Step.OTHER_LIST, Step.FILES): (playlists.NothingNamedError, storage.NoReportYetError),
    (Step.EXPORT,): (sources.NothingToWriteError, sources.PlaylistFullError),
    (Step.CONNECT, Step.FILES): (sources.NotLinkedError,),
    (Step.CONNECT, Step.EXPORT): (sources.NotLinkedToSaveError,),
    (Step.FINISH,): (sources.NotFinishedInBrowserError,),
    (Step.OTHER_LIST, Step.FILES, Step.PUT_ON_MAP): (groups.NothingForMapError,),
    (Step.ASK_DIRECTLY,): (groups.CannotSeeChannelError,),
    (Step.CHOOSE_SOURCE, Step.FILES): (groups.NothingBroughtError,),
    (Step.AGAIN, Step.OTHER_LIST): (jobs.DeadlineExceededError,),
    (Step.STOP,): (jobs.AlreadyRunningError,),
    (Step.EXAMPLE, Step.OTHER_LIST): (storage.NotYourReportError,),
    (Step.SMOOTHEST,): (storage.TooFewKeysError,),
    (Step.SAVE_NEW, Step.EXPORT): (sources.NotOnSpotifyError,),
    (Step.SAVE_NEW, Step.UNDO): (sources.PlaylistGoneError,),
    NoStep.IN_A_TERMINAL: (
        sources.KeyRingError, playlists.DatasetUnreadableError, playlists.DatasetColumnsError,
        playlists.DatasetSourceError, storage.DamagedDatabaseError, storage.UnsupportedDatabaseUrlError,
        storage.CopyRefusedError, storage.DatabaseInUseError, storage.SecondBotError,
        storage.NewerSchemaError, storage.OldProcessesError, storage.MigrationFailedError,
        storage.BackupFailedError, storage.RestoreFailedError, storage.BackupToolError,
    ),
    NoStep.UP_TO_OTHERS: (
        groups.NotChannelManagerError, groups.NotTheOneAskedError, groups.AskedAlreadyError,
        groups.NeverAskedError, groups.NotServerAdminError, jobs.NotOperatorError,
    ),
    NoStep.AS_WISHED: (
        sources.SameOrderError, sources.NothingToUndoError, groups.NoDigestError, groups.NotSharingError,
        jobs.ForgottenError, jobs.NothingRunsError, storage.PostedAlreadyError,
    ),
    NoStep.ON_THE_CARD: (
        groups.TooManyLobbiesError, playlists.ClipsOffError, storage.NoSuchGroupError,
        storage.NothingDecidedError,
    ),
    NoStep.COMMAND: (groups.CompareWithNobodyError, jobs.RequestForgottenError, storage.DraftNotFoundError),
    NoStep.ATTACH: (playlists.UploadExpiredError, playlists.SilentSoundError, playlists.SoundOfferGoneError),
    NoStep.OUTSIDE: (sources.AccountTakenError, sources.NotRemovableError),
    NoStep.COMES_BY_ITSELF: (sources.SeatBusyError, groups.ComparingAlreadyError),
    NoStep.ASKS_ITSELF: (sources.UnfinishedWritesError,),
}  # fmt: skip
NEXT: Mapping[type[BaseException], Next | Callable[..., Next]] = {
    **{kind: steps for steps, kinds in _AFTER.items() for kind in kinds},
    sources.WrongCodeError: _of_code,
    jobs.CannotStopError: _of_stop,
}
"""Every error that has a sentence, with what to press below it or the reason why there is nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """What was refused, as far as a step may need it."""

    guild_id: int | None = None
    pressed: ComponentRef | None = None
    """The button, menu or form that it came from."""
    again: str = ""
    """Custom id of a button that does the same once more; empty where there is none."""
    request: Request | None = None
    """The accepted work that failed."""
    keep: Callable[[Request], str] = lambda _request: ""
    """Makes the custom id of a button that asks for a request; empty where its press could not be read."""
    wish: Callable[[], str] = str
    """Makes the id of what a login came in between."""
    has_spotify: bool = True
    """Whether this installation reads playlists at Spotify."""


def next_step(error: BaseException) -> Next:
    """Return what can be pressed after an error, or why there is nothing; its nearest kin decides."""
    found = next((NEXT[kind] for kind in type(error).__mro__ if kind in NEXT), (Step.AGAIN,))
    return found(error) if callable(found) and not isinstance(found, NoStep) else found


def next_buttons(steps: Next, error: BaseException, refused: Refused) -> list[ui.Button[Any]]:
    """Make the buttons of those steps that can be taken from where somebody was refused."""
    if isinstance(error, storage.PostedAlreadyError) and error.message_id is not None:
        url = message_url(error.guild_id, error.channel_id, error.message_id)
        return [ui.Button(label=Label.SEE_IT, url=url)]
    if isinstance(steps, NoStep):
        return []
    made = {}
    for step in steps:
        if (custom_id := _custom_id(step, error, refused)) and custom_id not in made:
            style = ButtonStyle.primary if step is Step.CONNECT else ButtonStyle.secondary
            made[custom_id] = button(step.value, custom_id, style=style)
    return list(made.values())


def _custom_id(step: Step, error: BaseException, refused: Refused) -> str:
    match step:
        case Step.CONNECT:
            return connect_ref(refused.wish()).button() if refused.has_spotify else ""
        case Step.FINISH:
            return ComponentRef(Action.FINISH, HERE).button()
        case Step.AGAIN:
            return refused.again or _once_more(refused)
        case Step.OTHER_LIST:
            return ComponentRef(Action.LIBRARY, "0").button() if refused.has_spotify else ""
        case Step.FILES:
            return ComponentRef(Action.HELP, HelpTopic.FILES).button()
        case Step.EXAMPLE:
            return ComponentRef(Action.EXAMPLE, "start").button()
        case Step.STOP:
            return ComponentRef(Action.STOP, str(getattr(error, "job_id", ""))).button()
        case Step.UNDO:
            return ComponentRef(Action.UNDO, LAST).button()
        case Step.ASK_HERE | Step.ASK_DIRECTLY | Step.SMOOTHEST:
            changed = _changed(step, refused.request)
            return refused.keep(changed) if changed else ""
        case _:
            return _where_it_was(step, refused)


def _once_more(refused: Refused) -> str:
    match refused.request:
        case None:
            return ""
        case AccountRequest(step=LoginStep.FINISH):
            return ComponentRef(Action.FINISH, HERE).button()  # the code is kept nowhere
        case CompareRequest(lobby_id=lobby_id):
            return ComponentRef(Action.LOBBY, lobby_id, LobbyVerb.COMPARE).button()  # asks who may press
        case ClipsRequest(report_id=report_id):
            return ComponentRef(Action.CLIPS, report_id).button()
        case request:
            return refused.keep(request)


def _changed(step: Step, request: Request | None) -> Request | None:
    """Change a request so that it meets no such refusal; None for what is no request of that kind."""
    match step, request:
        case Step.ASK_HERE, AskRequest():
            return replace(request, where=Where.CHANNEL)
        case Step.ASK_DIRECTLY, AskRequest():
            return replace(request, where=Where.MESSAGE)
        case Step.SMOOTHEST, OptimizeRequest():
            return replace(request, goal=Goal.FLOW)
        case _:
            return None


_IN_LOBBY = {Step.JOIN: LobbyVerb.JOIN, Step.COMPARE: LobbyVerb.COMPARE}
_IN_DRAFT = {Step.SAVE_NEW: DraftVerb.SAVE, Step.EXPORT: DraftVerb.EXPORT, Step.LOCK: DraftVerb.ASK}
_ON_MAP = {Step.SERVER_MAP: MapVerb.LOOK, Step.PUT_ON_MAP: MapVerb.JOIN}
_DRAFTS = frozenset({Action.TIDY, Action.SPLIT, Action.OPTIMIZE})
_LOBBIES = frozenset({Action.LOBBY, Action.BRING})


def _where_it_was(step: Step, refused: Refused) -> str:
    """Write the custom id of a step on the lobby, the draft or the map that was pressed."""
    pressed, is_in_server = refused.pressed, refused.guild_id is not None
    lobby_id = getattr(refused.request, "lobby_id", "")
    if pressed is not None and pressed.action in _LOBBIES:
        lobby_id = pressed.subject
    if step is Step.CHOOSE_SOURCE and lobby_id:
        return ComponentRef(Action.BRING, lobby_id).button()
    if step in _IN_LOBBY and lobby_id:
        return ComponentRef(Action.LOBBY, lobby_id, _IN_LOBBY[step]).button()
    if step is Step.START_GROUP and is_in_server:
        return ComponentRef(Action.LOBBY, NEW, LobbyVerb.START).button()
    if step in _ON_MAP and is_in_server:
        return ComponentRef(Action.SERVER_MAP, str(refused.guild_id), _ON_MAP[step]).button()
    drafts = {Action.OPTIMIZE} if step is Step.LOCK else _DRAFTS
    if step in _IN_DRAFT and pressed is not None and pressed.action in drafts:
        return draft_ref(pressed.action, pressed.subject, _IN_DRAFT[step]).button()
    return ""
