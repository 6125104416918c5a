"""Makes a batch out of new labelled images."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow.parquet as pq

from components.core.files import folder_digest
from components.core.images import inspect_image
from components.core.layout import data_folder
from components.core.table import Record
from components.ingest.incoming import incoming_folder, list_batches
from components.ingest.ingest import check_record, load_source, write_shards
from components.ingest.params import SourceParams
from components.ingest.splitting import Splitter
from pipelines.params import TaskParams
from pipelines.tasks.base import Task

LEARNING_SPLITS = ("train", "val")
HASH_LENGTH = 8


@dataclass(frozen=True)
class Batch:
    """New images in the canonical form, not yet among the data.

    Attributes:
        folder: Where the shards lie.
        name: What the batch will be called: its number and the hash of its shards.
        images: Number of images by stratum and split.
        duplicates: Paths of the images that are known already and were left out.
    """

    folder: Path
    name: str
    images: Mapping[tuple[str, str], int]
    duplicates: Sequence[str]

    @property
    def size(self) -> int:
        """The number of images."""
        return sum(self.images.values())

    def append(self, task: str) -> Path:
        """Moves the batch to the others, as a whole; it must lie on the same file system."""
        target = incoming_folder(task) / self.name
        target.parent.mkdir(parents=True, exist_ok=True)
        return self.folder.rename(target)


def stage_batch(
    name: str, task: Task, params: TaskParams, source: SourceParams, folder: Path, test: bool
) -> Batch:
    """Reads new images into a folder beside the data; those known already are left out.

    Known are images of which the encoded bytes are among the data or earlier in the batch.

    Args:
        name: The task's name.
        task: The task.
        params: The task's parameters; the shares of the splits are those of its source.
        source: Where the new images are.
        folder: An empty folder for the shards.
        test: Whether some of them go to the test split. Otherwise it stays as it was, and
            images that the source has for testing are learnt from.

    Raises:
        ConvoyError: When the source is wrongly configured, absent or has other labels.
    """
    batches = list_batches(name)
    number = int(batches[-1].name.partition("-")[0]) + 1 if batches else 1
    reader = load_source(source, "--data")
    known = known_hashes([data_folder(name), *batches])
    duplicates: list[str] = []
    records = leave_out(reader.read(), known, duplicates)
    moved = (replace(r, image_path=f"incoming/{number:05}/{r.image_path}") for r in records)
    shares = params.source.splits.model_dump()
    splits = (*LEARNING_SPLITS, "test") if test else LEARNING_SPLITS
    splitter = Splitter({split: shares[split] for split in splits}, params.seed + number)
    images, _ = write_shards(
        _assign(moved, splitter, splits, task), task, folder, params.source.rows_per_shard
    )
    digest = folder_digest(folder)[:HASH_LENGTH]
    return Batch(folder, f"{number:05}-{digest}", images, duplicates)


def known_hashes(folders: Iterable[Path]) -> set[str]:
    """The column `sha256` of all shards in some folders."""
    return {
        digest
        for folder in folders
        for file in sorted(folder.glob("*.parquet"))
        for digest in pq.read_table(file, columns=["sha256"])["sha256"].to_pylist()
    }


def leave_out(
    records: Iterable[Record], known: set[str], duplicates: list[str]
) -> Iterator[Record]:
    """Passes on the records that are not known, and adds the paths of the others to a list."""
    for record in records:
        digest = hashlib.sha256(inspect_image(record.image).image).hexdigest()
        if digest in known:
            duplicates.append(record.image_path)
        else:
            known.add(digest)
            yield record


def _assign(
    records: Iterable[Record], splitter: Splitter, splits: Sequence[str], task: Task
) -> Iterator[tuple[Record, str, str]]:
    for record in records:
        check_record(record, task)
        stratum = task.stratum(record.labels)
        known = record.split in splits
        yield record, stratum, str(record.split) if known else splitter.assign(stratum)
