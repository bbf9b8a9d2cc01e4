"""A canvas measured in CSS pixels: one figure without axes, whose text is never read as mathematics."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Affine2D
from PIL import Image, ImageDraw

from services.charts import lettering, theme
from services.charts.labels import Box, Place, Wish
from services.domain.charts import Chart, ChartKind

Corners = np.ndarray[Any, np.dtype[np.floating[Any]]]
Floats = Sequence[float] | Corners
Drawn = TypeVar("Drawn", bound=Artist)
Align = Literal["left", "center", "right"]

_Colour = tuple[float, float, float, float]
_NOTHING: _Colour = (0.0, 0.0, 0.0, 0.0)

HEAD = 58.0
"""Height of the two lines on top of a sheet."""
_COLOURS = 256
"""A palette makes the map of 10,000 tracks a third of the size in half the time, to no visible harm."""
_PALETTE_STEP = 2
"""Of pixels in both directions that colours are chosen from: no line is thinner than two."""
_COMPRESSION = 4
_OVERSAMPLING = 2
"""Letters are written larger and averaged down: hinting at the final size glues the dot of an i to it."""
_DIRECTION: dict[str, Any] = {"direction": "ltr"} if lettering.CAN_ARRANGE else {}
"""Lines are ours and begin on the left: else "& שרה" would end with its "&"."""
_LINE = 1.3
"""Height of a line of words relative to the size of its letters."""


@dataclass(frozen=True, slots=True)
class Writing:
    """One line of words on a sheet, in CSS pixels; `y` is its middle."""

    words: str
    left: float
    y: float
    width: float
    size: float
    colour: str
    bold: bool
    face: lettering.Face = lettering.SANS

    @property
    def box(self) -> Box:
        """The rectangle that the line fills."""
        return Box(self.left + self.width / 2, self.y, self.width, self.size * _LINE)

    @property
    def right(self) -> float:
        """Where the line ends."""
        return self.left + self.width

    def draw(self, pen: ImageDraw.ImageDraw, density: int) -> None:
        """Put the letters on the picture, run by run."""
        over, narrow = _OVERSAMPLING, self.face.narrow
        size = self.size * density
        height, width = int(size * 1.8), int(self.width * density) + 6
        mask = Image.new("L", (int(width / narrow) * over, height * over))
        ink = ImageDraw.Draw(mask)
        x = 2.0 * over + (self.left * density % 1) * over
        runs = lettering.runs(self.words, size * over, bold=self.bold, face=self.face)
        for run in runs:
            ink.text(
                (x, int(size * 1.26) * over), run.words, font=run.font, fill=255, anchor="ls", **_DIRECTION
            )
            if run is not runs[-1]:
                x += run.font.getlength(run.words)
        if narrow != 1.0:
            mask, over = mask.resize((width, height), Image.Resampling.BOX), 1
        box = mask.getbbox()
        if box is None:
            return
        left, top = box[0] // over, box[1] // over
        corner = (
            int(self.left * density) - 2 + left,
            round((self.y + 0.36 * self.size) * density) - int(size * 1.26) + top,
        )
        small = mask.reduce(over, (left * over, top * over, box[2], box[3]))
        pen.bitmap(corner, small, fill=self.colour)


def rectangle(left: float, top: float, right: float, bottom: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the corners of an upright rectangle for `Sheet.polygons`."""
    return np.array(((left, top), (right, top), (right, bottom), (left, bottom)), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Bars:
    """All rectangles of one layer, which are drawn as one artist."""

    drawn: PolyCollection
    corners: list[Corners] = field(default_factory=list)
    faces: list[_Colour] = field(default_factory=list)
    edges: list[_Colour] = field(default_factory=list)


class Sheet:
    """Hold a figure whose coordinates are CSS pixels, x to the right and y down.

    Artists go straight onto the figure: an axes costs 4 ms before anything is drawn, one with ticks
    20 ms. Pillow writes the words on top of what Matplotlib drew: Matplotlib 3.11 takes 1.5-2.7 ms for a
    label, Pillow 0.3 ms, with the same fonts, and no dollar sign can start a formula. Every word's
    box is known before it is drawn.

    Parameters
    ----------
    height, width
        In CSS pixels of the place where it is shown.
    density
        Device pixels per CSS pixel.
    ground
        Colour behind everything.
    """

    def __init__(
        self,
        height: float,
        width: float = theme.WIDTH,
        *,
        density: int = theme.DENSITY,
        ground: str = theme.CANVAS,
    ) -> None:
        self.width = width
        self.height = height
        self.density = density
        self.ground = ground
        self.figure = Figure(figsize=(width / 72, height / 72), dpi=72 * density, facecolor=ground)
        self._pixels = Affine2D().scale(density, -density).translate(0, height * density)
        self.writings: list[Writing] = []
        self._joined: dict[tuple[tuple[str, Any], ...], Line2D] = {}
        self._bars: dict[float, _Bars] = {}
        self._widths: dict[tuple[str, float, bool, lettering.Face], float] = {}

    def measure(
        self, words: str, size: float, *, bold: bool = False, face: lettering.Face = lettering.SANS
    ) -> float:
        """Return the width of one line of `words`, in CSS pixels."""
        asked = (words, size, bold, face)
        if asked not in self._widths:
            pieces = lettering.runs(words, size * self.density, bold=bold, face=face)
            drawn = sum(piece.font.getlength(piece.words) for piece in pieces)
            self._widths[asked] = face.narrow * drawn / self.density
        return self._widths[asked]

    def shorten(
        self,
        words: str,
        width: float,
        size: float,
        *,
        bold: bool = False,
        face: lettering.Face = lettering.SANS,
    ) -> str:
        """Cut `words` with an ellipsis so that they are at most `width` wide."""
        return lettering.shorten(words, lambda part: self.measure(part, size, bold=bold, face=face) <= width)

    def write(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = theme.SIZE,
        colour: str = theme.INK,
        bold: bool = False,
        align: Align = "left",
        room: float | None = None,
        backing: float = 0.0,
        face: lettering.Face = lettering.SANS,
    ) -> Writing:
        """Write one line, vertically centred on `y` and above all drawing; return what was written.

        Parameters
        ----------
        room
            Width in pixels to shorten the words to.
        backing
            Opacity of a patch behind the words, 0 for none.
        """
        if room is not None:
            words = self.shorten(words, room, size, bold=bold, face=face)
        width = self.measure(words, size, bold=bold, face=face)
        left = x - {"left": 0.0, "center": width / 2, "right": width}[align]
        writing = Writing(words, left, y, width, size, colour, bold, face)
        if words:
            self.writings.append(writing)
            if backing:
                box = writing.box
                self.bar(
                    box.x - box.width / 2 - 3,
                    box.y - box.height / 2,
                    box.width + 6,
                    box.height,
                    colour=theme.PANEL,
                    alpha=backing,
                    layer=4.0,
                )
        return writing

    def line(self, xs: Floats, ys: Floats, *, colour: str, width: float = 1.0, **style: Any) -> None:
        """Draw a line through the points; NaN leaves a gap."""
        self._join(xs, ys, color=colour, linewidth=width, marker="", **style)

    def lead(self, wish: Wish, place: Place, *, colour: str) -> None:
        """Draw the line from a mark to its label, where the label is so far away that it needs one."""
        if place.leader is not None:
            ends = zip((wish.x, wish.y), place.leader, strict=True)
            self.line(*(list(each) for each in ends), colour=colour, width=0.9, zorder=3.3)

    def dots(
        self,
        xs: Floats,
        ys: Floats,
        *,
        marker: str,
        size: float,
        colour: str,
        hollow: bool = False,
        alpha: float = 1.0,
        edge: float = 0.0,
        layer: float = 3.0,
    ) -> None:
        """Draw markers `size` pixels across; hollow ones mean estimated values everywhere."""
        self._join(
            xs,
            ys,
            linestyle="none",
            marker=marker,
            markersize=size,
            markerfacecolor="none" if hollow else colour,
            markeredgecolor=colour if hollow else self.ground,
            markeredgewidth=max(1.0, edge) if hollow else edge,
            alpha=alpha,
            zorder=layer,
        )

    def ring(self, x: float, y: float, size: float) -> None:
        """Draw a dashed ring around something that stands out."""
        turn = np.linspace(0.0, 2 * np.pi, 33)
        xs, ys = x + size / 2 * np.cos(turn), y + size / 2 * np.sin(turn)
        self.line(xs, ys, colour=theme.INK, width=1.4, linestyle=(0, (2.2, 1.4)), zorder=3.5)

    def panel(self, x: float, y: float, width: float, height: float) -> None:
        """Draw the lighter ground of a drawing area."""
        box = FancyBboxPatch(
            (x + 6, y + 6),
            width - 12,
            height - 12,
            boxstyle="round,pad=6,rounding_size=6",
            facecolor=theme.PANEL,
            edgecolor="none",
            zorder=0,
        )
        self._add(box)

    def polygons(
        self,
        corners: Sequence[Corners],
        colours: Sequence[str | tuple[float, ...]],
        *,
        edge: str = "none",
    ) -> None:
        """Draw many filled polygons at once: each an (m, 2) array of corners with its own colour."""
        is_even = len({len(each) for each in corners}) == 1
        outlines: Any = np.array(corners) if is_even else corners  # one array takes a third of the time
        self._add(PolyCollection(outlines, facecolors=colours, edgecolors=edge, linewidths=1.0, zorder=2.0))

    def shape(self, path: Path, *, colour: str, alpha: float, outline: str | None = None) -> None:
        """Fill a path softly; `outline` is a line style for its border."""
        self._add(PathPatch(path, facecolor=colour, edgecolor="none", alpha=alpha, zorder=1))
        if outline is not None:
            border = PathPatch(
                path,
                facecolor="none",
                edgecolor=colour,
                linewidth=1.1,
                linestyle=outline,
                alpha=0.8,
                zorder=1.5,
            )
            self._add(border)

    def bar(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        colour: str,
        hollow: bool = False,
        alpha: float = 1.0,
        layer: float = 2.0,
    ) -> None:
        """Draw a rectangle with its upper left corner at (x, y)."""
        if layer not in self._bars:
            self._bars[layer] = _Bars(self._add(PolyCollection([], linewidths=1.0, zorder=layer)))
        bars, shown = self._bars[layer], to_rgba(colour, alpha)
        bars.corners.append(rectangle(x, y, x + width, y + height))
        bars.faces.append(_NOTHING if hollow else shown)
        bars.edges.append(shown if hollow else _NOTHING)

    def head(self, title: str, subtitle: str) -> float:
        """Write the two lines on top and return the y where the drawing may begin, `HEAD`."""
        room = self.width - 2 * theme.MARGIN
        self.write(theme.MARGIN, 19, title, size=theme.SIZE_TITLE, bold=True, room=room)
        self.write(theme.MARGIN, 42, subtitle, colour=theme.MUTED, room=room)
        return HEAD

    def foot(self, lines: Iterable[str], top: float, step: float) -> None:
        """Write what is to be said below a drawing, a line every `step` pixels from `top` on."""
        for row, words in enumerate(lines):
            y = top + step * (row + 0.5)
            self.write(theme.MARGIN, y, words, colour=theme.MUTED, room=self.width - 2 * theme.MARGIN)

    def chart(self, kind: ChartKind, title: str, alt_text: str, lines: Iterable[str]) -> Chart:
        """Render to a chart; `lines` are its text twin."""
        return Chart(kind, title, self.png(), alt_text, "\n".join(lines))

    def png(self) -> bytes:
        """Render to PNG bytes: 256 colours, no alpha channel, no metadata."""
        for bars in self._bars.values():
            outlines: Any = np.array(bars.corners)
            bars.drawn.set_verts(outlines)
            bars.drawn.set(facecolor=bars.faces, edgecolor=bars.edges)
        # No canvas: it would keep the pixels, and in a cycle with the figure they wait for the collector.
        size = (round(self.width * self.density), round(self.height * self.density))
        renderer = RendererAgg(*size, self.figure.dpi)  # type: ignore[no-untyped-call]
        self.figure.draw(renderer)
        pixels = renderer.buffer_rgba()  # type: ignore[no-untyped-call]
        picture = Image.frombytes("RGB", pixels.shape[1::-1], pixels, "raw", "RGBX")
        pen = ImageDraw.Draw(picture)
        for writing in self.writings:
            writing.draw(pen, self.density)
        sample = picture.resize(
            (picture.width // _PALETTE_STEP, picture.height // _PALETTE_STEP), Image.Resampling.NEAREST
        )
        palette = sample.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        few = picture.quantize(palette=palette, dither=Image.Dither.NONE)
        stream = io.BytesIO()
        few.save(stream, "PNG", compress_level=_COMPRESSION)
        return stream.getvalue()

    def _join(self, xs: Floats, ys: Floats, **look: Any) -> None:
        """Add points to the line or the markers of the same look: an artist takes 0.1 ms, a point nothing."""
        key = tuple(sorted(look.items()))
        if key not in self._joined:
            self._joined[key] = self._add(Line2D(xs, ys, **look))
            return
        drawn, gap = self._joined[key], [] if look["marker"] else [np.nan]
        before = drawn.get_data()
        drawn.set_data(*(np.concatenate((old, gap, new)) for old, new in zip(before, (xs, ys), strict=True)))

    def _add(self, artist: Drawn) -> Drawn:
        artist.set_transform(self._pixels)
        artist.set_clip_on(False)
        self.figure.add_artist(artist)
        return artist
