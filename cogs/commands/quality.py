"""`/quality`, and what people correct below it: tempi, and songs that were found by their names."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.library import SKIP_ALL, TAKE, TAKE_ALL, answered_card, doubtful_card
from cogs.replies.report import MEASURED_ONLY, corrected_card, quality_card, tempo_card
from cogs.words.controls import COMMANDS
from cogs.words.quality import AS_MEASURED, DOUBLED, HALVED
from cogs.work.accept import Work
from cogs.work.components import ComponentRouter
from cogs.work.deliver import show
from cogs.work.first_response import in_time, promise
from cogs.work.host import Interaction, chosen_value, chosen_values
from services.domain.errors.storage import NoReportYetError, ReportNotFoundError
from services.domain.features import Feature
from services.domain.grouping import Grouping
from services.domain.recordings import Pair
from services.domain.report import EnrichedTrack
from services.domain.requests import AgainRequest, ClipsRequest
from services.workflows.corrections import DOUBLE, HALF, CorrectionsWorkflow, NamesWorkflow
from services.workflows.reports import ReportsWorkflow, StoredReport
from services.workflows.sounds import SoundsWorkflow

_FACTORS = {HALVED: HALF, DOUBLED: DOUBLE, AS_MEASURED: None}


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
        components.register(Action.QUALITY, self.show)
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

    async def show(self, interaction: Interaction, ref: ComponentRef) -> None:
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
