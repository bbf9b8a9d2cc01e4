"""Build what people meet: the cogs of a client, in the order of docs/people.md, and what they share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from discord.ext import commands

from bot.app.accounts import Accounts
from bot.app.client import Clients, TastemapBot
from bot.app.work import Workflows
from bot.config import Settings
from cogs.commands.about import AboutCog, AdminCog, HelpCog
from cogs.commands.account import AccountCog, PlaylistsCog, PrivacyCog
from cogs.commands.analyze import AnalyzeCog, DriftCog, StatsCog
from cogs.commands.drafts import DraftsCog
from cogs.commands.groups import CompareCog, GroupsCog
from cogs.commands.reports import NamesCog, QualityCog, ReportsCog
from cogs.commands.results import ResultsCog
from cogs.commands.saving import SavingCog
from cogs.commands.server import DigestCog, ServerMapCog, SharingCog
from cogs.replies.layout import Reply, note
from cogs.words.text import small
from cogs.work.comparing import Asking, Comparing
from cogs.work.kinds import draft_kinds, first_card, map_kinds, press_kinds, write_kinds
from cogs.work.logins import account_kinds, tell_disconnected
from cogs.work.posted_cards import PostedCards, TakenBack
from cogs.work.presence import DiscordPresence
from cogs.work.servers import Digests, GroupEvents, ServerMaps
from services.analysis.comparison.rules import load_rules
from services.domain.installation import Status
from services.storage.installation import MarkStore
from services.workflows.group_results import SharingWorkflow
from services.workflows.server_map import ServerMapWorkflow

LOOK_AFTER = timedelta(hours=23, minutes=30)
"""Daily, also when the hourly rounds drift a little."""
_LOOKED_MARK = "sharers looked for"


def build_cogs(
    bot: TastemapBot,
    *,
    settings: Settings,
    flows: Workflows,
    accounts: Accounts | None,
    clients: Clients,
    read_status: Callable[[], Awaitable[Status]],
    monotonic: Callable[[], float],
) -> list[commands.Cog]:
    """Build the cogs of one client, and what several of them share."""
    components = bot.components
    taken_back = TakenBack(reports=flows.reports, client=bot)
    presence = DiscordPresence(bot, monotonic=monotonic)
    cards = PostedCards(client=bot, store=flows.posted_cards, maintenance=bot.maintenance)
    asking = Asking(lobbies=flows.lobbies, cards=cards, presence=presence, client=bot)
    comparing = Comparing(
        lobbies=flows.lobbies,
        results=flows.group_results,
        sharing=flows.sharing,
        cards=cards,
        presence=presence,
        reader=flows.reader,
        saving=flows.saving,
    )
    digests = Digests(
        digests=flows.digests, cards=cards, presence=presence, client=bot, maintenance=bot.maintenance
    )
    server_maps = ServerMaps(maps=flows.server_map, cards=cards, presence=presence)
    bot.performer.kinds |= {
        **press_kinds(components.answer),
        **map_kinds(flows.analyze, flows.reports, flows.server_map.follow),
        **draft_kinds(flows.tidy, flows.split, flows.optimize),
        **write_kinds(flows.saving, flows.tidy, flows.split, flows.optimize, comparing.write_blend),
        **account_kinds(accounts, clients.direct_message),
        **asking.kinds(),
        **comparing.kinds(),
        **server_maps.kinds(),
    }
    return [
        AnalyzeCog(
            reader=flows.reader,
            suggestions=flows.suggestions,
            tree=bot.tree,
            components=components,
            work=bot.work,
        ),
        ReportsCog(
            reports=flows.reports,
            public_card=partial(first_card, flows.analyze, flows.reports, private=False),
            components=components,
            taken_back=taken_back,
        ),
        QualityCog(
            reports=flows.reports,
            corrections=flows.corrections,
            sounds=flows.reader.sounds,
            components=components,
            work=bot.work,
        ),
        NamesCog(reports=flows.reports, names=flows.names, components=components),
        StatsCog(reports=flows.reports, suggestions=flows.suggestions, components=components, work=bot.work),
        DriftCog(drift=flows.drift, components=components),
        PlaylistsCog(library=flows.reader.library, components=components),
        HelpCog(
            reports=flows.reports,
            link_of=accounts.tokens.link_of if accounts else None,
            components=components,
        ),
        PrivacyCog(
            privacy=flows.privacy,
            saving=flows.saving,
            components=components,
            stop_work=bot.running.stop_of,
            clean_up=taken_back.empty,
            seats=settings.spotify_seats if accounts else None,
            report_days=settings.report_days,
            policy_url=settings.privacy_url,
        ),
        AccountCog(
            login=accounts,
            components=components,
            pending=bot.pending,
            work=bot.work,
            clean_up=taken_back.empty,
        ),
        DraftsCog(
            tidy=flows.tidy,
            split=flows.split,
            optimize=flows.optimize,
            suggestions=flows.suggestions,
            components=components,
            work=bot.work,
        ),
        SavingCog(saving=flows.saving, components=components, client=bot, maintenance=bot.maintenance),
        GroupsCog(
            lobbies=flows.lobbies,
            cards=cards,
            presence=presence,
            comparing=comparing,
            suggestions=flows.suggestions,
            components=components,
            work=bot.work,
        ),
        CompareCog(presence=presence, work=bot.work, tree=bot.tree),
        ResultsCog(
            results=flows.group_results,
            comparing=comparing,
            presence=presence,
            components=components,
            work=bot.work,
        ),
        ServerMapCog(
            maps=flows.server_map,
            cards=cards,
            presence=presence,
            components=components,
            work=bot.work,
        ),
        SharingCog(
            sharing=flows.sharing,
            maps=flows.server_map,
            cards=cards,
            suggestions=flows.suggestions,
            work=bot.work,
        ),
        DigestCog(digests=flows.digests, components=components),
        GroupEvents(
            lobbies=flows.lobbies,
            digests=digests,
            maps=flows.server_map,
            cards=cards,
            presence=presence,
            client=bot,
            maintenance=bot.maintenance,
        ),
        AboutCog(rules=load_rules()),
        AdminCog(
            read_status=read_status,
            operators=frozenset(settings.operator_ids),
            login=accounts,
            tell=partial(tell_disconnected, clients.direct_message),
            clean_up=taken_back.empty,
            components=components,
        ),
    ]


def ending_left_sharings(
    sharing: SharingWorkflow,
    maps: ServerMapWorkflow,
    clients: Clients,
    marks: MarkStore,
    clock: Callable[[], datetime],
) -> Callable[[], Awaitable[int]]:
    """Return what ends, once a day, the consents of people who left a server; Discord is asked for each."""

    async def end() -> int:
        bot, last = clients.current, await marks.load(_LOOKED_MARK)
        if bot is None or not bot.can_ask:
            return 0
        if last is not None and clock() - datetime.fromisoformat(last) < LOOK_AFTER:
            return 0
        presence = DiscordPresence(bot)
        ended = await sharing.end_left(presence) + await maps.end_left(presence)
        await marks.save(_LOOKED_MARK, clock().isoformat())
        return ended

    return end


def forgetting(clients: Clients) -> Callable[[int], None]:
    """Return what forgets a person's wishes, and draws what showed them outside their request."""

    def forgotten(user_id: int) -> None:
        clients.forget(user_id)
        cog = clients.current.get_cog(GroupEvents.__name__) if clients.current else None
        if isinstance(cog, GroupEvents):
            cog.look_soon()  # what Discord refuses now is tried again by the clock

    return forgotten


def maintenance_failed(work: str) -> Reply:
    """Say to an operator that some repeated work has failed for a day."""
    return note(
        f"Maintenance of {work} has failed for a day.",
        small("I go on trying. My log says why, and `/admin status` counts the failures."),
    )
