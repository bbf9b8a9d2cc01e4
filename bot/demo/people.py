"""People of the demo who have connected an invented Spotify account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.app import App
from sandbox.spotify_library import Grant, SandboxUser
from sandbox.spotify_samples import MIKA, YOU
from services.accounts.tokens import ACCESS, REFRESH
from services.domain.accounts import Link
from services.domain.spotify import READ_SCOPES
from services.domain.writes import WRITE_SCOPES

_SCOPES = READ_SCOPES | WRITE_SCOPES
_CONNECTED_FOR = timedelta(days=150)

GRANTS: Mapping[str, Grant] = {user.id: Grant(user, _SCOPES) for user in (YOU, MIKA)}
"""By access token, which in the demo is the account's name."""


async def connect(app: App, user_id: int, account: SandboxUser) -> None:
    """Store what a finished login leaves behind.

    Raises
    ------
    LookupError
        The application has no Spotify app.
    """
    accounts = app.accounts
    if accounts is None:
        raise LookupError("the demo needs a Spotify app to connect people to")
    now = accounts.clock.now()
    await accounts.links.save(
        Link(
            user_id=user_id,
            account_id=account.account_id,
            spotify_user_id=account.id,
            name=account.name,
            refresh_sealed=accounts.tokens.seal(user_id, REFRESH, account.id),
            access_sealed=accounts.tokens.seal(user_id, ACCESS, account.id),
            access_expires_at=now + _CONNECTED_FOR,
            scopes=_SCOPES,
            authorized_at=now,
        )
    )
