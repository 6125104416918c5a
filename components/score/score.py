"""Scores a folder or a table of images with a SavedModel."""

import tempfile
from pathlib import Path

import pyarrow as pa

from components.core.errors import ConvoyError
from components.score.inputs import list_chunks
from components.score.parts import PROBABILITY, Tally, join_parts, part_schema
from components.score.progress import show_progress
from pipelines.project import load_task

PARTS = "parts"
JOINED = "scores.parquet"
BATCHES_READ = 8
READS_A_CHUNK = 4


def score(name: str, model: Path, source: Path, out: Path, plain: bool = False) -> Tally:
    """Writes a table with a row for every image, in the order of the images.

    Args:
        name: The task's name.
        model: The folder of the SavedModel.
        source: A folder of images, a parquet file or a folder of parquet files.
        out: The parquet file to write. It appears when it is whole.
        plain: Whether to write only `probability`, NaN where there is none.

    Raises:
        ConvoyError: When there is no image or the model cannot be used.
    """
    if out.is_dir():
        raise ConvoyError(f"{out}: is a folder, not the name of a parquet file")
    model = model.resolve()
    _, params = load_task(name)
    read = BATCHES_READ * params.evaluate.batch_size
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent.resolve(), prefix=f".{out.name}.") as scratch:
        folder = Path(scratch)
        chunks = list_chunks(source, folder, READS_A_CHUNK * read)
        from components.score.job import run_job  # loads TensorFlow and Beam

        schema = _find_schema(name, model, plain)
        images = chunks[-1].start + chunks[-1].images
        (folder / PARTS).mkdir()
        with show_progress(folder / PARTS, images):
            run_job(name, model, chunks, read, folder / PARTS, schema)
        tally = join_parts(folder / PARTS, folder / JOINED, schema, plain)
        if tally.images != images:
            raise ConvoyError(
                f"{out}: {images - tally.images:,} of {images:,} images are missing; "
                f"do all of Beam's workers share the folder {out.parent}?"
            )
        (folder / JOINED).replace(out)
    return tally


def _find_schema(name: str, model: Path, plain: bool) -> pa.Schema:
    from components.score.scorer import load_scorer

    _, params = load_task(name)
    schema = part_schema(load_scorer(name, model).columns(params.prepare))
    if plain and PROBABILITY not in schema.names:
        raise ConvoyError(f"{name}: its models give no {PROBABILITY!r}, all that --plain keeps")
    return schema
