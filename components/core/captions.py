"""What a picture says of itself: its title, its caption, and words for who does not see it.

They stand in the PNG file, so that they go wherever it goes. `Title` and `Description` are
keywords of the PNG specification (section 11.3.3.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from PIL.PngImagePlugin import PngInfo

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE, TEXT, ALT = "Title", "Description", "Alternative text"


@dataclass(frozen=True)
class Caption:
    """What is written around a picture.

    Attributes:
        title: What it shows, in a few words.
        text: How to read it.
        alt: What is to be seen on it, for who does not see it.
    """

    title: str
    text: str = ""
    alt: str = ""

    def words(self) -> dict[str, str]:
        """The entries of a PNG file, without those that are empty."""
        entries = {TITLE: self.title, TEXT: self.text, ALT: self.alt}
        return {key: value for key, value in entries.items() if value}


def save_picture(image: Image.Image, file: Path, caption: Caption) -> None:
    """Writes a picture with its caption as a PNG file."""
    info = PngInfo()
    for key, value in caption.words().items():
        info.add_itxt(key, value)
    image.save(file, "PNG", pnginfo=info)


def save_figure(figure: Figure, file: Path, caption: Caption) -> None:
    """Writes a figure of Matplotlib with its caption as a PNG file."""
    figure.savefig(file, format="png", metadata=caption.words())


def read_caption(file: Path) -> Caption:
    """The caption of a PNG file; one without has its name for a title."""
    with Image.open(file) as image:
        words = {key: str(value) for key, value in image.info.items() if isinstance(key, str)}
    title = words.get(TITLE) or humanise(file.stem)
    return Caption(title, words.get(TEXT, ""), words.get(ALT) or f"Picture: {title}")


def humanise(name: str) -> str:
    """The name of a file, column or key as words: `mean_iou` becomes `Mean iou`."""
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]
