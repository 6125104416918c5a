"""What becomes of a record on its way into the table."""

import hashlib
import io

from PIL import Image

from components.core.table import Record, table_schema
from components.ingest.entries import make_entry, make_row
from pipelines.tasks.classification import TASK
from tests.specs import make_spec

SPEC = make_spec(TASK)


def bmp() -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (5, 4), 7).save(buffer, "BMP")
    return buffer.getvalue()


def test_a_row_has_every_column_of_the_table() -> None:
    record = Record(bmp(), "cats/tom.bmp", {"label": "cat"}, "val")
    row = make_row(make_entry(record, SPEC.sample, SPEC.labels), SPEC.sample)
    assert row.keys() == set(table_schema(SPEC.sample, SPEC.labels).names)
    assert (row["image_path"], row["label"], row["split"]) == ("cats/tom.bmp", "cat", "val")


def test_the_hash_is_of_the_bytes_in_the_table() -> None:
    entry = make_entry(Record(bmp(), "tom.bmp", {"label": "cat"}), SPEC.sample, SPEC.labels)
    assert entry.inspected["image"] != bmp()
    assert entry.sha256 == hashlib.sha256(entry.inspected["image"]).hexdigest()
