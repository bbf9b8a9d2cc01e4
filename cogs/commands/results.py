"""Ways further into the result of a comparison: people, pairs, charts, one's own part, and `/blend`."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from cogs.replies.comparison import (
    AS_TEXT,
    ResultVerb,
    awards_card,
    chart_card,
    chart_text,
    own_card,
    pair_card,
    person_card,
)
from cogs.replies.ids import USUAL_BLEND, Action, BlendPress, BlendVerb, ComponentRef
from cogs.replies.layout import Attached, Reply
from cogs.replies.lists import brought_files
from cogs.words.controls import COMMANDS, MODES, OPTIONS
from cogs.words.lists import YOUR_PROFILE
from cogs.words.people import comparison_words
from cogs.work.accept import Work
from cogs.work.comparing import Comparing
from cogs.work.components import ComponentRouter
from cogs.work.deliver import show
from cogs.work.errors import UnknownComponentError
from cogs.work.host import Interaction, chosen_value
from cogs.work.presence import DiscordPresence
from cogs.work.reaching import accept_press, in_time, promise
from services.domain.charts import ChartKind
from services.domain.group_requests import BlendRequest
from services.domain.groups import BlendMode
from services.domain.requests import BlendToWrite, WriteRequest
from services.workflows.group_results import GroupResultsWorkflow, Shown

_SMALLEST, _LARGEST = 5, 100
_CHARTS = {ResultVerb.MAP: ChartKind.PEOPLE_MAP, ResultVerb.PROFILES: ChartKind.PEOPLE_PROFILES}

_MODES = [app_commands.Choice(name=words, value=mode.value) for mode, words in MODES.items()]


class ResultsCog(commands.Cog):
    """What people look at in results. Each press looks first whether it may still be shown."""

    def __init__(
        self,
        *,
        results: GroupResultsWorkflow,
        comparing: Comparing,
        presence: DiscordPresence,
        components: ComponentRouter,
        work: Work,
    ) -> None:
        self._results = results
        self._comparing = comparing
        self._presence = presence
        self._work = work
        components.register(Action.RESULT, self.see)
        components.register(Action.PEOPLE, self.look)
        components.register(Action.BLEND, self.press_blend)

    async def see(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Show one of a pair their latest result."""
        await promise(interaction)
        result_id = await self._results.latest(interaction.channel_id or 0, ref.subject)
        shown = await self._open(interaction, result_id)
        await show(interaction, await self._comparing.show(shown, interaction.user.id))

    async def look(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Show a person, a pair, a chart, the awards, or one's own part."""
        word, *rest = ref.argument.split(".")
        if word not in set(ResultVerb):
            raise UnknownComponentError(ref.argument)
        verb = ResultVerb(word)
        is_about_people = verb in {ResultVerb.PERSON, ResultVerb.PAIR}
        if not rest and is_about_people:
            rest = chosen_value(interaction).split(".")
        if is_about_people and _turns(interaction):
            await accept_press(interaction)
        else:
            await promise(interaction)
        if verb is ResultVerb.POST:
            self._presence.require_take_back(interaction)
        shown = await self._open(interaction, ref.subject)
        if verb is ResultVerb.POST:
            posted = await self._comparing.post_poster(shown, interaction.user.id, request=interaction.id)
            await show(interaction, posted)
            return
        numbers = [int(each) for each in rest if each.isdecimal()]
        await show(interaction, await self._card(shown, verb, numbers, interaction.user.id))

    @app_commands.command(name="blend", description=COMMANDS["blend"])
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.describe(**OPTIONS["blend"])
    @app_commands.choices(mode=_MODES)
    async def blend(
        self,
        interaction: Interaction,
        size: app_commands.Range[int, _SMALLEST, _LARGEST] = USUAL_BLEND,
        mode: app_commands.Choice[str] | None = None,
    ) -> None:
        """Mix for the latest comparison of this channel."""
        result_id = await in_time(interaction, self._results.latest(interaction.channel_id or 0))
        await self._accept(interaction, result_id, BlendMode(mode.value) if mode else BlendMode.FAIR, size)

    async def press_blend(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Mix, or take a blend home."""
        press = BlendPress.parse(ref.argument)
        if press is None:
            raise UnknownComponentError(ref.argument)
        size = min(max(press.size, _SMALLEST), _LARGEST)
        match press.verb:
            case BlendVerb.MIX:
                await self._accept(interaction, ref.subject, press.mode, size)
            case BlendVerb.SAVE:
                what = BlendToWrite(ref.subject, press.mode, size, interaction.channel_id or 0)
                await self._work.accept(interaction, WriteRequest(what), private=True)
            case BlendVerb.FILES | BlendVerb.POSTER:
                shown = await in_time(interaction, self._find(interaction, ref.subject))
                is_poster = press.verb is BlendVerb.POSTER
                taken = BlendRequest(
                    ref.subject,
                    shown.lobby.lobby_id,
                    press.mode,
                    size,
                    as_files=not is_poster,
                    as_poster=is_poster,
                )
                await self._work.accept(interaction, taken, private=True)

    async def _accept(self, interaction: Interaction, result_id: str, mode: BlendMode, size: int) -> None:
        shown = await in_time(interaction, self._find(interaction, result_id))
        private = not shown.lobby.is_shown_to_channel or interaction.channel_id != shown.lobby.channel_id
        if not private:
            self._presence.require_take_back(interaction)
        request = BlendRequest(result_id, shown.lobby.lobby_id, mode, size)
        await self._work.accept(interaction, request, private=private)

    async def _find(self, interaction: Interaction, result_id: str) -> Shown:
        return await self._results.find(result_id, interaction.user.id, interaction.channel_id)

    async def _open(self, interaction: Interaction, result_id: str) -> Shown:
        return await self._results.open(
            result_id, interaction.user.id, interaction.channel_id, who_is_there=self._presence
        )

    async def _card(self, shown: Shown, verb: ResultVerb, numbers: list[int], user_id: int) -> Reply:
        count = len(shown.stored.comparison.people)
        match verb, numbers:
            case ((ResultVerb.MAP | ResultVerb.PROFILES), _):
                (chart,) = await self._results.charts(shown, [_CHARTS[verb]])
                if numbers == [AS_TEXT]:
                    return chart_text(chart)
                return chart_card(chart, shown.stored.result_id, verb)
            case ResultVerb.POSTER, _:
                return await self._comparing.posters(shown, user_id)
            case ResultVerb.AWARDS, _:
                return awards_card(shown)
            case ResultVerb.OWN, _:
                return await self._own(shown, user_id)
            case ResultVerb.PERSON, [one, *_] if one < count:
                return person_card(shown, one)
            case ResultVerb.PAIR, [one, other, *page] if one != other and max(one, other) < count:
                return pair_card(shown, one, other, page[0] if page else 0, shown.key_of(user_id))
        raise UnknownComponentError(verb)

    async def _own(self, shown: Shown, user_id: int) -> Reply:
        part = await self._results.own_part(shown, user_id, comparison_words)
        files = [Attached("my-comparison.json", part.document, YOUR_PROFILE)]
        if part.brought is not None:
            files += (await brought_files(part.brought, "my-tracks")).files
        return own_card(files)


def _turns(interaction: Interaction) -> bool:
    """Whether the component is on a private card of its own, which then changes, and not on the result."""
    message = interaction.message
    return message is not None and message.flags.ephemeral and not message.attachments
