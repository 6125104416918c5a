"""Predicts with a registered model for files of any size.

Samples are given to the model, and drawn, as ingest would store them: images upright as EXIF says,
with 8 bits a channel. Of texts, each row of a table is a sample.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components.core.parts import STRICT
from components.core.task import Spec
from components.core.walking import describe_left_out
from pipelines.known import Against, find_known, view_against
from pipelines.prediction_inputs import check_file, find_files, read_inputs
from pipelines.reports.predict import predictions_table
from pipelines.reports.terminal import show

if TYPE_CHECKING:  # TensorFlow takes seconds to load, which a wrong file name need not wait for
    from PIL import Image

    from components.core.parts import Prediction, View
    from components.core.served_model import ServedModel

TABLE_FILE = "predictions.csv"
ROWS_SHOWN = 20


def predict_files(
    spec: Spec,
    files: Sequence[Path],
    out: Path,
    model: str,
    tile: int | None = None,
    against: Against | None = None,
) -> None:
    """Writes rows and pictures for each file.

    Args:
        spec: The task.
        files: Encoded samples of any size, folders of them, and tables of texts.
        out: Folder for `predictions.csv` and the pictures, as `write_predictions` names them.
        model: Alias or version of the registered model.
        tile: Side in pixels of the tiles that larger samples are cut into; None for no tiles.
        against: Known samples that predictions are held against; None for none.

    Raises:
        ConvoyError: When a file is absent or cannot be decoded, or there is no such model, or
            the task cannot be predicted in tiles, or against known samples. All files are checked
            before the first prediction.
    """
    left_out: Counter[str] = Counter()
    found = [file for path in files for file in find_files(path, spec.sample, left_out)]
    for file in found:
        check_file(file, spec.sample)
    known = find_known(against.folder, spec.sample, left_out) if against else []
    from components.core.served_model import ServedModel
    from components.core.store import download, model_uri

    served = ServedModel.load(download(model_uri(spec.name, model)))
    view = spec.view
    if against:
        given = against.threshold
        metrics = _metrics(spec.name, model) if given is None else {STRICT: given}
        view = view_against(spec, served, known, metrics)
    rows = write_predictions(spec, served, found, out, tile, view)
    table = predictions_table(rows[:ROWS_SHOWN])
    told = [f"{len(rows)} predictions in {out / TABLE_FILE}", describe_left_out(left_out)]
    show(table, "; ".join(filter(None, told)))


def _metrics(name: str, model: str) -> Mapping[str, float]:
    """What was measured of a registered model."""
    from components.core.store import model_uri, resolve
    from components.register.registry import recorded_metrics

    return recorded_metrics(resolve(model_uri(name, model)))


def write_predictions(
    spec: Spec,
    served: ServedModel,
    files: Sequence[Path],
    out: Path,
    tile: int | None = None,
    view: View | None = None,
) -> list[dict[str, Any]]:
    """Predicts sample by sample.

    The picture of `<stem>.jpg` is `<stem>.png`, further ones are `<stem>-<name>.png`. Of files
    with equal stems the second's are `<stem>-2.png` and `<stem>-2-<name>.png`, and so on in
    the order of the files, which is also that of the table.

    Args:
        spec: The task.
        served: The model.
        files: Encoded samples that decode, one at least.
        out: Folder for `predictions.csv`, the pictures and the documents of the view.
        tile: As for `predict_files`.
        view: What is shown of a prediction; None for the task's own view.

    Returns:
        The rows of the table, as many a file as its view gives.
    """
    from components.core.tabular import write_csv, written_whole

    sample, view, classes = spec.sample, view or spec.view, served.classes
    out.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    samples: list[dict[str, Any]] = []
    taken: set[Path] = set()
    for each in (each for file in files for each in read_inputs(file, sample)):
        encoded = sample.accept(each.data)
        prediction = predict_sample(view, served, encoded, tile)
        named = {sample.column: each.name}
        samples.append({**sample.inspect(encoded), **named})
        rows += [{**named, **row} for row in view.rows(prediction, classes)]
        drawn = view.draw(sample.draw(encoded), prediction, classes)
        further = view.artifacts(prediction, classes)
        pictures = {"": drawn, **{f"-{name}": picture for name, picture in further.items()}}
        _save(pictures, out / each.stem, taken)
    names = [sample.column, *view.columns(classes).names]
    write_csv({name: [row.get(name) for row in rows] for name in names}, out / TABLE_FILE)
    for name, content in view.documents(samples, rows, classes).items():
        with written_whole(out / name) as stream:
            stream.write(content)
    return rows


def predict_sample(
    view: View, served: ServedModel, encoded: bytes, tile: int | None = None
) -> Prediction:
    """Predicts one sample; one that is larger than a tile tile by tile.

    Args:
        view: What knows how to put tiles together.
        served: The model.
        encoded: The sample, as ingest keeps it.
        tile: Side of the tiles in pixels; None for no tiles.

    Raises:
        ConvoyError: When the task cannot put tiles together.
    """
    if tile is not None:
        return view.predict_in_tiles(served.predict, encoded, tile)
    # one at a time: the memory that a network takes grows with the batch
    return {name: values[0] for name, values in served.predict([encoded]).items()}


def _save(pictures: Mapping[str, Image.Image], stem: Path, taken: set[Path]) -> None:
    """Saves pictures as the stem and a suffix each, numbered where one of the files is taken."""
    for number in count(1):
        start = stem if number == 1 else f"{stem}-{number}"
        files = [Path(f"{start}{suffix}.png") for suffix in pictures]
        if taken.isdisjoint(files):
            break
    for file, picture in zip(files, pictures.values(), strict=True):
        picture.save(file)
    taken.update(files)
