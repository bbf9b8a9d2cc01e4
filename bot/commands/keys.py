"""`keys`: make a key for stored tokens, or seal them all anew with the newest one."""

from __future__ import annotations

import argparse
import sys

from bot.app.accounts import key_ring
from bot.commands import EXIT_FAILED, EXIT_OK
from bot.commands.datasets import refuse_second_writer
from bot.config import Settings
from cogs.words.errors import sentence
from services.accounts.keyring import new_key
from services.accounts.tokens import rotate_keys
from services.domain.errors.storage import DatabaseInUseError
from services.storage.database import Database
from services.storage.links import LinkStore


async def manage_keys(settings: Settings, options: argparse.Namespace) -> int:
    """Run `keys new` or `keys rotate`; may be repeated at any time."""
    if options.action == "new":
        print(new_key())  # noqa: T201
        return EXIT_OK
    keys = key_ring(settings)
    try:
        refuse_second_writer(settings.database_url)
    except DatabaseInUseError as error:
        print(sentence(error), file=sys.stderr)  # noqa: T201
        return EXIT_FAILED
    async with Database.open(settings.database_url) as database:
        resealed, lost = await rotate_keys(LinkStore(database), keys)
    print(f"{resealed} links are sealed with the newest key now.")  # noqa: T201
    if lost:
        print(  # noqa: T201
            f"{lost} could be opened with no key in TOKEN_KEYS: put the old key back in, behind the new one, "
            "and run this again; or those people have to log in again."
        )
        return EXIT_FAILED
    return EXIT_OK
