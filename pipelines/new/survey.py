"""What there is in somebody's data: samples, labels, splits, sizes, and what is odd about them."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from components.core.boxes import BOXES, LABELS, area, to_array
from components.core.facial_points import SIDE
from components.core.images import open_image
from components.core.masks import VOID, MaskError, decode_mask
from components.core.table import SPLITS, Record
from components.core.text import word
from components.ingest.ingest import load_source, read_records, show_progress
from components.samples.text import TextSample
from pipelines.new.pictures import Glance, glance

DECODED = 64
"""Images whose pixels are looked at for colours."""

COLOURS = 256
"""Colours that masks may have."""

UNLABELLED = "(none)"

UNBALANCED = 2.0
"""How much more frequent than the rarest the commonest class is where weights pay."""


@dataclass
class Survey:
    """What was found.

    Attributes:
        kind: The kind of source.
        path: What was read.
        samples: How many samples there are.
        counts: Samples by class and split; the split is None where the source brings none.
        glances: What was seen of the images that can be opened.
        faults: The path and the fault of each that cannot.
        repeated: Samples with the bytes and the labels of an earlier one.
        contradictory: Path and earlier path of samples with the same bytes and other labels.
        left_out: Files and folders that the source leaves out, by reason.
        pixels: Pixels by the value that masks give them.
        colours: Pixels by the colour of masks that hold no indices.
        broken_masks: Paths of samples whose mask is missing or cannot be read.
        points: The labelled points at 96x96 pixels, an array `[15, 2]` a sample.
        objects: Boxes by class.
        most_boxes: The most boxes of a sample.
        empty_boxes: How many boxes have no area.
        lengths: The words of each text that can be read.
        alphabets: Texts by the alphabet of most letters.
    """

    kind: str
    path: Path
    samples: int = 0
    counts: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    glances: list[Glance] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)
    repeated: int = 0
    contradictory: list[tuple[str, str]] = field(default_factory=list)
    left_out: Mapping[str, int] = field(default_factory=dict)
    pixels: Counter[int] = field(default_factory=Counter)
    colours: Counter[tuple[int, ...]] = field(default_factory=Counter)
    broken_masks: list[str] = field(default_factory=list)
    points: list[np.ndarray] = field(default_factory=list)
    objects: Counter[str] = field(default_factory=Counter)
    most_boxes: int = 0
    empty_boxes: int = 0
    lengths: list[int] = field(default_factory=list)
    alphabets: Counter[str] = field(default_factory=Counter)

    @property
    def classes(self) -> list[str]:
        """The classes that have a sample, numbers by their size and names by the alphabet."""
        found = {name for name, _ in self.counts if name not in ("", UNLABELLED)}
        return sorted(found, key=lambda name: (len(name) if name.isdecimal() else 0, name))

    @property
    def is_unbalanced(self) -> bool:
        """Whether the commonest class has far more samples than the rarest."""
        counts = [self.of_class(name) for name in self.classes]
        return len(counts) > 1 and max(counts) >= UNBALANCED * min(counts)

    @property
    def commonest_share(self) -> float:
        """The share of the commonest class in the samples that the gate decides by."""
        split = SPLITS[-1] if self.of_split(SPLITS[-1]) else None
        counts = [
            sum(n for (each, at), n in self.counts.items() if each == name and split in (None, at))
            for name in self.classes
        ]
        return max(counts) / sum(counts)

    @property
    def colour_table(self) -> dict[str, Sequence[int]]:
        """Names for the colours of masks, black first; empty where masks hold indices."""
        if self.colours:
            listed = sorted(self.colours)[: VOID + 1]
            return {_colour_name(at, colour): colour for at, colour in enumerate(listed)}
        if set(self.pixels) == {0, VOID}:  # black and white
            return {"background": (0, 0, 0), "foreground": (VOID, VOID, VOID)}
        return {}

    @property
    def class_pixels(self) -> list[int]:
        """The pixels of each class that masks have."""
        if colours := self.colour_table:
            return list((self.colours or self.pixels).values())[: len(colours)]
        return [count for value, count in self.pixels.items() if value != VOID]

    @property
    def has_splits(self) -> bool:
        """Whether the source brings splits."""
        return any(split for _, split in self.counts)

    def of_class(self, name: str) -> int:
        """How many samples a class has."""
        return sum(count for (each, _), count in self.counts.items() if each == name)

    def of_split(self, split: str) -> int:
        """How many samples the source puts into a split."""
        return sum(count for (_, each), count in self.counts.items() if each == split)

    @property
    def splits(self) -> dict[str, int]:
        """The samples of each split that the source brings."""
        return {split: count for split in SPLITS if (count := self.of_split(split))}


def _colour_name(at: int, colour: tuple[int, ...]) -> str:
    return f"class_{at}" if any(colour) else "background"


def survey(kind: str, keys: Mapping[str, Any]) -> Survey:
    """Reads data from the first sample to the last; of images the headers, of masks all.

    Args:
        kind: The kind of source.
        keys: What the block `source` says beside the kind.

    Raises:
        ConvoyError: When the source cannot read its data, as the stage ingest would say it.
    """
    values = {"kind": kind, **{key: _plain(value) for key, value in keys.items()}}
    source = load_source(values, "source")
    found = Survey(kind, source.path)
    known: dict[bytes, tuple[str, str]] = {}
    look_at = _look_at_text if source.brings.is_text else _look_at_image
    for record in show_progress(read_records(source)):
        _count(found, record)
        look_at(found, record)
        found.samples += 1
        _compare(found, record, known)
        for name, look in LOOKS.items():
            if name in record.labels:
                look(found, record)
    found.left_out = source.left_out()
    return found


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value


def _count(found: Survey, record: Record) -> None:
    label = record.labels.get("label", "")
    found.counts[UNLABELLED if label is None else str(label).strip(), record.split] += 1


def _look_at_text(found: Survey, record: Record) -> None:
    seen = TextSample(name=found.kind).inspect(record.sample)
    if seen["decode_error"]:
        found.faults.append((record.path, seen["decode_error"]))
    elif not seen["words"]:
        found.faults.append((record.path, "empty"))
    else:
        found.lengths.append(seen["words"])
        found.alphabets[seen["alphabet"] or ""] += 1


def _look_at_image(found: Survey, record: Record) -> None:
    seen = glance(record.sample, pixels=found.samples < DECODED)
    if seen.fault:
        found.faults.append((record.path, seen.fault))
    else:
        found.glances.append(seen)


def _compare(found: Survey, record: Record, known: dict[bytes, tuple[str, str]]) -> None:
    """Looks whether there has been a sample with the same bytes."""
    own = record.path, hashlib.sha256(repr(sorted(record.labels.items())).encode()).hexdigest()
    first = known.setdefault(hashlib.sha256(record.sample).digest(), own)
    if first[1] != own[1]:
        found.contradictory.append((record.path, first[0]))
    elif first is not own:
        found.repeated += 1


def _look_at_mask(found: Survey, record: Record) -> None:
    data = record.labels["mask"]
    try:
        values, counts = np.unique(decode_mask(data or b""), return_counts=True)
    except MaskError:
        colours = _colours(data)
        found.colours.update(colours)
        if not colours:
            found.broken_masks.append(record.path)
        return
    found.pixels.update(dict(zip(values.tolist(), counts.tolist(), strict=True)))


def _colours(data: bytes | None) -> dict[tuple[int, ...], int]:
    """The colours of a mask that holds no indices; none where they are too many, or broken."""
    try:
        with open_image(data or b"") as image:
            found = image.convert("RGB").getcolors(COLOURS) or []
    except Exception:  # Pillow's decoders raise a dozen types for broken files
        return {}
    return {tuple(colour): count for count, colour in found}  # type: ignore[arg-type]


def _look_at_points(found: Survey, record: Record) -> None:
    if found.glances and record.labels["keypoints"] is not None:
        size = np.array([found.glances[-1].width, found.glances[-1].height])
        points = np.reshape(np.array(record.labels["keypoints"], np.float64), (-1, 2))
        found.points.append(points * SIDE / size)


def _look_at_boxes(found: Survey, record: Record) -> None:
    boxes = to_array(record.labels[BOXES])
    found.objects.update(record.labels[LABELS])
    found.most_boxes = max(found.most_boxes, len(boxes))
    found.empty_boxes += int((area(boxes) <= 0).sum())


LOOKS: Mapping[str, Callable[[Survey, Record], None]] = {
    "mask": _look_at_mask,
    "keypoints": _look_at_points,
    BOXES: _look_at_boxes,
}
"""What is looked at beside the sample, by the label that it is in."""


def oddities(found: Survey) -> Iterator[str]:
    """A sentence for whatever somebody may not have expected of the data."""
    turned = sum(each.turned for each in found.glances)
    deep = [each.deep for each in found.glances if each.deep is not None]
    grey = sum(each.grey for each in found.glances)
    said = {
        "is turned upright, as EXIF says": turned,
        "has more than 8 bits a channel; the model sees 8 of them": len(deep),
        "is grey among others that are in colour": grey if grey < len(found.glances) else 0,
        "is the same as an earlier one, byte for byte, and left out": found.repeated,
        "has no label, which stops a run": found.of_class(UNLABELLED),
    }
    yield from (f"{count:,} of {found.samples:,}: {text}" for text, count in said.items() if count)
    if found.empty_boxes:
        yield f"{found.empty_boxes:,} boxes have no area, and are left out"
    yield from _stopping("cannot be read", [f"{path}: {why}" for path, why in found.faults])
    yield from _stopping("has no mask, or one that is none", found.broken_masks)
    same = [f"{path} is {first}" for path, first in found.contradictory]
    yield from _stopping("is the same as another one with other labels", same)


def _stopping(what: str, places: Iterable[str]) -> Iterator[str]:
    """A sentence on what stops a run."""
    if listed := list(places):
        yield f"{len(listed):,} {what}, which stops a run; mend or remove it: {word(listed[0])}"
