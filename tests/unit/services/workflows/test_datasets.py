"""A dataset gets a name that belongs to nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.domain.errors.playlists import DatasetSourceError
from services.workflows.datasets import source_name


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("tracks.csv", "dataset:tracks"),
        ("folder/tracks.csv.gz", "dataset:tracks"),
        ("tracks of 1.2 million.tsv", "dataset:tracks of 1.2 million"),
        ("tracks", "dataset:tracks"),
    ],
)
def test_the_file_names_the_source(file: str, name: str) -> None:
    assert source_name(Path(file), None) == name


def test_a_wanted_name_is_kept() -> None:
    assert source_name(Path("x.csv"), " my list ") == "my list"


@pytest.mark.parametrize(
    "name", ["reccobeats", "ReccoBeats", "spotify", "imputation", "file:exportify", " ", "a\x07"]
)
def test_another_sources_name_is_refused(name: str) -> None:
    with pytest.raises(DatasetSourceError):
        source_name(Path("x.csv"), name)
