"""Requests as rows: what is written is read again, also what an older version wrote."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.domain.group_requests import (
    AskRequest,
    BlendRequest,
    BringRequest,
    CompareRequest,
    SharingRequest,
    Where,
)
from services.domain.groups import BlendMode
from services.domain.inputs import (
    ChosenInUpload,
    Example,
    LatestMap,
    Links,
    Named,
    PlaylistInput,
    UploadedFile,
)
from services.domain.jobs import Request, request_from_row
from services.domain.ordering import Goal
from services.domain.requests import (
    AccountRequest,
    AgainRequest,
    AnalyzeRequest,
    BlendToWrite,
    DraftsOf,
    DraftToWrite,
    JobKind,
    LoginStep,
    OptimizeRequest,
    PressRequest,
    SplitRequest,
    StatsRequest,
    TidyRequest,
    WriteRequest,
)

INPUTS: tuple[PlaylistInput, ...] = (
    Named("spotify:playlist:7777777777777777777777"),
    UploadedFile("https://cdn.example/list.csv", "list.csv"),
    Links("Lieder \ud83d\0 “für Dich”", "Links from ann"),
    ChosenInUpload("abc", 3),
    Example(),
    LatestMap(),
)

REQUESTS: tuple[Request, ...] = (
    *(AnalyzeRequest(each, groups) for each in INPUTS for groups in (None, 4)),
    AgainRequest("abc", measured_only=True),
    AgainRequest("abc"),
    TidyRequest(INPUTS[0]),
    PressRequest("tmb:charts:abc", ("1", "2"), 3, True, 1 << 40, 8_000_000, True, 5, 64, ("map.png",)),
    SplitRequest(INPUTS[1], 5),
    StatsRequest(INPUTS[2]),
    OptimizeRequest(INPUTS[2], Goal.FLOW, start="first", lock="1-3, 7"),
    BringRequest(INPUTS[3], "lobby"),
    SharingRequest(INPUTS[5], 2**60),
    AskRequest(5, "bob", "ann", Where.MESSAGE),
    CompareRequest("lobby"),
    BlendRequest("result", "lobby", BlendMode.SAFE, 40),
    BlendRequest("result", "lobby", BlendMode.SAFE, 40, as_files=True),
    AccountRequest(LoginStep.BEGIN, frozenset({"a", "b"}), "Go on\ntmb:x:y", "ann (@ann)", in_server=True),
    AccountRequest(LoginStep.END),
    *(WriteRequest(DraftToWrite(each, "draft", in_place)) for each in DraftsOf for in_place in (True, False)),
    WriteRequest(BlendToWrite("result", BlendMode.JOY, 25, 2**60)),
)


@pytest.mark.parametrize("request_", REQUESTS)
def test_a_request_is_read_as_it_was_written(request_: Request) -> None:
    row = json.loads(json.dumps(request_.to_row()))
    assert request_from_row(request_.kind, row) == request_


def test_the_content_of_a_file_is_no_part_of_its_row() -> None:
    file = UploadedFile("https://cdn.example/list.csv", "list.csv", content=b"secret")
    assert "secret" not in json.dumps(AnalyzeRequest(file).to_row())
    assert "secret" not in repr(file)


@pytest.mark.parametrize(
    ("kind", "row", "request_"),
    [
        (JobKind.ANALYZE, {"from": "reference", "playlist": "x", "groups": "0"}, AnalyzeRequest(Named("x"))),
        (JobKind.ANALYZE, {"from": "example", "groups": "5"}, AnalyzeRequest(Example(), 5)),
        (
            JobKind.ANALYZE,
            {"from": "upload", "upload": "u", "index": "2", "groups": "0"},
            AnalyzeRequest(ChosenInUpload("u", 2)),
        ),
        (
            JobKind.ANALYZE,
            {"from": "upload", "upload": "u", "index": "none", "groups": "0"},
            AnalyzeRequest(ChosenInUpload("u", -1)),
        ),
        (
            JobKind.OPTIMIZE,
            {"from": "reference", "playlist": "report:abc", "groups": "0", "about": "flow"},
            OptimizeRequest(Named("report:abc")),
        ),
        (
            JobKind.SHARING,
            {"from": "file", "url": "u", "filename": "f.csv", "groups": "0", "about": "77"},
            SharingRequest(UploadedFile("u", "f.csv"), 77),
        ),
        (
            JobKind.BLEND,
            {"result": "r", "lobby": "l", "mode": "fair", "size": "20"},
            BlendRequest("r", "l", BlendMode.FAIR, 20),
        ),
        (
            JobKind.WRITE,
            {"drafts": "blend", "draft": "r1 joy 25 77", "in_place": ""},
            WriteRequest(BlendToWrite("r1", BlendMode.JOY, 25, 77)),
        ),
        (JobKind.ACCOUNT, {"step": "finish"}, AccountRequest(LoginStep.FINISH)),
    ],
)
def test_a_row_of_an_older_version_is_read(kind: JobKind, row: dict[str, Any], request_: Request) -> None:
    assert request_from_row(kind, row) == request_


@pytest.mark.parametrize("row", [{}, {"from": "the moon"}, {"from": "upload"}])
def test_a_row_that_only_another_version_can_read_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises((KeyError, ValueError)):
        request_from_row(JobKind.ANALYZE, row)


@pytest.mark.parametrize(
    ("drafts", "draft"), [("tidy", "d1"), ("split", "d1"), ("order", "d1"), ("blend", "r1 joy 25 77")]
)
def test_the_journal_knows_a_write_by_the_name_that_an_older_version_gave(drafts: str, draft: str) -> None:
    read = request_from_row(JobKind.WRITE, {"drafts": drafts, "draft": draft, "in_place": ""})
    assert isinstance(read, WriteRequest)
    assert read.what.name == f"{drafts} {draft}"


def test_what_somebody_typed_to_finish_a_login_is_never_written_down() -> None:
    request_ = AccountRequest(LoginStep.FINISH, typed="123456")
    assert "123456" not in json.dumps(request_.to_row())
    assert "123456" not in repr(request_)
