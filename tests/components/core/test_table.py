import pyarrow as pa

from components.core.table import raw_types, shard_name, table_schema
from tests.tables import LABELS, image_sample, make_row

SAMPLE = image_sample()


def test_the_table_has_what_sample_and_labels_tell_and_where_each_row_belongs() -> None:
    schema = table_schema(SAMPLE, LABELS)
    assert [(field.name, str(field.type)) for field in schema] == [
        ("image", "binary"),
        ("width", "int64"),
        ("height", "int64"),
        ("channels", "int64"),
        ("value_range", "int64"),
        ("brightness", "float"),
        ("contrast", "float"),
        ("image_path", "string"),
        ("sha256", "string"),
        ("decode_error", "string"),
        ("split", "string"),
        ("group", "string"),
        ("label", "string"),
    ]


def test_what_a_sample_is_inspected_for_fills_the_table() -> None:
    row = make_row(SAMPLE, b"broken", "a.png", label="a")
    assert row.keys() == set(table_schema(SAMPLE, LABELS).names)


def test_examples_keep_what_the_graph_and_the_evaluation_need() -> None:
    assert raw_types(SAMPLE, LABELS) == {
        "image": pa.binary(),
        "width": pa.int64(),
        "height": pa.int64(),
        "image_path": pa.string(),
        "label": pa.string(),
    }


def test_shards_sort_by_their_number() -> None:
    assert shard_name("val", 12) == "val-00012.parquet"
