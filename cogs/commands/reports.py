"""`/quality`, the buttons and menus of a report, and what people correct below it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from discord import app_commands
from discord.ext import commands, tasks

from cogs.replies.details import (
    PosterVerb,
    charts_card,
    charts_text,
    export_card,
    findings_card,
    posted_poster,
    poster_card,
)
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import ENVELOPE_BYTES, Attached, Reply, note
from cogs.replies.library import SKIP_ALL, TAKE, TAKE_ALL, answered_card, doubtful_card
from cogs.replies.lists import ListFiles, dj_attachments
from cogs.replies.report import (
    MEASURED_ONLY,
    cluster_card,
    corrected_card,
    quality_card,
    tempo_card,
)
from cogs.words import answers
from cogs.words.controls import COMMANDS
from cogs.words.lists import ALL_VALUES, WHOLE_REPORT
from cogs.words.quality import AS_MEASURED, DOUBLED, HALVED
from cogs.words.report import report_words
from cogs.work.accept import Work, require_files
from cogs.work.components import ComponentRouter
from cogs.work.deliver import show
from cogs.work.host import Interaction, chosen_value, chosen_values
from cogs.work.posted_cards import TakenBack
from cogs.work.reaching import (
    HandedOverError,
    accept_press,
    in_time,
    is_gone,
    is_outage,
    promise,
)
from services.domain.errors.storage import (
    NoReportYetError,
    NoSuchGroupError,
    PostedAlreadyError,
    ReportNotFoundError,
)
from services.domain.features import Feature
from services.domain.grouping import Grouping
from services.domain.recordings import Pair
from services.domain.report import EnrichedTrack, Shows
from services.domain.requests import AgainRequest, ClipsRequest
from services.workflows.corrections import DOUBLE, HALF, CorrectionsWorkflow, NamesWorkflow
from services.workflows.reports import DETAIL_CHARTS, ReportsWorkflow, StoredReport
from services.workflows.sounds import SoundsWorkflow

_FACTORS = {HALVED: HALF, DOUBLED: DOUBLE, AS_MEASURED: None}


class ReportsCog(commands.Cog):
    """Components of stored reports."""

    def __init__(
        self,
        *,
        reports: ReportsWorkflow,
        public_card: Callable[[StoredReport], Awaitable[Reply]],
        components: ComponentRouter,
        taken_back: TakenBack,
    ) -> None:
        self._reports = reports
        self._public_card = public_card
        self._taken_back = taken_back
        for action, handler in (
            (Action.CLUSTER, self.cluster),
            (Action.CHARTS, self.charts),
            (Action.CHARTS_TEXT, self.charts_as_text),
            (Action.FINDINGS, self.findings),
            (Action.EXPORT, self.export),
            (Action.SHARE, self.share),
            (Action.POSTER, self.poster),
        ):
            components.register(action, handler)

    async def cog_load(self) -> None:
        """Begin to look for maps that were taken back."""
        self.tend_on.start()

    async def cog_unload(self) -> None:
        """Stop looking."""
        self.tend_on.cancel()

    @tasks.loop(minutes=1)
    async def tend_on(self) -> None:
        """Empty what a crash or a refusal of Discord's left as it was."""
        await self._taken_back.empty()

    async def cluster(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Show a group, or turn the page of one that is shown."""
        wanted = chosen_value(interaction) or ref.argument or "0"
        index_text, _, page_text = wanted.partition(".")
        await (accept_press if ref.argument else promise)(interaction)
        stored = await self._reports.open(ref.subject, interaction.user.id)
        index = int(index_text) if index_text.isdecimal() else 0
        if index >= len(stored.report.clusters):
            raise NoSuchGroupError(len(stored.report.clusters))
        page = int(page_text) if page_text.isdecimal() else 0
        chart = None if page else await self._reports.cluster_chart(stored, index)
        reply = cluster_card(stored.report, stored.report_id, index, page, chart)
        await show(interaction, reply)

    async def charts(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Show the first of the charts, or in its place the one that is chosen from the menu."""
        chosen = chosen_value(interaction)
        await (accept_press if chosen else promise)(interaction)
        stored = await self._reports.open(ref.subject, interaction.user.id)
        kind = next((each for each in DETAIL_CHARTS if each == chosen), DETAIL_CHARTS[0])
        (chart,) = await self._reports.charts(stored, [kind])
        await show(interaction, charts_card(stored.report, stored.report_id, DETAIL_CHARTS, chart))

    async def charts_as_text(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Give the facts of all charts as text."""
        await promise(interaction)
        stored = await self._reports.open(ref.subject, interaction.user.id)
        charts = await self._reports.charts(stored, DETAIL_CHARTS)
        await show(interaction, charts_text(stored.report, charts))

    async def findings(self, interaction: Interaction, ref: ComponentRef) -> None:
        """List outliers and doubles."""
        await promise(interaction)
        stored = await self._reports.open(ref.subject, interaction.user.id)
        await show(interaction, findings_card(stored.report))

    async def export(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Hand the files to the owner."""
        await promise(interaction)
        stored = await self._reports.open(ref.subject, interaction.user.id, owner_only=True)
        table, document, for_djs = await self._reports.export(stored, report_words(stored.report))
        groups, hints = dj_attachments(for_djs, "groups")
        files = [
            Attached("tastemap.csv", table, ALL_VALUES),
            Attached("tastemap.json", document, WHOLE_REPORT),
            *groups,
        ]
        limit = interaction.filesize_limit - ENVELOPE_BYTES
        fitting = tuple(file for file in files if len(file.content) <= limit)
        await show(interaction, export_card(stored.report, ListFiles(fitting, hints)))

    async def share(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Post a private result into the channel, because its owner asks for it."""
        await self._post(interaction, ref.subject, Shows.CARD)

    async def poster(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Show the owner the poster in both sizes, or post it because they ask for it."""
        if ref.argument == PosterVerb.POST:
            await self._post(interaction, ref.subject, Shows.POSTER)
            return
        await promise(interaction)
        stored = await self._reports.open(ref.subject, interaction.user.id, owner_only=True)
        posters = await self._reports.posters(stored)
        if ref.argument == PosterVerb.TEXT:
            await show(interaction, charts_text(stored.report, posters[:1]))
            return
        await show(interaction, poster_card(stored, posters))

    async def _post(self, interaction: Interaction, report_id: str, shows: Shows) -> None:
        """Post something of a report into the channel, once; raises `PostedAlreadyError`."""
        require_files(interaction, private=False)
        store, user_id, press_id = self._reports.store, interaction.user.id, interaction.id
        place = interaction.guild_id, interaction.channel_id or 0
        claim = self._reports.claim_post(report_id, user_id, place, shows, press_id=press_id)
        try:
            await in_time(interaction, claim)
        except PostedAlreadyError as there:
            await promise(interaction)
            message_id = there.message_id
            if message_id is None or not await is_gone(interaction.client, there.channel_id, message_id):
                raise
            await store.drop_message(message_id)
            await show(interaction, note(answers.POST_GONE))
            return
        try:
            await promise(interaction, private=False)
            stored = await self._reports.open(report_id, user_id, owner_only=True)
            message = await show(interaction, await self._made_public(stored, shows))
        except Exception as error:
            if not isinstance(error, HandedOverError) and not is_outage(error):
                await store.drop_message(press_id)
            raise
        await store.note_message(
            report_id,
            message.channel.id,
            message.id,
            shows=shows,
            press_id=press_id,
            publishes=shows is Shows.CARD,  # only now: where it can't be posted, it stays private
        )

    async def _made_public(self, stored: StoredReport, shows: Shows) -> Reply:
        if shows is Shows.POSTER:
            return posted_poster(stored.report, await self._reports.posters(stored))
        return await self._public_card(stored)


class QualityCog(commands.Cog):
    """How much of a map is known, and what a person corrects about it."""

    def __init__(
        self,
        *,
        reports: ReportsWorkflow,
        corrections: CorrectionsWorkflow,
        sounds: SoundsWorkflow,
        components: ComponentRouter,
        work: Work,
    ) -> None:
        self._reports = reports
        self._corrections = corrections
        self._sounds = sounds
        self._work = work
        components.register(Action.QUALITY, self.press_quality)
        components.register(Action.AGAIN, self.again)
        components.register(Action.TEMPO, self.tempo)
        components.register(Action.CLIPS, self.clips)

    @app_commands.command(name="quality", description=COMMANDS["quality"])
    async def quality(self, interaction: Interaction) -> None:
        """Show the data quality of the person's latest report."""
        await promise(interaction)
        recent = await self._reports.recent(interaction.user.id, 1)
        if not recent:
            raise NoReportYetError
        stored = await self._reports.open(recent[0].report_id, interaction.user.id)
        await show(interaction, quality_card(stored.report, stored.report_id))

    async def press_quality(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Show the data quality of a report."""
        await promise(interaction)
        stored = await self._reports.open(ref.subject, interaction.user.id)
        await show(interaction, quality_card(stored.report, stored.report_id))

    async def again(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Analyse a playlist once more, privately: from measured values alone, or grouped another way."""
        by = Grouping(ref.argument) if ref.argument in set(Grouping) else None
        request = AgainRequest(ref.subject, ref.argument == MEASURED_ONLY, by)
        await self._work.accept(interaction, request, private=True)

    async def clips(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Have clips of the person's own sound measured by ReccoBeats: this press is what they leave by."""
        what = await in_time(interaction, self._sounds.offered(ref.subject, interaction.user.id))
        await self._work.accept(interaction, ClipsRequest(what, ref.subject), private=True)

    async def tempo(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Ask for a correction, or take it."""
        await promise(interaction)
        stored = await self._reports.open(ref.subject, interaction.user.id)
        index, _, factor = (ref.argument or chosen_value(interaction)).partition(".")
        entry = _track(stored, index)
        if factor not in _FACTORS:
            await show(interaction, tempo_card(entry, stored.report_id, int(index)))
            return
        if entry.track.id:
            await self._corrections.correct(interaction.user.id, entry.track.id, _FACTORS[factor])
        await show(interaction, corrected_card(entry, stored.report_id, factor))


def _track(stored: StoredReport, index: str) -> EnrichedTrack:
    tracks = stored.report.tracks
    if (
        not index.isdecimal()
        or int(index) >= len(tracks)
        or tracks[int(index)].features.get(Feature.TEMPO) is None
    ):
        raise ReportNotFoundError(stored.report_id)
    return tracks[int(index)]


class NamesCog(commands.Cog):
    """The button “Same song?” and what it leads to."""

    def __init__(
        self, *, reports: ReportsWorkflow, names: NamesWorkflow, components: ComponentRouter
    ) -> None:
        self._reports = reports
        self._names = names
        components.register(Action.SAME_SONG, self.press)

    async def press(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Show the doubtful finds, or take an answer about them."""
        await promise(interaction)
        user_id = interaction.user.id
        stored = await self._reports.open(ref.subject, user_id)
        finds = await self._names.doubtful(user_id, stored.report)
        answers: dict[Pair, bool] = {}
        if ref.argument in {TAKE_ALL, SKIP_ALL}:
            answers = {find.pair: ref.argument == TAKE_ALL for find in finds}
        elif ref.argument == TAKE:
            chosen = set(chosen_values(interaction))
            answers = {find.pair: True for find in finds if str(find.row) in chosen}
        if not answers:
            await show(interaction, doubtful_card(stored.report, stored.report_id, finds))
            return
        await self._names.answer(user_id, answers)
        left = [find for find in finds if find.pair not in answers]
        taken = sum(answers.values())
        await show(
            interaction,
            answered_card(stored.report, stored.report_id, left, taken=taken, refused=len(answers) - taken),
        )
