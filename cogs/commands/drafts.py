"""`/tidy`, `/split` and `/optimize`: begin a draft, change it by presses, take it along or write it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from cogs.commands.inputs import FEWEST_GROUPS, MOST_GROUPS, WAYS, input_of, suggest, way_of
from cogs.replies.ids import Action, ComponentRef, DraftVerb, draft_ref, read_verb
from cogs.replies.layout import Reply
from cogs.replies.library import FIELD, text_form
from cogs.replies.lists import list_files
from cogs.replies.optimize import DetailsPage, in_place_card, order_card, order_details_card, order_files_card
from cogs.replies.tidying import (
    dry_run_card,
    final_card,
    page_of,
    split_card,
    split_files_card,
    tidied_files_card,
    tidy_card,
)
from cogs.words.controls import COMMANDS, OPTIONS
from cogs.words.ordering import LOCKS_HINT, LOCKS_LABEL, LOCKS_TITLE
from cogs.words.tidying import MOVED_TO_TITLE, NEW_NAME
from cogs.work.accept import Work
from cogs.work.components import ComponentRouter
from cogs.work.deliver import show
from cogs.work.host import Interaction, chosen_value, typed_text
from cogs.work.reaching import accept_press, ask, in_time, promise
from services.domain.drafts import Decision
from services.domain.errors.storage import DraftNotFoundError, NothingDecidedError
from services.domain.grouping import Grouping
from services.domain.inputs import Named, PlaylistRef, ReferenceKind
from services.domain.ordering import Goal, write_locks
from services.domain.requests import (
    DraftsOf,
    DraftToWrite,
    OptimizeRequest,
    SplitRequest,
    TidyRequest,
    WriteRequest,
)
from services.domain.vocabulary import GOAL_NAMES
from services.domain.writes import MAX_NAME
from services.workflows.drafts import (
    SplitWorkflow,
    TidyDraft,
    TidyWorkflow,
    outcome,
    split_lists,
    tidied_lists,
)
from services.workflows.optimize import OptimizeWorkflow, OrderDraft, ordered_list
from services.workflows.suggestions import Suggestions

_LONGEST_LOCKS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """What somebody wants of their draft."""

    draft_id: str
    user_id: int
    details: tuple[str, ...]
    """What the component says beside its verb."""
    chosen: str
    """From a menu."""
    typed: str
    """Into a form."""

    def number(self) -> int:
        """Read the number of the component; what is none fits nothing in a draft."""
        return _number(self.details[0]) if self.details else -1


Change = Callable[[Press], Awaitable[Reply]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafts:
    """What is particular about the drafts of one command."""

    drafts_of: DraftsOf
    changes: Mapping[DraftVerb, Change]
    """What each verb changes, and the card that shows it."""
    form: Callable[[Press], Coroutine[Any, Any, ui.Modal]]
    """Asks for words; looked up before the first response."""
    files: Callable[[Press], Awaitable[Reply]]


class DraftsCog(commands.Cog):
    """Drafts about playlists; only their owner sees them."""

    def __init__(
        self,
        *,
        tidy: TidyWorkflow,
        split: SplitWorkflow,
        optimize: OptimizeWorkflow,
        suggestions: Suggestions,
        components: ComponentRouter,
        work: Work,
    ) -> None:
        self._suggestions = suggestions
        self._work = work
        self._drafts = {
            Action.TIDY: tidy_drafts(tidy),
            Action.SPLIT: split_drafts(split),
            Action.OPTIMIZE: order_drafts(optimize),
        }
        for action in self._drafts:
            components.register(action, self.press)

    @app_commands.command(name="tidy", description=COMMANDS["tidy"])
    @app_commands.describe(**OPTIONS["tidy"])
    async def tidy(
        self, interaction: Interaction, playlist: str | None = None, file: discord.Attachment | None = None
    ) -> None:
        """Look for what could be tidied."""
        await self._work.accept(interaction, TidyRequest(input_of(playlist, file)), private=True)

    @app_commands.command(name="split", description=COMMANDS["split"])
    @app_commands.describe(**OPTIONS["split"])
    @app_commands.choices(by=WAYS)
    async def split(
        self,
        interaction: Interaction,
        playlist: str | None = None,
        file: discord.Attachment | None = None,
        groups: app_commands.Range[int, FEWEST_GROUPS, MOST_GROUPS] | None = None,
        by: app_commands.Choice[str] | None = None,
    ) -> None:
        """Show how a playlist would be split."""
        request = SplitRequest(input_of(playlist, file), groups, way_of(by))
        await self._work.accept(interaction, request, private=True)

    @app_commands.command(name="optimize", description=COMMANDS["optimize"])
    @app_commands.describe(**OPTIONS["optimize"])
    @app_commands.choices(
        goal=[app_commands.Choice(name=GOAL_NAMES[goal], value=goal.value) for goal in Goal]
    )
    async def optimize(  # noqa: PLR0917  (Discord gives them by name)
        self,
        interaction: Interaction,
        playlist: str | None = None,
        file: discord.Attachment | None = None,
        goal: str = Goal.FLOW.value,
        start: app_commands.Range[str, 1, 100] | None = None,
        end: app_commands.Range[str, 1, 100] | None = None,
        lock: app_commands.Range[str, 1, 200] | None = None,
    ) -> None:
        """Show a new order."""
        what = input_of(playlist, file)
        request = OptimizeRequest(what, Goal(goal), start or "", end or "", lock or "")
        await self._work.accept(interaction, request, private=True)

    @tidy.autocomplete("playlist")
    @split.autocomplete("playlist")
    @optimize.autocomplete("playlist")
    async def suggest(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """List the playlists that may be meant."""
        return await suggest(self._suggestions, interaction, typed)

    async def press(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Answer the buttons, menus and forms of drafts."""
        drafts = self._drafts[ref.action]
        verb, details = read_verb(ref)
        press = Press(
            draft_id=ref.subject,
            user_id=interaction.user.id,
            details=details,
            chosen=chosen_value(interaction),
            typed=typed_text(interaction, FIELD),
        )
        match verb:
            case DraftVerb.ASK:
                await ask(interaction, await in_time(interaction, drafts.form(press)))
            case DraftVerb.SAVE | DraftVerb.REPLACE:
                what = DraftToWrite(drafts.drafts_of, ref.subject, verb is DraftVerb.REPLACE)
                await self._work.accept(interaction, WriteRequest(what), private=True)
            case DraftVerb.OTHER_WAY if details and details[0] in set(Grouping):
                mapped = Named(PlaylistRef(ReferenceKind.REPORT, ref.subject).write())
                request = SplitRequest(mapped, by=Grouping(details[0]))
                await self._work.accept(interaction, request, private=True)
            case DraftVerb.EXPORT:
                await promise(interaction)
                await show(interaction, await drafts.files(press))
            case _:
                await accept_press(interaction)
                if verb is None or verb not in drafts.changes:
                    raise DraftNotFoundError(ref.subject)
                await show(interaction, await drafts.changes[verb](press))


def tidy_drafts(tidy: TidyWorkflow) -> Drafts:
    """Say what can be done with findings."""

    async def page(press: Press) -> Reply:
        return tidy_card(await tidy.drafts.open(press.draft_id, press.user_id), press.number())

    async def decide(press: Press) -> Reply:
        decision = press.details[1] if len(press.details) > 1 else ""
        if decision not in set(Decision):
            raise DraftNotFoundError(press.draft_id)
        draft = await tidy.decide(press.draft_id, press.user_id, press.number(), Decision(decision))
        return tidy_card(draft, page_of(press.number()))

    async def swap(press: Press) -> Reply:
        draft = await tidy.swap(press.draft_id, press.user_id, press.number())
        return tidy_card(draft, page_of(press.number()))

    async def take_suggestions(press: Press) -> Reply:
        return tidy_card(await tidy.take_suggestions(press.draft_id, press.user_id), press.number())

    async def review(press: Press) -> Reply:
        return final(await tidy.drafts.open(press.draft_id, press.user_id))

    async def rename(press: Press) -> Reply:
        return final(await tidy.rename(press.draft_id, press.user_id, press.typed))

    def final(draft: TidyDraft) -> Reply:
        if not outcome(draft).changes_something:
            raise NothingDecidedError
        return final_card(draft, can_write=tidy.saving is not None)

    async def form(press: Press) -> ui.Modal:
        state = await tidy.drafts.state(press.draft_id, press.user_id)
        return _name_form(Action.TIDY, press, MOVED_TO_TITLE, state.moved_to)

    async def files(press: Press) -> Reply:
        draft = await tidy.drafts.open(press.draft_id, press.user_id)
        return tidied_files_card(draft, await list_files(tidied_lists(draft), "tidied"))

    changes = {
        DraftVerb.SHOW: page,
        DraftVerb.DECIDE: decide,
        DraftVerb.SWAP: swap,
        DraftVerb.TAKE_SUGGESTIONS: take_suggestions,
        DraftVerb.REVIEW: review,
        DraftVerb.TYPED: rename,
    }
    return Drafts(drafts_of=DraftsOf.TIDY, changes=changes, form=form, files=files)


def split_drafts(split: SplitWorkflow) -> Drafts:
    """Say what can be done with the parts of a playlist."""

    async def open_draft(press: Press) -> Reply:
        return split_card(await split.drafts.open(press.draft_id, press.user_id))

    async def pick(press: Press) -> Reply:
        return split_card(await split.drafts.open(press.draft_id, press.user_id), _number(press.chosen))

    async def toggle(press: Press) -> Reply:
        number = press.number()
        return split_card(await split.toggle(press.draft_id, press.user_id, number), number)

    async def merge(press: Press) -> Reply:
        into = _number(press.chosen)
        return split_card(await split.merge(press.draft_id, press.user_id, press.number(), into))

    async def rename(press: Press) -> Reply:
        number = press.number()
        return split_card(await split.rename(press.draft_id, press.user_id, number, press.typed), number)

    async def start_over(press: Press) -> Reply:
        return split_card(await split.start_over(press.draft_id, press.user_id))

    async def review(press: Press) -> Reply:
        draft = await split.drafts.open(press.draft_id, press.user_id)
        if not draft.state.chosen:
            raise NothingDecidedError
        return dry_run_card(draft, can_write=split.saving is not None)

    async def form(press: Press) -> ui.Modal:
        state, number = await split.drafts.state(press.draft_id, press.user_id), press.number()
        if not 0 <= number < len(state.parts):
            raise DraftNotFoundError(press.draft_id)
        return _name_form(Action.SPLIT, press, NEW_NAME, state.parts[number].name)

    async def files(press: Press) -> Reply:
        draft = await split.drafts.open(press.draft_id, press.user_id)
        return split_files_card(draft, await list_files(split_lists(draft), "split"))

    changes = {
        DraftVerb.SHOW: open_draft,
        DraftVerb.PICK: pick,
        DraftVerb.TOGGLE: toggle,
        DraftVerb.MERGE: merge,
        DraftVerb.TYPED: rename,
        DraftVerb.START_OVER: start_over,
        DraftVerb.REVIEW: review,
    }
    return Drafts(drafts_of=DraftsOf.SPLIT, changes=changes, form=form, files=files)


def order_drafts(optimize: OptimizeWorkflow) -> Drafts:
    """Say what can be done with an order."""

    async def card(draft: OrderDraft) -> Reply:
        return order_card(draft, await optimize.chart(draft), can_write=optimize.saving is not None)

    async def open_draft(press: Press) -> Reply:
        return await card(await optimize.drafts.open(press.draft_id, press.user_id))

    async def again(press: Press) -> Reply:
        return await card(await optimize.again(press.draft_id, press.user_id))

    async def aim(press: Press) -> Reply:
        if press.chosen not in set(Goal):
            raise DraftNotFoundError(press.draft_id)
        return await card(await optimize.aim(press.draft_id, press.user_id, Goal(press.chosen)))

    async def lock(press: Press) -> Reply:
        return await card(await optimize.lock(press.draft_id, press.user_id, press.typed))

    async def details(press: Press) -> Reply:
        draft = await optimize.drafts.open(press.draft_id, press.user_id)
        page = next((each for each in DetailsPage if each.value in press.details), DetailsPage.COST)
        chart = await optimize.chart(draft, on_card=False) if page is DetailsPage.COST else None
        return order_details_card(draft, chart, page)

    async def review(press: Press) -> Reply:
        return in_place_card(await optimize.drafts.open(press.draft_id, press.user_id))

    async def form(press: Press) -> ui.Modal:
        state = await optimize.drafts.state(press.draft_id, press.user_id)
        return text_form(
            draft_ref(Action.OPTIMIZE, press.draft_id, DraftVerb.TYPED),
            title=LOCKS_TITLE,
            label=LOCKS_LABEL,
            value=write_locks(state.options.locks),
            longest=_LONGEST_LOCKS,
            hint=LOCKS_HINT,
            required=False,
        )

    async def files(press: Press) -> Reply:
        draft = await optimize.drafts.open(press.draft_id, press.user_id)
        steps = await optimize.steps(draft)
        lists = [ordered_list(draft.stored.report, draft.state.result)]
        return order_files_card(draft, await list_files(lists, "order", steps=steps))

    changes = {
        DraftVerb.SHOW: open_draft,
        DraftVerb.AGAIN: again,
        DraftVerb.AIM: aim,
        DraftVerb.DETAILS: details,
        DraftVerb.TYPED: lock,
        DraftVerb.REVIEW: review,
    }
    return Drafts(drafts_of=DraftsOf.OPTIMIZE, changes=changes, form=form, files=files)


def _name_form(command: Action, press: Press, title: str, name: str) -> ui.Modal:
    return text_form(
        draft_ref(command, press.draft_id, DraftVerb.TYPED, *press.details),
        title=title,
        label="Name",
        value=name,
        longest=MAX_NAME,
    )


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else -1
