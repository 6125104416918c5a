"""The Beam job: chunks in, a file of rows a batch out."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow as pa
from apache_beam.ml.inference.base import ModelHandler, RunInference
from apache_beam.options.pipeline_options import PipelineOptions

from components.score.inputs import Batch, Chunk, read_batches
from components.score.parts import ERROR, PATH, Scored, write_part
from components.score.scorer import Scorer, load_scorer
from pipelines.project import load_task

LOCAL_RUNNER = "--runner=FnApiRunner"
"""What Beam's DirectRunner ends up with, but only after trying to download another."""


GetScorer = Callable[[], Scorer]


class ScoringHandler(ModelHandler[Batch, Scored, GetScorer]):
    """Lets RunInference score batches as they were read, on one model a process."""

    def __init__(self, task: str, model: Path) -> None:
        """Takes the task's name and the folder of the SavedModel."""
        super().__init__()
        self._task = task
        self._model = model

    def load_model(self) -> GetScorer:
        """Loads the model; returns how to get it, as Beam never lets go of what is returned."""
        load_scorer(self._task, self._model)
        return partial(load_scorer, self._task, self._model)

    def run_inference(
        self, batch: Batch, model: GetScorer, inference_args: dict[str, Any] | None = None
    ) -> Iterator[Scored]:
        """Yields the number of the first image and a row an image."""
        scored = iter(model().score([entry.image for entry in batch.entries if not entry.error]))
        rows = [
            {PATH: entry.image_path, **({ERROR: entry.error} if entry.error else next(scored))}
            for entry in batch.entries
        ]
        yield Scored(batch.start, rows)

    def get_num_bytes(self, batch: Batch) -> int:
        """The size of the images."""
        return sum(len(entry.image) for entry in batch.entries)

    def should_skip_batching(self) -> bool:
        """The elements are batches."""
        return True


def run_job(
    name: str,
    model: Path,
    chunks: Sequence[Chunk],
    read: int,
    folder: Path,
    schema: pa.Schema,
) -> None:
    """Scores all chunks, with the task's flags of Beam's runner, and waits for the end.

    Only the chunks' descriptions are ever held as a collection: everything from reading to
    writing is one fused stage, which holds two reads at most: one is scored, the next is read.

    Args:
        name: The task's name.
        model: The folder of the SavedModel; all workers must see it.
        chunks: What to score.
        read: The most images that are read at once.
        folder: Where the parts go; all workers must see it.
        schema: The columns of the parts.
    """
    _, params = load_task(name)
    options = PipelineOptions([LOCAL_RUNNER, *params.prepare.beam_args])
    with beam.Pipeline(options=options) as pipeline:
        (
            pipeline
            | "Chunks" >> beam.Create(chunks)
            | "Spread" >> beam.Reshuffle()
            | "Read" >> beam.FlatMap(read_batches, read)
            | "Score" >> RunInference(ScoringHandler(name, model))
            | "Write" >> beam.Map(write_part, folder, schema)
        )
