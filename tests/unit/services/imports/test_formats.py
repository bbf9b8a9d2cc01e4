from __future__ import annotations

import pytest

from services.imports import formats
from services.imports.formats import source_slug


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Exportify", "file:exportify"),
        ("Exportify.app", "file:exportify-app"),
        ("Chosic", "file:chosic"),
        ("CSV table", "file:csv-table"),
        ("", "file:unknown"),
    ],
)
def test_slugs_that_stored_values_carry_never_change(name, slug):
    assert source_slug(name) == slug


def test_no_two_formats_share_a_slug():
    names = [value for key, value in vars(formats).items() if key.isupper()]
    assert len({source_slug(name) for name in names}) == len(names) > 10
