import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.core.errors import ConvoyError
from components.core.parts import Sample
from components.core.walking import DANGLING, HIDDEN, OUTSIDE, REPEATED
from components.ingest.sources.image_folder import Source
from components.score import inputs
from components.score.inputs import Batch, Chunk, Entry, find_files, list_chunks, read_chunk
from tests.tables import image_sample
from tests.toys import png

SAMPLE = image_sample()
WORDS: Any = SimpleNamespace(
    column="word",
    path_column="word_path",
    suffixes=frozenset([".txt"]),
    is_text=False,
    refuse=lambda file: None if file.suffix == ".txt" else "no word",
)


def write_files(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    return folder


def write_table(file: Path, images: list[bytes | None], row_group: int = 100) -> Path:
    paths = [f"{at}.png" for at in range(len(images))]
    table = pa.table({"split": paths, "image_path": paths, "image": pa.array(images, pa.binary())})
    pq.write_table(table, file, row_group_size=row_group)
    return file


def read_all(source: Path, scratch: Path, batch_size: int = 3) -> list[Batch]:
    chunks = list_chunks(source, SAMPLE, scratch, batch_size)
    return [batch for chunk in chunks for batch in read_chunk(chunk, SAMPLE, batch_size)]


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def test_walks_in_the_order_in_which_ingest_lists(tmp_path: Path) -> None:
    names = ("b/2.png", "b/10.PNG", "a.jpg", "a/z.webp", "a/b/c.gif", "a-b/x.jpeg", "B.tif")
    write_files(tmp_path, *names, "notes.txt", ".hidden.png", "a/.DS_Store", "png")
    found = Source(kind="image_folder", path=tmp_path).files(tmp_path)
    assert list(find_files(tmp_path, SAMPLE, Counter())) == found
    assert found == sorted(tmp_path / name for name in names)


def test_a_folder_linked_into_itself_is_walked_once(tmp_path: Path) -> None:
    write_files(tmp_path, "a/1.png")
    (tmp_path / "a/again").symlink_to(tmp_path)
    left_out: Counter[str] = Counter()
    assert list(find_files(tmp_path, SAMPLE, left_out)) == [tmp_path / "a/1.png"]
    assert left_out == {REPEATED: 1}


def test_content_tells_samples_and_the_rest_is_counted(tmp_path: Path, scratch: Path) -> None:
    folder = write_files(
        tmp_path / "images", "1.png", "notes.txt", ".DS_Store", "@eaDir/1.png/x.png"
    )
    (folder / "2.jfif").write_bytes(png(2))
    (folder / "3").write_bytes(png(3))
    (folder / "gone").symlink_to("nowhere")
    left_out: Counter[str] = Counter()
    list_chunks(folder, SAMPLE, scratch, 3, left_out)
    assert [entry.path for batch in read_all(folder, scratch) for entry in batch.entries] == [
        "1.png",
        "2.jfif",
        "3",
    ]
    assert left_out == {HIDDEN: 2, "no image": 1, DANGLING: 1}


def test_linked_folders_are_entered_within_the_folder(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "images", "a/1.png", "b/2.png")
    write_files(tmp_path / "other", "3.png")
    (folder / "a/b").symlink_to("../b")
    (folder / "c").symlink_to("../other")
    left_out: Counter[str] = Counter()
    found = list(find_files(folder / "a", SAMPLE, left_out))
    assert (found, left_out) == ([folder / "a/1.png"], {OUTSIDE: 1})
    left_out.clear()
    found = list(find_files(folder, SAMPLE, left_out))
    assert found == [folder / "a/1.png", folder / "b/2.png"]
    assert left_out == {OUTSIDE: 1, REPEATED: 1}


def test_a_folder_is_read_in_batches(tmp_path: Path, scratch: Path) -> None:
    folder = write_files(tmp_path / "images", *(f"{at}.png" for at in range(8)))
    batches = read_all(folder, scratch)
    assert [(batch.start, len(batch)) for batch in batches] == [(0, 3), (3, 3), (6, 2)]
    entries = [entry for batch in batches for entry in batch.entries]
    assert [entry.path for entry in entries] == [f"{at}.png" for at in range(8)]
    assert all(entry.sample == str(entry.path).encode() for entry in entries)


def test_no_more_than_one_batch_is_read_ahead(
    tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []

    def noted(row: dict[str, bytes], _: Chunk, sample: Sample) -> Entry:
        read.append(row)
        return Entry(None, row[sample.column])

    monkeypatch.setattr(inputs, "_read_entry", noted)
    (chunk,) = list_chunks(write_table(tmp_path / "t.parquet", [b"1"] * 20), SAMPLE, scratch, 3)
    for batch in read_chunk(chunk, SAMPLE, 3):
        assert len(read) <= batch.start + 6
    assert len(read) == 20


def test_a_batch_of_large_images_has_fewer(
    tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "BATCH_BYTES", 10)
    file = write_table(tmp_path / "t.parquet", [b"12345"] * 5)
    assert [(batch.start, len(batch)) for batch in read_all(file, scratch)] == [
        (0, 2),
        (2, 2),
        (4, 1),
    ]


def test_row_groups_are_chunks(tmp_path: Path, scratch: Path) -> None:
    file = write_table(tmp_path / "t.parquet", [b"x"] * 10, row_group=4)
    assert list_chunks(file, SAMPLE, scratch, 3) == [
        Chunk(file, 0, 0, 4),
        Chunk(file, 1, 4, 4),
        Chunk(file, 2, 8, 2),
    ]
    assert [batch.start for batch in read_all(file, scratch)] == [0, 3, 4, 7, 8]


def test_a_folder_of_shards_is_read_in_the_order_of_their_names(
    tmp_path: Path, scratch: Path
) -> None:
    folder = tmp_path / "shards"
    folder.mkdir()
    write_table(folder / "b.parquet", [b"3"])
    write_table(folder / "a.parquet", [b"1", b"2"])
    batches = read_all(folder, scratch)
    assert [entry.sample for batch in batches for entry in batch.entries] == [b"1", b"2", b"3"]
    assert [batch.start for batch in batches] == [0, 2]


def test_images_win_over_tables_beside_them(tmp_path: Path, scratch: Path) -> None:
    folder = write_files(tmp_path / "images", "1.png")
    write_table(folder / "scores.parquet", [b"x"] * 3)
    assert sum(map(len, read_all(folder, scratch))) == 1


def test_what_cannot_be_read_is_listed_with_the_reason(tmp_path: Path, scratch: Path) -> None:
    folder = write_files(tmp_path / "images", "1.png", "3.png")
    (folder / "2.png").symlink_to("nowhere.png")
    (batch,) = read_all(folder, scratch)
    assert [entry.error for entry in batch.entries] == [
        None,
        "cannot be read: No such file or directory",
        None,
    ]
    file = write_table(tmp_path / "t.parquet", [b"x", None])
    assert [entry.error for entry in read_all(file, scratch)[0].entries] == [None, "has no image"]


@pytest.mark.timeout(60)
def test_what_leads_out_or_is_no_file_is_listed_with_the_reason(
    tmp_path: Path, scratch: Path
) -> None:
    folder = write_files(tmp_path / "images", "1.png")
    write_files(tmp_path, "secret.png")
    (folder / "2.png").symlink_to("../secret.png")
    (folder / "3.png").symlink_to("1.png")
    os.mkfifo(folder / "4.png")
    (batch,) = read_all(folder, scratch, batch_size=4)
    assert [entry.error for entry in batch.entries] == [
        None,
        f"cannot be read: leads out of {folder}",
        None,
        "cannot be read: not a regular file",
    ]
    assert batch.entries[1].sample == b""


def test_a_table_cannot_name_files_to_be_read(tmp_path: Path, scratch: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")
    names = {"path": ["a.png"], "file": [os.fsencode(tmp_path / "secret.png")]}
    file = tmp_path / inputs.LISTING_FILE
    pq.write_table(pa.table(names), file)
    with pytest.raises(ConvoyError, match="has no column 'image_path', only path, file"):
        list_chunks(file, SAMPLE, scratch, 3)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"image_path": ["a"], "image": [5]}, "the column image is int64; must be binary"),
        ({"image_path": [5], "image": [b"x"]}, "the column image_path is int64; must be string"),
    ],
)
def test_columns_of_another_type(
    tmp_path: Path, scratch: Path, columns: dict[str, list], message: str
) -> None:
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")
    with pytest.raises(ConvoyError, match=rf"t\.parquet: {message}"):
        list_chunks(tmp_path / "t.parquet", SAMPLE, scratch, 3)


def test_a_name_that_is_no_utf8_is_read(tmp_path: Path, scratch: Path) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.png")).write_bytes(b"x")
    (entry,) = read_all(folder, scratch)[0].entries
    assert (entry.sample, entry.path, entry.error) == (b"x", r"caf\xe9.png", None)


def absent(folder: Path) -> Path:
    return folder / "absent"


def empty_folder(folder: Path) -> Path:
    return folder


def text_file(folder: Path) -> Path:
    (folder / "notes.txt").write_text("no parquet")
    return folder / "notes.txt"


def empty_table(folder: Path) -> Path:
    return write_table(folder / "t.parquet", [])


def other_table(folder: Path) -> Path:
    pq.write_table(pa.table({"image_path": ["a.png"], "pixels": [1]}), folder / "t.parquet")
    return folder


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (absent, "absent: not found"),
        (empty_folder, "no image found"),
        (text_file, "notes.txt: neither a folder nor a parquet file"),
        (empty_table, "no image found"),
        (other_table, "t.parquet: has no column 'image', only image_path, pixels"),
    ],
)
def test_errors_name_the_input(
    tmp_path: Path, scratch: Path, make: Callable[[Path], Path], message: str
) -> None:
    folder = tmp_path / "source"
    folder.mkdir()
    with pytest.raises(ConvoyError, match=message):
        list_chunks(make(folder), SAMPLE, scratch, 3)


def test_another_kind_of_input_has_its_own_files_and_columns(tmp_path: Path, scratch: Path) -> None:
    folder = write_files(tmp_path / "words", "1.txt", "2.png")
    (chunk,) = list_chunks(folder, WORDS, scratch, 3)
    (batch,) = read_chunk(chunk, WORDS, 3)
    assert batch.entries == [Entry("1.txt", b"1.txt")]
    file = tmp_path / "t.parquet"
    pq.write_table(pa.table({"word": [b"a", None], "word_path": ["a", "b"]}), file)
    (chunk,) = list_chunks(file, WORDS, scratch, 3)
    (batch,) = read_chunk(chunk, WORDS, 3)
    assert batch.entries == [Entry("a", b"a"), Entry("b", error="has no word")]
    with pytest.raises(ConvoyError, match="no word found"):
        list_chunks(write_files(tmp_path / "images", "2.png"), WORDS, scratch, 3)
