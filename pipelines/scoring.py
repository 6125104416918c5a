"""Scores a folder or a table of samples with a registered model."""

import time
from pathlib import Path

from components.core.errors import ConvoyError
from components.core.task import Spec
from components.score.score import score
from pipelines.reports.score import tally_table
from pipelines.reports.terminal import show


def score_samples(spec: Spec, source: Path, out: Path, model: str, plain: bool) -> None:
    """Writes a table of what every sample comes to and prints a summary.

    Args:
        spec: The task.
        source: A folder of files, a parquet file or a folder of parquet files; of texts also a
            CSV, TSV or JSON-lines file.
        out: The parquet file to write.
        model: Alias or version of the registered model.
        plain: Whether to write only `probability`, NaN where there is none.

    Raises:
        ConvoyError: When there is no sample or no such model, or when not one sample could be
            scored; in the last case the table is there and tells why.
    """
    from components.core.store import download, model_uri

    folder = download(model_uri(spec.name, model))
    begin = time.perf_counter()
    tally = score(spec, folder, source, out, plain)
    show(tally_table(tally, out, time.perf_counter() - begin))
    if tally.failed == tally.samples:
        raise ConvoyError(f"{source}: none of the {tally.samples:,} samples could be scored")
