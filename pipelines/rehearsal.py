"""Checks the data as a run would make them, and changes nothing."""

from pathlib import Path

from components.core.errors import DataError
from components.core.layout import data_folder
from components.core.task import Spec
from components.ingest.appending import Batch
from pipelines.temporary import project_folder


def check_data(spec: Spec, batch: Batch | None, ingest_again: bool) -> None:
    """Does what the stages ingest and validate would do with new samples, in another folder.

    Args:
        spec: The task.
        batch: The new samples; None when there are none.
        ingest_again: Whether the data are to be read from their source again, because it or
            what reads it has changed; otherwise they are those that there are.

    Raises:
        DataError: When the data would be refused.
    """
    from components.ingest.ingest import ingest
    from components.validate.validate import BrokenRulesError, validate

    with project_folder() as folder:
        data = folder / "data"
        if ingest_again:
            ingest(spec, data)
        else:
            data.mkdir()
            _link(data_folder(spec.name), data)
        if batch is not None:
            _link(batch.folder, data, f"-{batch.name}")
        try:
            validate(spec, data, folder / "validate")
        except BrokenRulesError as error:
            _, _, rules = str(error).partition("\n")
            raise DataError(f"{spec.name}: the data would break rules\n{rules}") from None


def _link(shards: Path, data: Path, end: str = "") -> None:
    for file in shards.glob("*.parquet"):
        (data / f"{file.stem}{end}.parquet").symlink_to(file.resolve())
