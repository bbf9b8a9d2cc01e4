"""The palette is measured, not believed: contrast by WCAG, distance by OKLab for every kind of sight."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from services.charts import theme

# Machado, Oliveira and Fernandes (2009), severity 1.0, in linear RGB
MACHADO = {
    "none": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def linear(colour):
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def luminance(colour):
    return float(linear(colour) @ (0.2126, 0.7152, 0.0722))


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def oklab(rgb):
    cones = rgb @ np.array(
        [
            [0.4122214708, 0.2119034982, 0.0883024619],
            [0.5363325363, 0.6806995451, 0.2817188376],
            [0.0514459929, 0.1073969566, 0.6299787005],
        ]
    )
    return np.cbrt(np.clip(cones, 0, None)) @ np.array(
        [
            [0.2104542553, 1.9779984951, 0.0259040371],
            [0.7936177850, -2.4285922050, 0.7827717662],
            [-0.0040720468, 0.4505937099, -0.8086757660],
        ]
    )


@pytest.mark.parametrize("sight", MACHADO)
def test_any_two_groups_differ_for_every_kind_of_sight(sight):
    colours = np.array([linear(style.colour) for style in theme.GROUP_STYLES])
    seen = oklab(np.clip(colours @ MACHADO[sight].T, 0, 1))
    distances = np.linalg.norm(seen[:, None] - seen[None, :], axis=2)
    assert distances[np.triu_indices(len(seen), 1)].min() >= 0.13


@pytest.mark.parametrize("ground", [theme.CANVAS, theme.PANEL])
def test_group_colours_stand_out_from_both_grounds_and_from_the_accent(ground):
    for style in theme.GROUP_STYLES:
        assert contrast(style.colour, ground) >= 4.5
        assert style.colour != theme.ACCENT


@pytest.mark.parametrize("ground", [theme.CANVAS, theme.PANEL])
@pytest.mark.parametrize("ink", [theme.INK, theme.MUTED])
def test_words_can_be_read(ink, ground):
    assert contrast(ink, ground) >= 7


def test_shape_and_letter_say_what_colour_says():
    styles = theme.GROUP_STYLES
    assert len(styles) == 8
    assert len({style.marker for style in styles}) == 8
    assert [style.letter for style in styles] == list("ABCDEFGH")


def test_a_ninth_group_is_told_apart_by_its_letter():
    assert theme.group_style(8).letter == "A2"
