"""How words reach the terminal: as they are, whatever brackets or codes are in them."""

from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from components.core.text import message


class PlainTable(Table):
    """A table whose words are never taken for markup; a `Text` may have a style."""

    def __init__(
        self, *headers: str, title: str | None = None, caption: str | None = None, **options: Any
    ) -> None:
        super().__init__(
            *headers,
            title=None if title is None else plain(title, "table.title"),
            caption=None if caption is None else plain(caption, "table.caption"),
            **options,
        )

    def add_column(
        self, header: RenderableType = "", footer: RenderableType = "", **options: Any
    ) -> None:
        """As that of a table."""
        super().add_column(_cell(header), _cell(footer), **options)

    def add_row(self, *cells: RenderableType | None, **options: Any) -> None:
        """As that of a table."""
        super().add_row(*map(_cell, cells), **options)


def plain(text: object, style: str = "") -> Text:
    """Words for the terminal: masked, without control codes, bounded, never markup."""
    return Text(message(text), style)


def show(*things: RenderableType, stderr: bool = False) -> None:
    """Prints tables and sentences, each on lines of its own; a sentence is not wrapped."""
    console = Console(stderr=stderr, highlight=False)
    for thing in things:
        sentence = isinstance(thing, str | Text)
        console.print(_cell(thing), soft_wrap=sentence)


def _cell(thing: Any) -> Any:
    return plain(thing) if isinstance(thing, str) else thing
