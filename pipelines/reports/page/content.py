"""What a page is made of: sections of blocks, each of which the template knows how to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import pandas as pd
from markupsafe import Markup

Mark = Literal["good", "bad", "warning", "plain"]


@dataclass(frozen=True)
class Badge:
    """A word with a colour of its meaning.

    Attributes:
        word: The word, which says all by itself.
        mark: Its colour.
    """

    word: str
    mark: Mark = "plain"
    kind: ClassVar[str] = "badge"


@dataclass(frozen=True)
class Bars:
    """A histogram as small as a word.

    Attributes:
        heights: Of the bars, in [0, 1].
        alt: What is to be seen.
    """

    heights: Sequence[float]
    alt: str
    kind: ClassVar[str] = "bars"

    @classmethod
    def of(cls, counts: Sequence[float], alt: str) -> Bars:
        """Bars as high as counts, the highest 1."""
        most = max(counts, default=0) or 1
        return cls([count / most for count in counts], alt)


@dataclass(frozen=True)
class Share:
    """A bar as long as a share.

    Attributes:
        share: In [0, 1].
    """

    share: float
    kind: ClassVar[str] = "share"


Cell = str | Badge | Bars | Share


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        title: What it shows.
        columns: Its headings.
        rows: A cell a column; the first one names the row.
        text: How to read it.
        numeric: The indices of the columns that are aligned like numbers.
        folded: Whether only the title is shown until a reader opens it.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    text: str = ""
    numeric: frozenset[int] = frozenset()
    folded: bool = False
    kind: ClassVar[str] = "table"


@dataclass(frozen=True)
class Figure:
    """A picture with its caption.

    Attributes:
        title: What it shows.
        text: How to read it.
        alt: What is to be seen on it.
        source: Its content as a data URI.
        width: In pixels, as it is meant to be looked at.
        link: The file at its full size, relative to the page; none by default.
    """

    title: str
    text: str
    alt: str
    source: Markup
    width: int
    link: str = ""
    kind: ClassVar[str] = "figure"


@dataclass(frozen=True)
class Facts:
    """Short answers by name."""

    values: Mapping[str, Cell]
    title: str = ""
    kind: ClassVar[str] = "facts"


@dataclass(frozen=True)
class Sentences:
    """Sentences, a line each."""

    lines: Sequence[str]
    kind: ClassVar[str] = "sentences"


@dataclass(frozen=True)
class Commands:
    """What to type, by what it does."""

    lines: Mapping[str, str]
    kind: ClassVar[str] = "commands"


@dataclass(frozen=True)
class Links:
    """Other pages, by what is to be found there: a path relative to the page, or an address."""

    addresses: Mapping[str, str]
    kind: ClassVar[str] = "links"


Block = Table | Figure | Facts | Sentences | Commands | Links


@dataclass(frozen=True)
class Section:
    """A part of the page.

    Attributes:
        key: Its anchor.
        title: Its heading.
        text: What it tells, in a sentence.
        blocks: What it is made of.
    """

    key: str
    title: str
    text: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Tile:
    """One number to be seen first.

    Attributes:
        name: What it is.
        value: The number.
        note: What it is held against.
    """

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Summary:
    """What is said first.

    Attributes:
        verdict: What became of the model.
        tiles: The numbers that decide.
    """

    verdict: Badge
    tiles: Sequence[Tile] = field(default_factory=tuple)


def natural(name: str) -> tuple[bool, float, str]:
    """How names are sorted: numbers by their size, before words."""
    try:
        return False, float(name), name
    except ValueError:
        return True, 0.0, name


def number(value: object) -> str:
    """A number as a person reads it: whole ones with commas, others to four digits."""
    if value is None or value == "" or pd.isna(value):  # type: ignore[call-overload]
        return ""
    if isinstance(value, str | bool):
        return str(value)
    exact = float(value)  # type: ignore[arg-type]
    return f"{exact:,.0f}" if exact.is_integer() and abs(exact) < 1e15 else f"{exact:.4g}"


def frame_table(
    title: str, frame: pd.DataFrame, text: str = "", rows: int = 20, folded: bool = False
) -> Table:
    """A table of a data frame, its first rows.

    Args:
        title: What it shows.
        frame: A row a row.
        text: How to read it.
        rows: The most rows that are shown; how many there are more is said below the title.
        folded: Whether it is shown only when a reader opens it.
    """
    more = len(frame) - rows
    shown = frame.head(rows)
    text = f"{text} The first {rows} of {len(frame):,} rows.".strip() if more > 0 else text
    kinds = enumerate(frame.dtypes)
    numeric = frozenset(at for at, kind in kinds if pd.api.types.is_numeric_dtype(kind))
    cells = [[number(value) for value in row] for row in shown.itertuples(index=False, name=None)]
    headings = [str(name).replace("_", " ") for name in frame.columns]
    return Table(title, headings, cells, text, numeric, folded)
