"""A folder of whatever people's folders hold, and what is to become of each entry."""

import io
import os
import random
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from components.core.image_files import NO_IMAGE, RAW, SUFFIXES
from components.core.walking import (
    DANGLING,
    HIDDEN,
    NO_FILE,
    OUTSIDE,
    REPEATED,
    SYSTEM_NAMES,
    readable,
)
from components.ingest.class_folders import NO_CLASS
from tests.bombs import large_jpeg, large_png, large_webp
from tests.turned import encode_turned

USED, BROKEN = "used", "broken"
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64)
JPEG_XL = b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(64)

PLACES = ("cat", "dog", "cat/deep/er", "dog/a b", "dog/ünï", "")
"""Where entries lie: in classes, in folders below them, and beside the classes."""

Fates = Mapping[str, str]
"""By path: `used`, `broken`, or the reason why the entry is left out."""

Maker = Callable[[Path, np.random.Generator], None]


def encode(
    rng: np.random.Generator, form: str, mode: str = "RGB", frames: int = 1, **options: Any
) -> bytes:
    """An image like no other."""
    shape = (frames, 12, 14, 3)
    images = [Image.fromarray(each).convert(mode) for each in rng.integers(0, 256, shape, np.uint8)]
    contents = io.BytesIO()
    more = {"save_all": True, "append_images": images[1:]} if frames > 1 else {}
    images[0].save(contents, form, **more, **options)
    return contents.getvalue()


def wide(rng: np.random.Generator, form: str, largest: int = 0xFFFF) -> bytes:
    """A grey image of 16 bits."""
    contents = io.BytesIO()
    Image.fromarray(rng.integers(0, largest + 1, (12, 14)).astype(np.uint16)).save(contents, form)
    return contents.getvalue()


def turned(rng: np.random.Generator, orientation: int) -> bytes:
    """A photograph whose EXIF says how to hold it."""
    return encode_turned(rng.integers(0, 256, (12, 14, 3), np.uint8), orientation, "JPEG")


def half(rng: np.random.Generator, form: str) -> bytes:
    """The first half of an image."""
    data = encode(rng, form)
    return data[: len(data) // 2]


def text(rng: np.random.Generator) -> bytes:
    """Words."""
    return f"Python pictures, {rng.integers(1_000_000)}\n".encode()


def write(file: Path, rng: np.random.Generator, content: Callable[..., bytes]) -> None:
    """Writes a file."""
    file.write_bytes(content(rng))


def hide(folder: Path, rng: np.random.Generator, name: str) -> None:
    """Makes a folder that is hidden, with one file in it."""
    folder.mkdir()
    (folder / name).write_bytes(encode(rng, "PNG"))


def link(path: Path, rng: np.random.Generator, target: str) -> None:
    """Makes a link."""
    path.symlink_to(target)


def of(form: str, mode: str = "RGB", **options: Any) -> Maker:
    """A file with an image."""
    return partial(write, content=partial(encode, form=form, mode=mode, **options))


def data(content: bytes) -> Maker:
    """A file with these bytes, and some that make it differ from others."""
    return partial(write, content=lambda rng: content + rng.bytes(8))


def kinds(folder: Path, outside: Path) -> list[tuple[str, str, Maker]]:
    """What an entry is called, `#` for its number, what is to become of it, and what makes it."""
    (outside / "more").mkdir(parents=True)
    (outside / "more/1.png").write_bytes(encode(np.random.default_rng(1), "PNG"))
    used = [
        *(("#.png", of("PNG", mode)) for mode in ("RGB", "L", "P", "LA", "RGBA", "1")),
        *((f"#.{suffix}", of("JPEG")) for suffix in ("jpg", "JPG", "jpeg", "jpe", "jfif", "JFIF")),
        *((f"#.{form}", of(form)) for form in ("bmp", "gif", "tiff", "webp", "ppm", "avif")),
        *(("#.jpg", of("JPEG", mode)) for mode in ("L", "CMYK")),
        ("#.tif", of("TIFF", "CMYK")),
        *((f"#.{form}", of(form, frames=3)) for form in ("gif", "webp", "png", "tiff")),
        ("#.png", of("PNG", "P", transparency=3)),
        *(("#.jpg", partial(write, content=partial(turned, orientation=n))) for n in range(1, 9)),
        *(
            (f"#.{form}", partial(write, content=partial(wide, form=form)))
            for form in ("png", "tiff")
        ),
        ("#", of("PNG")),
        ("#.photo", of("JPEG")),
        ("#.txt", of("PNG")),
        ("#.png", of("JPEG")),
        ("#.jpg", of("WEBP")),
        (os.fsdecode(b"caf\xe9-#.png"), of("PNG")),
        (os.fsdecode(b"\xff#"), of("JPEG")),
        ("# (1).png", of("PNG")),
        ("#\n.png", of("PNG")),
        ("#'\"[x]*?.png", of("PNG")),
    ]
    broken = [
        *(
            (f"#.{form}", partial(write, content=partial(half, form=form)))
            for form in ("png", "bmp")
        ),
        ("#.jpg", partial(write, content=lambda rng: encode(rng, "JPEG")[:-40])),
        ("#.png", partial(write, content=lambda rng: b"")),
        ("#.jpg", partial(write, content=text)),
        ("#.heic", data(HEIC)),
        ("#.jpg", data(HEIC)),
        ("#.jxl", data(JPEG_XL)),
        ("#.png", partial(write, content=partial(wide, form="PNG", largest=4_000))),
        ("#.jpg", data(large_jpeg())),
        ("#.webp", data(large_webp())),
        ("#.png", data(large_png(12_000, 8_000))),
        (os.fsdecode(b"\xe9#.png"), partial(write, content=text)),
    ]
    left_out: list[tuple[str, str, Maker]] = [
        *((name, NO_IMAGE, partial(write, content=text)) for name in ("#.txt", "#.csv", "#")),
        ("#.json", NO_IMAGE, partial(write, content=lambda rng: b"")),
        ("#.NEF", RAW, of("TIFF")),
        *((name, HIDDEN, of("PNG")) for name in ("._#.png", ".#.png", "._#")),
        (".ipynb_checkpoints#", HIDDEN, partial(hide, name="1-checkpoint.png")),
        (".git#", HIDDEN, partial(hide, name="HEAD")),
        ("#.png", DANGLING, partial(link, target="/nowhere/1.png")),
        ("#", DANGLING, partial(link, target="gone")),
        ("#.jpg", OUTSIDE, partial(link, target=str(outside / "more/1.png"))),
        ("#", OUTSIDE, partial(link, target=str(outside / "more"))),
        ("#", REPEATED, partial(link, target=".")),
        ("#", REPEATED, partial(link, target=str(folder))),
        ("#.png", NO_FILE, lambda path, rng: os.mkfifo(path)),
        ("#", NO_FILE, lambda path, rng: os.mkfifo(path)),
    ]
    return [
        *((name, USED, make) for name, make in used),
        *((name, BROKEN, make) for name, make in broken),
        *left_out,
    ]


def make_mixed(folder: Path, outside: Path, entries: int = 500, seed: int = 0) -> Fates:
    """Fills a folder in the layout of `image_folder` with entries of all kinds.

    A hidden folder has one file in it, so that there are as many leaves as entries.

    Args:
        folder: An absent folder.
        outside: Another one, which links lead to.
        entries: How many, at least as many as there are kinds and names of systems' files.
        seed: Another seed puts them elsewhere.
    """
    rng, choose = np.random.default_rng(seed), random.Random(seed)
    for place in PLACES:
        (folder / place).mkdir(parents=True, exist_ok=True)
    fates: dict[str, str] = {}
    for number, name in enumerate(sorted(SYSTEM_NAMES)):
        at = folder / PLACES[number % len(PLACES)] / choose.choice([name, name.upper()])
        make: Maker = partial(hide, name="1.png") if number % 2 else of("PNG")
        make(at, rng)
        fates[readable(at.relative_to(folder))] = HIDDEN
    known = kinds(folder, outside)
    while len(fates) < entries:
        number = len(fates)
        in_turn = number - len(SYSTEM_NAMES)
        name, fate, make = known[in_turn] if in_turn < len(known) else choose.choice(known)
        place = PLACES[0] if in_turn < len(known) else choose.choice(PLACES)
        at = folder / place / name.replace("#", f"{number:03}")
        make(at, rng)
        fates[readable(at.relative_to(folder))] = fate
    return fates


def as_classes(fates: Fates) -> Fates:
    """What becomes of them where folders are classes: images beside classes are in none."""
    return {
        path: NO_CLASS if "/" not in path and fate in (USED, BROKEN) else fate
        for path, fate in fates.items()
    }


def as_files(fates: Fates) -> Fates:
    """What becomes of them where files are scored: what is called an image is told of by name."""
    told = (DANGLING, OUTSIDE, NO_FILE)
    return {
        path: BROKEN if fate in told and Path(path).suffix.lower() in SUFFIXES else fate
        for path, fate in fates.items()
    }


def count_leaves(folder: Path) -> int:
    """The entries on disk that are no folders; links are not followed."""
    return sum(
        len(files) + sum((Path(root) / name).is_symlink() for name in folders)
        for root, folders, files in os.walk(folder)
    )


def paths_of(fates: Fates, fate: str) -> set[str]:
    """The paths of those with a fate."""
    return {path for path, each in fates.items() if each == fate}


def count_left_out(fates: Fates) -> Counter[str]:
    """How many are left out, by reason."""
    return Counter(fate for fate in fates.values() if fate not in (USED, BROKEN))
