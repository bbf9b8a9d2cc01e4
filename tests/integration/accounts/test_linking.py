"""A login, step by step: who may finish it, when it is over, and what is kept of it."""

from __future__ import annotations

import pytest

from cogs.words.errors import sentence
from services.domain.errors.sources import (
    AccountTakenError,
    AppMisconfiguredError,
    LinkExpiredError,
    LoginDeniedError,
    NoSeatError,
    NotAllowlistedError,
    NotFinishedInBrowserError,
    NotLinkedError,
    SourceUnavailableError,
    WrongCodeError,
)
from services.domain.spotify import ATTEMPT_LIFE, MOST_TRIES, READ_SCOPES, AttemptStatus
from services.domain.writes import WRITE_SCOPES
from services.storage.database import Database
from tests.integration.accounts.world import (
    ANN,
    ANNA,
    BOB,
    BROWSER,
    REDIRECT,
    ROBERT,
    UNLISTED,
    LoginWorld,
    login_world,
)


async def test_a_login_ends_with_a_link_and_what_was_wanted(world: LoginWorld) -> None:
    token = await world.begin(wanted="Analyse it\ntms:x")
    address = await world.linking.open(token, browser=BROWSER)
    login = await world.bring_back(world.approve(address))
    code, _ = await world.linking.finish_code(login, browser=BROWSER)
    assert world.trades == []

    linked = await world.linking.finish(ANN, f" {code[:3]} {code[3:]} ")

    assert (linked.link.account_id, linked.link.name, linked.wanted) == (
        "acc-anna",
        "Anna",
        "Analyse it\ntms:x",
    )
    assert linked.link.scopes == READ_SCOPES
    assert world.trades == ["authorization_code"]
    token = await world.tokens.access_token(ANN)
    assert world.owner_of(token) == ANNA
    assert world.trades == ["authorization_code"]
    assert await world.attempts.of_user(ANN, world.time.now()) is None


@pytest.mark.parametrize("restart_before", range(5))
async def test_a_restart_between_any_two_steps_loses_nothing(world: LoginWorld, restart_before: int) -> None:
    def at(step: int) -> LoginWorld:
        return world.restarted() if step == restart_before else world

    token = await at(0).begin()
    address = await at(1).linking.open(token, browser=BROWSER)
    login = await at(2).bring_back(world.approve(address))
    code, _ = await at(3).linking.finish_code(login, browser=BROWSER)
    linked = await at(4).linking.finish(ANN, code)
    assert linked.link.account_id == "acc-anna"


@pytest.mark.parametrize(("late_by_s", "is_open"), [(-1, True), (0, False), (1, False)])
@pytest.mark.parametrize("step", ["look", "open", "callback", "code page", "finish"])
async def test_every_step_is_over_after_ten_minutes(
    world: LoginWorld, step: str, late_by_s: int, is_open: bool
) -> None:
    begun = world.time.at
    token = await world.begin()

    def wait() -> None:
        world.time.at = begun + ATTEMPT_LIFE.total_seconds() + late_by_s

    async def go() -> None:
        if step == "look":
            wait()
            await world.linking.look(token)
            return
        if step == "open":
            wait()
        answer = world.approve(await world.linking.open(token, browser=BROWSER))
        if step == "callback":
            wait()
        login = await world.bring_back(answer)
        if step == "code page":
            wait()
        code, _ = await world.linking.finish_code(login, browser=BROWSER)
        if step == "finish":
            wait()
        await world.linking.finish(ANN, code)

    if is_open:
        await go()
    else:
        with pytest.raises(LinkExpiredError):
            await go()
        assert world.trades == []


async def test_looking_a_hundred_times_changes_nothing(world: LoginWorld) -> None:
    token = await world.begin()
    before = await world.linking.look(token)
    for _ in range(100):
        assert await world.linking.look(token) == before
    assert world.approve(await world.linking.open(token, browser=BROWSER))["code"]


async def test_a_used_answer_of_spotify_is_worth_nothing(world: LoginWorld) -> None:
    answer = world.approve(await world.linking.open(await world.begin(), browser=BROWSER))
    await world.bring_back(answer)
    with pytest.raises(LinkExpiredError):
        await world.bring_back(answer)


async def test_an_answer_counts_in_its_own_browser_only(world: LoginWorld) -> None:
    answer = world.approve(await world.linking.open(await world.begin(), browser=BROWSER))
    with pytest.raises(LinkExpiredError):
        await world.bring_back(answer, "another browser")
    await world.bring_back(answer)


async def test_a_login_opened_again_elsewhere_leaves_the_first_browser(world: LoginWorld) -> None:
    token = await world.begin()
    first = world.approve(await world.linking.open(token, browser="first"))
    second = world.approve(await world.linking.open(token, browser="second"))
    with pytest.raises(LinkExpiredError):
        await world.bring_back(first, "first")
    await world.bring_back(second, "second")
    with pytest.raises(LinkExpiredError):
        await world.linking.open(token, browser="third")


async def test_a_new_login_voids_the_one_before(world: LoginWorld) -> None:
    old = await world.begin()
    answer = world.approve(await world.linking.open(old, browser=BROWSER))
    await world.begin()
    with pytest.raises(LinkExpiredError):
        await world.linking.look(old)
    with pytest.raises(LinkExpiredError):
        await world.bring_back(answer)


async def test_wrong_codes_are_counted_across_restarts(world: LoginWorld) -> None:
    code = await world.to_code()
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for left in range(MOST_TRIES - 1, 0, -1):
        with pytest.raises(WrongCodeError) as refusal:
            await world.restarted().linking.finish(ANN, wrong)
        assert refusal.value.tries_left == left
    with pytest.raises(WrongCodeError):
        await world.linking.finish(ANN, "")
    with pytest.raises(LinkExpiredError):
        await world.linking.finish(ANN, code)
    assert world.trades == []


async def test_the_right_code_counts_after_four_wrong_ones(world: LoginWorld) -> None:
    code = await world.to_code()
    for _ in range(MOST_TRIES - 1):
        with pytest.raises(WrongCodeError):
            await world.linking.finish(ANN, "none of these")
    assert (await world.linking.finish(ANN, code)).link.account_id == "acc-anna"


async def test_the_code_is_worth_nothing_to_somebody_else(world: LoginWorld) -> None:
    code = await world.to_code()
    with pytest.raises(LinkExpiredError):
        await world.linking.finish(BOB, code)
    await world.begin(BOB)
    with pytest.raises(NotFinishedInBrowserError):
        await world.linking.finish(BOB, code)
    assert world.trades == []


async def test_two_logins_in_one_browser_stay_apart(world: LoginWorld) -> None:
    bobs, anns = await world.to_code(BOB, ROBERT), await world.to_code(ANN, ANNA)
    assert (await world.linking.finish(ANN, anns)).link.account_id == "acc-anna"
    assert (await world.linking.finish(BOB, bobs)).link.account_id == "acc-robert"


async def test_cancelling_at_spotify_ends_the_login(world: LoginWorld) -> None:
    answer = world.approve(await world.linking.open(await world.begin(), browser=BROWSER), None)
    with pytest.raises(LoginDeniedError) as denied:
        await world.bring_back(answer)
    assert "Cancel" in sentence(denied.value)
    with pytest.raises(LinkExpiredError):
        await world.linking.finish(ANN, "000000")


async def test_an_account_that_somebody_else_has_linked_is_refused(world: LoginWorld) -> None:
    await world.link(BOB, ROBERT)
    with pytest.raises(AccountTakenError):
        await world.link(ANN, ROBERT)
    with pytest.raises(NotLinkedError):
        await world.tokens.link_of(ANN)
    assert (await world.tokens.link_of(BOB)).account_id == "acc-robert"


async def test_an_account_is_recognised_before_and_after_spotify_gives_its_lasting_id(
    world: LoginWorld,
) -> None:
    before = type(ANNA)(ANNA.id, ANNA.name)
    world.accounts.people.append(before)
    await world.link(BOB, before)
    with pytest.raises(AccountTakenError):
        await world.link(ANN, ANNA)


async def test_nobody_beyond_the_seats_is_let_in(database: Database) -> None:
    async with login_world(database, seats=1) as world:
        await world.link(BOB, ROBERT)
        with pytest.raises(NoSeatError):
            await world.begin(ANN)
        await world.link(BOB, ROBERT)  # who has a seat may link anew
        await world.linking.unlink(BOB)
        await world.link(ANN, ANNA)


async def test_a_seat_taken_during_the_login_is_no_longer_free(database: Database) -> None:
    async with login_world(database, seats=1) as world:
        code = await world.to_code(ANN, ANNA)
        await world.link(BOB, ROBERT)
        with pytest.raises(NoSeatError):
            await world.linking.finish(ANN, code)
        assert world.trades == ["authorization_code"]


async def test_somebody_whom_the_operator_has_not_listed_gets_no_link(world: LoginWorld) -> None:
    code = await world.to_code(ANN, UNLISTED)
    with pytest.raises(NotAllowlistedError):
        await world.linking.finish(ANN, code)
    assert await world.links.all() == ()


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (503, "upstream connect error", SourceUnavailableError),
        (400, '{"error": "invalid_grant"}', LinkExpiredError),
        (400, '{"error": "invalid_client"}', AppMisconfiguredError),
        (401, "", AppMisconfiguredError),
        (200, "<html>hello</html>", SourceUnavailableError),
        (200, '{"access_token": 7}', SourceUnavailableError),
    ],
)
async def test_a_trade_that_fails_is_tried_once_and_leaves_nothing(
    world: LoginWorld, status: int, body: str, error: type[Exception]
) -> None:
    code = await world.to_code()
    world.accounts.faults.append((status, body))
    with pytest.raises(error):
        await world.linking.finish(ANN, code)
    assert len(world.trades) == 1
    assert await world.links.all() == ()
    with pytest.raises(LinkExpiredError):
        await world.linking.finish(ANN, code)


async def test_a_consent_that_does_not_last_is_no_link(world: LoginWorld) -> None:
    world.accounts.gives_lasting_consent = False
    with pytest.raises(LoginDeniedError):
        await world.link()
    assert await world.links.all() == ()


@pytest.mark.parametrize("names_scopes", [True, False])
async def test_what_was_granted_is_stored_not_what_was_asked(world: LoginWorld, names_scopes: bool) -> None:
    world.accounts.names_scopes = names_scopes
    world.accounts.leaves_out = frozenset({"user-library-read"})
    link = await world.link()
    assert ("user-library-read" in link.scopes) is not names_scopes


async def test_linking_anew_asks_for_what_was_granted_before_too(world: LoginWorld) -> None:
    token = await world.begin(scopes=READ_SCOPES | WRITE_SCOPES)
    login = await world.bring_back(world.approve(await world.linking.open(token, browser=BROWSER)))
    code, _ = await world.linking.finish_code(login, browser=BROWSER)
    await world.linking.finish(ANN, code)
    again = await world.linking.look(await world.begin(scopes=READ_SCOPES))
    assert again.scopes == READ_SCOPES | WRITE_SCOPES


async def test_a_logout_during_the_trade_leaves_no_link(world: LoginWorld) -> None:
    code = await world.to_code()

    async def leave() -> None:
        await world.linking.unlink(ANN)

    world.accounts.before = leave
    with pytest.raises(LinkExpiredError):
        await world.linking.finish(ANN, code)
    assert await world.links.all() == ()


async def test_a_login_that_died_while_it_was_traded_is_over(world: LoginWorld) -> None:
    code = await world.to_code()
    attempt = await world.attempts.of_user(ANN, world.time.now())
    assert attempt is not None
    assert await world.attempts.claim(attempt.attempt_id)  # and then the process was killed
    with pytest.raises(LinkExpiredError):
        await world.restarted().linking.finish(ANN, code)
    assert (await world.link()).account_id == "acc-anna"


class TestStrong:
    async def test_only_the_browser_of_the_starter_goes_on(self, database: Database) -> None:
        async with login_world(database, proves_identity=True) as world:
            token = await world.begin(ANN)
            for stranger in (None, BOB):
                with pytest.raises(LoginDeniedError):
                    await world.linking.open(token, browser=BROWSER, discord_id=stranger)
            address = await world.linking.open(token, browser=BROWSER, discord_id=ANN)
            login = await world.bring_back(world.approve(address))
            with pytest.raises(LinkExpiredError):
                await world.linking.finish_proven(login, browser="another")
            assert world.trades == []
            linked = await world.linking.finish_proven(login, browser=BROWSER)
            assert linked.link.user_id == ANN

    async def test_without_it_no_browser_finishes_alone(self, world: LoginWorld) -> None:
        await world.to_code()
        attempt = await world.attempts.of_user(ANN, world.time.now())
        assert attempt is not None
        assert attempt.status is AttemptStatus.APPROVED
        with pytest.raises(LinkExpiredError):
            await world.linking.finish_proven(attempt.attempt_id, browser=BROWSER)


class TestPaste:
    async def address(self, world: LoginWorld, user_id: int = ANN) -> str:
        answer = world.approve(await world.linking.open_pasted(await world.begin(user_id)))
        return f"{REDIRECT}?code={answer['code']}&state={answer['state']}"

    async def test_the_starter_pastes_the_address(self, database: Database) -> None:
        async with login_world(database, allows_paste=True) as world:
            linked = await world.linking.finish_pasted(ANN, f"  {await self.address(world)}\n")
            assert linked.link.account_id == "acc-anna"

    async def test_nobody_else_can_use_the_address(self, database: Database) -> None:
        async with login_world(database, allows_paste=True) as world:
            address = await self.address(world)
            with pytest.raises(LinkExpiredError):
                await world.linking.finish_pasted(BOB, address)
            await world.begin(BOB)
            with pytest.raises(LinkExpiredError):
                await world.linking.finish_pasted(BOB, address)
            assert world.trades == []

    @pytest.mark.parametrize(
        "address",
        ["", "http://[", "https://evil.example/callback?code=1&state=2", f"{REDIRECT}?code=1", "\ud800"],
    )
    async def test_something_else_is_refused(self, database: Database, address: str) -> None:
        async with login_world(database, allows_paste=True) as world:
            await self.address(world)
            with pytest.raises(LinkExpiredError):
                await world.linking.finish_pasted(ANN, address)

    async def test_it_is_off_unless_switched_on(self, world: LoginWorld) -> None:
        address = await self.address(world)
        with pytest.raises(LinkExpiredError):
            await world.linking.finish_pasted(ANN, address)
        assert world.trades == []
