"""What somebody can press below a refusal: the next step of each kind of error, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
_LOGIN_AGAIN = (Step.CONNECT,)


def _of_code(error: sources.WrongCodeError) -> Next:
    return (Step.FINISH,) if error.tries_left > 0 else _LOGIN_AGAIN


def _of_stop(error: jobs.CannotStopError) -> Next:
    return (Step.UNDO,) if error.kind == JobKind.WRITE else NoStep.COMES_BY_ITSELF


NEXT: Mapping[type[BaseException], Next | Callable[..., Next]] = {
    # the link to Spotify
    sources.NotLinkedError: (Step.CONNECT, Step.FILES),
    sources.RelinkNeededError: (Step.CONNECT,),
    sources.ScopeMissingError: (Step.CONNECT,),
    sources.NoSeatError: (Step.FILES,),
    sources.LinkExpiredError: _LOGIN_AGAIN,
    sources.WrongCodeError: _of_code,
    sources.NotFinishedInBrowserError: (Step.FINISH,),
    sources.LoginInterruptedError: _LOGIN_AGAIN,
    sources.LoginDeniedError: _LOGIN_AGAIN,
    sources.AccountTakenError: NoStep.OUTSIDE,
    sources.AppMisconfiguredError: (Step.FILES,),
    sources.KeyRingError: NoStep.IN_A_TERMINAL,
    # several people
    groups.LobbyGoneError: (Step.START_GROUP,),
    groups.LobbyEndedError: (Step.START_GROUP,),
    groups.LobbyFullError: (Step.START_GROUP,),
    groups.MapFullError: (Step.SERVER_MAP,),
    groups.NothingForMapError: (Step.OTHER_LIST, Step.FILES, Step.PUT_ON_MAP),
    groups.NotOnMapError: (Step.SERVER_MAP,),
    groups.NotChannelManagerError: NoStep.UP_TO_OTHERS,
    groups.NoDigestError: NoStep.AS_WISHED,
    groups.NotInLobbyError: (Step.JOIN,),
    groups.NoLobbyHereError: (Step.START_GROUP,),
    groups.NotTheOneAskedError: NoStep.UP_TO_OTHERS,
    groups.AskedAlreadyError: NoStep.UP_TO_OTHERS,
    groups.NeverAskedError: NoStep.UP_TO_OTHERS,
    groups.TooManyQuestionsError: (Step.START_GROUP,),
    groups.DirectQuestionsOffError: (Step.ASK_HERE,),
    groups.NotServerAdminError: NoStep.UP_TO_OTHERS,
    groups.TooManyLobbiesError: NoStep.ON_THE_CARD,
    groups.CompareWithNobodyError: NoStep.COMMAND,
    groups.CannotSeeChannelError: (Step.ASK_DIRECTLY,),
    groups.CannotLookError: (Step.AGAIN,),
    groups.CannotReachError: (Step.ASK_HERE,),
    groups.CannotTakeBackError: (Step.AGAIN,),
    groups.NothingBroughtError: (Step.CHOOSE_SOURCE, Step.FILES),
    groups.TooFewReadyError: (Step.CHOOSE_SOURCE,),
    groups.ComparingAlreadyError: NoStep.COMES_BY_ITSELF,
    groups.OpenAlreadyError: (Step.JOIN,),
    groups.ChangedMeanwhileError: (Step.COMPARE,),
    groups.OnePlaylistFailedError: (Step.COMPARE,),
    groups.UnreadablePlaylistError: (Step.CHOOSE_SOURCE,),
    groups.UnreadableResultError: (Step.START_GROUP,),
    groups.ResultGoneError: (Step.START_GROUP,),
    groups.NotForYouError: (Step.START_GROUP,),
    groups.NotInResultError: (Step.START_GROUP,),
    groups.NoResultHereError: (Step.START_GROUP,),
    groups.NotSharingError: NoStep.AS_WISHED,
    # work
    jobs.DeadlineExceededError: (Step.AGAIN, Step.OTHER_LIST),
    jobs.TooCostlyError: (Step.OTHER_LIST,),
    jobs.OverloadedError: (Step.AGAIN,),
    jobs.WorkerLostError: (Step.AGAIN,),
    jobs.ShuttingDownError: (Step.AGAIN,),
    jobs.StoppedError: (Step.AGAIN,),
    jobs.ForgottenError: NoStep.AS_WISHED,
    jobs.CannotStopError: _of_stop,
    jobs.NothingRunsError: NoStep.AS_WISHED,
    jobs.AlreadyRunningError: (Step.STOP,),
    jobs.QueueFullError: (Step.AGAIN,),
    jobs.TooFastError: (Step.AGAIN,),
    jobs.InterruptedTooOftenError: (Step.OTHER_LIST,),
    jobs.RequestForgottenError: NoStep.COMMAND,
    jobs.NotOperatorError: NoStep.UP_TO_OTHERS,
    # playlists and files
    playlists.UnknownPlaylistError: _ANOTHER,
    playlists.ShortLinkError: _ANOTHER,
    playlists.OtherServiceError: (Step.FILES,),
    playlists.ListsOffError: (Step.FILES,),
    playlists.ListNotFoundError: (Step.AGAIN, Step.FILES),
    playlists.UnreadableNameError: (Step.FILES,),
    playlists.SpotifyOffError: (Step.FILES, Step.EXAMPLE),
    playlists.AmbiguousPlaylistError: (Step.OTHER_LIST,),
    playlists.EmptyPlaylistError: _ANOTHER,
    playlists.PlaylistTooLongError: _ANOTHER,
    playlists.NothingNamedError: (Step.EXAMPLE, Step.OTHER_LIST, Step.FILES),
    playlists.FileTooLargeError: (Step.FILES,),
    playlists.TooManyRowsError: (Step.FILES,),
    playlists.TooManyNamesError: (Step.FILES,),
    playlists.CostlyFileError: (Step.FILES,),
    playlists.EmptyFileError: (Step.FILES,),
    playlists.NoTracksError: (Step.FILES,),
    playlists.UnknownFormatError: (Step.FILES, Step.EXAMPLE),
    playlists.DamagedFileError: (Step.FILES,),
    playlists.ArchiveRefusedError: (Step.FILES,),
    playlists.PlaylistNotInFileError: (Step.FILES,),
    playlists.FileUnavailableError: (Step.AGAIN,),
    playlists.UploadExpiredError: NoStep.ATTACH,
    playlists.NothingToAnalyzeError: (Step.FILES, Step.EXAMPLE),
    **dict.fromkeys(
        (playlists.DatasetUnreadableError, playlists.DatasetColumnsError, playlists.DatasetSourceError),
        NoStep.IN_A_TERMINAL,
    ),
    # maps and drafts
    storage.ReportNotFoundError: _ANOTHER,
    storage.NoSuchGroupError: NoStep.ON_THE_CARD,
    storage.NotYourReportError: (Step.EXAMPLE, Step.OTHER_LIST),
    storage.NoReportYetError: (Step.EXAMPLE, Step.OTHER_LIST, Step.FILES),
    storage.NotMappedError: _ANOTHER,
    storage.DraftNotFoundError: NoStep.COMMAND,
    storage.NothingDecidedError: NoStep.ON_THE_CARD,
    storage.NothingToSplitError: _ANOTHER,
    storage.TooFewKeysError: (Step.SMOOTHEST,),
    storage.TooFewToOrderError: _ANOTHER,
    **dict.fromkeys(
        (
            *(storage.UnreadableLockError, storage.NoSuchPlaceError),
            *(storage.LockedTwiceError, storage.TrackNotFoundError),
        ),
        (Step.LOCK,),
    ),
    # sound
    **dict.fromkeys(
        (
            *(playlists.NotSoundError, playlists.SoundFormatOffError, playlists.DamagedSoundError),
            *(playlists.CostlySoundError, playlists.UnusualSoundError, playlists.SoundTooLargeError),
            *(playlists.TooManySoundsError, playlists.TooShortSoundError, playlists.MixedChoiceError),
        ),
        (Step.FILES,),
    ),
    playlists.SilentSoundError: NoStep.ATTACH,
    playlists.SoundOfferGoneError: NoStep.ATTACH,
    playlists.ClipsOffError: NoStep.ON_THE_CARD,
    # services outside
    sources.SourceRefusedError: (Step.FILES,),
    sources.RateLimitedError: (Step.AGAIN,),
    sources.SourceUnavailableError: (Step.AGAIN,),
    sources.OutOfTimeError: (Step.AGAIN,),
    sources.TokenRefusedError: (Step.CONNECT,),
    sources.NotAllowlistedError: (Step.FILES,),
    sources.OwnerPremiumError: (Step.FILES,),
    sources.PlaylistNotReadableError: _ANOTHER,
    sources.SpotifyNotFoundError: _ANOTHER,
    sources.QuotaExceededError: (Step.FILES,),
    sources.ShareSpentError: (Step.FILES,),
    sources.SpotifyRejectedError: (Step.AGAIN, Step.FILES),
    # the database
    **dict.fromkeys(
        (
            *(storage.DatabaseBusyError, storage.DatabaseUnreachableError, storage.CannotSaveError),
            *(storage.DatabaseFullError, storage.DatabaseReadOnlyError),
        ),
        (Step.AGAIN,),
    ),
    **dict.fromkeys(
        (
            *(storage.DamagedDatabaseError, storage.UnsupportedDatabaseUrlError, storage.CopyRefusedError),
            *(storage.DatabaseInUseError, storage.SecondBotError, storage.NewerSchemaError),
            *(storage.OldProcessesError, storage.MigrationFailedError, storage.BackupFailedError),
            *(storage.RestoreFailedError, storage.BackupToolError),
        ),
        NoStep.IN_A_TERMINAL,
    ),
    # what is written to Spotify
    sources.NothingToWriteError: (Step.EXPORT,),
    sources.PlaylistFullError: (Step.EXPORT,),
    sources.NotOnSpotifyError: (Step.SAVE_NEW, Step.EXPORT),
    sources.NotRewritableError: (Step.SAVE_NEW,),
    sources.NotYourPlaylistError: (Step.SAVE_NEW,),
    sources.SameOrderError: NoStep.AS_WISHED,
    sources.PlaylistChangedError: (Step.SAVE_NEW,),
    sources.PlaylistGoneError: (Step.SAVE_NEW, Step.UNDO),
    sources.WriteUnderWayError: (Step.UNDO,),
    sources.WriteNotFoundError: (Step.UNDO,),
    sources.NothingToUndoError: NoStep.AS_WISHED,
    sources.NotUndoableError: (Step.UNDO,),
    sources.UndoOutdatedError: (Step.UNDO,),
    sources.NotRemovableError: NoStep.OUTSIDE,
    sources.UnfinishedWritesError: NoStep.ASKS_ITSELF,
    sources.SeatBusyError: NoStep.COMES_BY_ITSELF,
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
