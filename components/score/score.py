"""Scores a folder or a table of samples with a SavedModel."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from components.core.errors import ConvoyError
from components.core.scratch import scratch_folder
from components.core.task import Spec
from components.score.inputs import list_chunks
from components.score.parts import PROBABILITY, Tally, join_parts, part_schema
from components.score.progress import show_progress

PARTS = "parts"
JOINED = "scores.parquet"
BATCHES_READ = 8
READS_A_CHUNK = 4


def score(spec: Spec, model: Path, source: Path, out: Path, plain: bool = False) -> Tally:
    """Writes a table of what every sample comes to, in the order of the samples.

    Args:
        spec: The task.
        model: The folder of the SavedModel.
        source: A folder of files, a parquet file or a folder of parquet files; of texts also a
            CSV, TSV or JSON-lines file.
        out: The parquet file to write. It appears when it is whole.
        plain: Whether to write only `probability`, NaN where there is none.

    Raises:
        ConvoyError: When there is no sample or the model cannot be used.
    """
    if out.is_dir():
        raise ConvoyError(f"{out}: is a folder, not the name of a parquet file")
    model = model.resolve()
    read = BATCHES_READ * spec.params["evaluate"]["batch_size"]
    with scratch_folder(out.parent, f".{out.name}.") as folder:
        left_out: Counter[str] = Counter()
        chunks = list_chunks(source, spec.sample, folder, READS_A_CHUNK * read, left_out)
        from components.score.job import run_job  # loads TensorFlow and Beam

        schema = _find_schema(spec, model, plain)
        samples = chunks[-1].start + chunks[-1].samples
        (folder / PARTS).mkdir()
        with show_progress(folder / PARTS, samples):
            run_job(spec, model, chunks, read, folder / PARTS, schema)
        tally = join_parts(folder / PARTS, folder / JOINED, schema, plain)
        if tally.samples != samples:
            raise ConvoyError(
                f"{out}: {samples - tally.samples:,} of {samples:,} samples are missing; "
                f"do all of Beam's workers share the folder {out.parent}?"
            )
        (folder / JOINED).replace(out)
    return replace(tally, left_out=left_out)


def _find_schema(spec: Spec, model: Path, plain: bool) -> pa.Schema:
    from components.score.scorer import load_scorer

    columns = spec.view.columns(load_scorer(spec.to_json(), model).classes)
    if plain and PROBABILITY not in columns.names:
        raise ConvoyError(
            f"{spec.name}: its models give no {PROBABILITY!r}, all that --plain keeps"
        )
    return part_schema(spec.sample.path_column, columns)
