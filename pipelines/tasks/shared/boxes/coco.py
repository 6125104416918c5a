"""COCO's average precision and recall, by pycocotools: https://cocodataset.org/#detection-eval."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from components.core.boxes import area
from pipelines.tasks.shared.boxes.objects import Found, Truth

Kind = Literal["bbox", "segm"]
"""What is compared: boxes or regions."""

IOU_50, IOU_75 = 0, 5
"""Places of the thresholds 0.5 and 0.75 among those from 0.5 to 0.95."""

SIZES = ("all", "small", "medium", "large")
"""Areas of any size, below 32 x 32, from there to 96 x 96, and above, in square pixels."""


class ObjectEval(COCOeval):
    """COCO's evaluation that leaves out difficult objects as Pascal VOC does.

    pycocotools takes `ignore` of what is given for that of crowds alone.
    """

    def _prepare(self) -> None:
        super()._prepare()
        for truths in self._gts.values():
            for each in truths:
                each["ignore"] = int(each["ignore"] or each["difficult"])


@dataclass(frozen=True, eq=False)
class Tally:
    """The objects found of one class, the surest first, at each threshold of IoU.

    Attributes:
        images: The image of each, int64 `[found]`.
        right: Which are the object of a truth, bool `[thresholds, found]`.
        wrong: Which are not, bool `[thresholds, found]`; those are neither that do not count.
        wanted: How many truths count in each image, int64 `[images]`.
    """

    images: np.ndarray
    right: np.ndarray
    wrong: np.ndarray
    wanted: np.ndarray

    def precisions(self, times: np.ndarray, recalls: np.ndarray) -> np.ndarray | None:
        """The best precision at each recall or a higher one; None where no truth counts.

        Args:
            times: How often each image counts, int64 `[images]`.
            recalls: Ascending, float64 `[recalls]`.

        Returns:
            float64 `[thresholds, recalls]`; 0 where a recall is not reached.
        """
        total = self.wanted @ times
        if not total:
            return None
        weights = times[self.images]
        right, wrong = (np.cumsum(each * weights, axis=1) for each in (self.right, self.wrong))
        precision = right / np.maximum(right + wrong, np.finfo(float).eps)
        best = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
        best = np.concatenate([best, np.zeros((len(best), 1))], axis=1)
        reached = [np.searchsorted(each / total, recalls) for each in right]
        return np.stack([row[at] for row, at in zip(best, reached, strict=True)])


class CocoMeasures:
    """What COCO measures of the objects of some images."""

    def __init__(
        self,
        truths: Sequence[Truth],
        founds: Sequence[Found],
        classes: Sequence[str],
        kind: Kind = "bbox",
    ) -> None:
        """Compares what is found in each image with its truth.

        Args:
            truths: The true objects of each image; one image at least.
            founds: The found ones.
            classes: The names of the classes.
            kind: Whether boxes or regions are compared.
        """
        self.classes = tuple(classes)
        with contextlib.redirect_stdout(io.StringIO()):  # pycocotools prints how far it is
            known = [_entries(image, each, kind) for image, each in enumerate(truths, 1)]
            found = [_entries(image, each, kind) for image, each in enumerate(founds, 1)]
            shapes = len(truths), len(classes)
            self._eval = ObjectEval(_dataset(known, *shapes), _dataset(found, *shapes), kind)
            self._eval.evaluate()
            self._eval.accumulate()
        self.recalls: np.ndarray = self._eval.params.recThrs
        self._tallies = [self._tally(at) for at in range(len(classes))]

    def metrics(self) -> dict[str, float]:
        """All measures; those that the truths do not define, such as of absent sizes, are left out.

        Returns:
            `ap`: mean over classes and thresholds of IoU from 0.5 to 0.95 of the area under the
                curve of precision over recall; `ap50` and `ap75` at one threshold; `ap_small`,
                `ap_medium` and `ap_large` by the true objects' size; `ar1`, `ar10` and `ar100`:
                mean recall with so many objects an image; `ap/<class>` and `ap50/<class>`.
        """
        precision, recall = self._eval.eval["precision"], self._eval.eval["recall"]
        sizes = {f"ap_{name}": precision[..., at, -1] for at, name in enumerate(SIZES) if at}
        most = {f"ar{n}": recall[:, :, 0, at] for at, n in enumerate(self._eval.params.maxDets)}
        values = {**_means(precision[..., 0, -1], self.classes), **sizes, **most}
        return _defined(values)

    def metrics_of(self, times: np.ndarray) -> dict[str, float]:
        """`ap`, `ap50`, `ap75` and those of classes, over some images.

        Args:
            times: How often each image counts, int64 `[images]`.
        """
        curves = [tally.precisions(times, self.recalls) for tally in self._tallies]
        absent = np.full((len(self._eval.params.iouThrs), len(self.recalls)), -1.0)
        stacked = np.stack([absent if each is None else each for each in curves], axis=-1)
        return _defined(_means(stacked, self.classes))

    def curves(self) -> Iterator[tuple[str, np.ndarray]]:
        """The precision at each of `recalls` of each class that has a truth, at an IoU of 0.5."""
        precision = self._eval.eval["precision"][IOU_50, :, :, 0, -1]
        for name, values in zip(self.classes, precision.T, strict=True):
            if (values > -1).all():
                yield name, values

    def _tally(self, kind: int) -> Tally:
        """What was found of a class at any size, with as many objects an image as are allowed."""
        images = len(self._eval.params.imgIds)
        start = kind * len(SIZES) * images
        listed = self._eval.evalImgs[start : start + images]
        wanted = [0 if each is None else int((each["gtIgnore"] == 0).sum()) for each in listed]
        told = [(at, each) for at, each in enumerate(listed) if each is not None]
        scores = np.concatenate([each["dtScores"] for _, each in told] or [[]])
        order = np.argsort(-scores, kind="mergesort")
        thresholds = len(self._eval.params.iouThrs)
        empty = np.zeros((thresholds, 0), bool)
        matched, ignored = (
            np.concatenate([empty, *(each[key].astype(bool) for _, each in told)], axis=1)[:, order]
            for key in ("dtMatches", "dtIgnore")
        )
        image = np.repeat([at for at, _ in told], [len(each["dtScores"]) for _, each in told])
        return Tally(
            image.astype(np.int64)[order], matched & ~ignored, ~matched & ~ignored, np.array(wanted)
        )


def _means(precision: np.ndarray, classes: Sequence[str]) -> dict[str, np.ndarray]:
    """Whose means are metrics: parts of precisions `[thresholds, recalls, classes]`."""
    return {
        "ap": precision,
        "ap50": precision[IOU_50],
        "ap75": precision[IOU_75],
        **{f"ap/{name}": precision[..., at] for at, name in enumerate(classes)},
        **{f"ap50/{name}": precision[IOU_50, :, at] for at, name in enumerate(classes)},
    }


def _defined(values: Mapping[str, np.ndarray]) -> dict[str, float]:
    """The mean of each without what is -1, for pycocotools what is not defined."""
    known = {name: each[each > -1] for name, each in values.items()}
    return {name: float(each.mean()) for name, each in known.items() if each.size}


def _dataset(entries: Sequence[list[dict[str, Any]]], images: int, classes: int) -> COCO:
    """Objects as pycocotools holds them; all its numbers begin at 1, for 0 means none."""
    annotations = [each for image in entries for each in image]
    for number, each in enumerate(annotations, 1):
        each["id"] = number
    dataset = COCO()
    dataset.dataset = {
        # it asks for a size even where regions say theirs
        "images": [{"id": at, "height": 0, "width": 0} for at in range(1, images + 1)],
        "categories": [{"id": number} for number in range(1, classes + 1)],
        "annotations": annotations,
    }
    dataset.createIndex()
    return dataset


def _entries(image: int, objects: Truth | Found, kind: Kind) -> list[dict[str, Any]]:
    boxes, regions = objects.boxes, objects.regions
    # a found box is as large as it is itself, though it may have a region
    areas = objects.sizes if isinstance(objects, Truth) or kind == "segm" else area(boxes)
    more = _truths(objects) if isinstance(objects, Truth) else _scores(objects)
    listed = [
        {
            "image_id": image,
            "category_id": int(label) + 1,
            "bbox": [box[0], box[1], box[2] - box[0], box[3] - box[1]],
            "area": float(size),
            **rest,
        }
        for label, box, size, rest in zip(objects.classes, boxes, areas, more, strict=True)
    ]
    for entry, region in zip(listed, regions or [], strict=regions is not None):
        entry["segmentation"] = region
    return listed


def _truths(objects: Truth) -> Iterator[dict[str, Any]]:
    for crowd, difficult in zip(objects.crowd, objects.difficult, strict=True):
        yield {"iscrowd": int(crowd), "difficult": int(difficult)}


def _scores(objects: Found) -> Iterator[dict[str, Any]]:
    for score in objects.scores:
        yield {"iscrowd": 0, "score": float(score)}
