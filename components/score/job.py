"""The Beam job: chunks in, a file of rows a batch out."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow as pa
from apache_beam.ml.inference.base import ModelHandler, RunInference
from apache_beam.options.pipeline_options import PipelineOptions

from components.core.task import Spec
from components.score.inputs import Batch, Chunk, read_chunk
from components.score.parts import ERROR, Scored, write_part
from components.score.scorer import Scorer, load_scorer

LOCAL_RUNNER = "--runner=FnApiRunner"
"""What Beam's DirectRunner ends up with, but only after trying to download another."""


GetScorer = Callable[[], Scorer]


class ScoringHandler(ModelHandler[Batch, Scored, GetScorer]):
    """Lets RunInference score batches as they were read, on one model a process."""

    def __init__(self, spec: Spec, model: Path) -> None:
        """Takes the task and the folder of the SavedModel."""
        super().__init__()
        self._spec = spec.to_json()
        self._model = model
        self._path_column = spec.sample.path_column

    def load_model(self) -> GetScorer:
        """Loads the model; returns how to get it, as Beam never lets go of what is returned."""
        load_scorer(self._spec, self._model)
        return partial(load_scorer, self._spec, self._model)

    def run_inference(
        self, batch: Batch, model: GetScorer, inference_args: dict[str, Any] | None = None
    ) -> Iterator[Scored]:
        """Yields the number of the first sample and the rows of all."""
        scored = iter(model().score([entry.sample for entry in batch.entries if not entry.error]))
        rows = [
            {self._path_column: entry.path, **row}
            for entry in batch.entries
            for row in ([{ERROR: entry.error}] if entry.error else next(scored))
        ]
        yield Scored(batch.start, len(batch), rows)

    def get_num_bytes(self, batch: Batch) -> int:
        """The size of the samples."""
        return sum(len(entry.sample) for entry in batch.entries)

    def should_skip_batching(self) -> bool:
        """The elements are batches."""
        return True


def run_job(
    spec: Spec, model: Path, chunks: Sequence[Chunk], read: int, folder: Path, schema: pa.Schema
) -> None:
    """Scores all chunks, with the task's flags of Beam's runner, and waits for the end.

    Only the chunks' descriptions are ever held as a collection: everything from reading to
    writing is one fused stage, which holds two reads at most: one is scored, the next is read.

    Args:
        spec: The task.
        model: The folder of the SavedModel; all workers must see it.
        chunks: What to score.
        read: The most samples that are read at once.
        folder: Where the parts go; all workers must see it.
        schema: The columns of the parts.
    """
    options = PipelineOptions([LOCAL_RUNNER, *spec.params["prepare"]["beam_args"]])
    with beam.Pipeline(options=options) as pipeline:
        (
            pipeline
            | "Chunks" >> beam.Create(chunks)
            | "Spread" >> beam.Reshuffle()
            | "Read" >> beam.FlatMap(read_chunk, spec.sample, read)
            | "Score" >> RunInference(ScoringHandler(spec, model))
            | "Write" >> beam.Map(write_part, folder, schema)
        )
