"""Whatever a source is given: shards, or an error of ours in a few lines; never half an output.

Nor do two GiB, beside what Python holds for itself, ever fall short.
"""

import gzip
import io
import json
import os
import resource
import shutil
import struct
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PIL import Image

from components.core.errors import ConvoyError
from components.core.facial_points import COLUMNS, KEYPOINTS
from components.core.task import Spec, Task
from components.ingest.ingest import ingest
from pipelines.tasks.binary import TASK as BINARY
from pipelines.tasks.classification import TASK as CLASSIFICATION
from pipelines.tasks.detection import TASK as DETECTION
from pipelines.tasks.faces import TASK as FACES
from pipelines.tasks.keypoints import TASK as KEYPOINTS_TASK
from pipelines.tasks.segmentation import TASK as SEGMENTATION
from pipelines.tasks.sentiment import TASK as SENTIMENT
from tests.bombs import LARGE as BOMBS
from tests.bombs import large_png
from tests.specs import make_spec
from tests.turned import exif_of

LINES = 10
INSTANCES = replace(DETECTION, labels="pipelines.tasks.instances.labels:InstanceLabels")
CLASSES = {
    BINARY.labels: ["no_person", "person"],
    SEGMENTATION.labels: ["sky", "person"],
    DETECTION.labels: ["person"],
    INSTANCES.labels: ["person"],
    SENTIMENT.labels: ["neg", "pos"],
}


ENOUGH = 2 * 2**30
"""Bytes of memory for any input."""


@pytest.fixture(scope="module", autouse=True)
def _bounded_memory() -> Iterator[None]:
    """Whatever asks for more fails its test."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    own = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (own + ENOUGH, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


def image(kind: str, mode: str = "RGB", size: tuple[int, int] = (12, 9)) -> bytes:
    contents = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(contents, kind)
    return contents.getvalue()


IMAGES = [image(kind) for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")]
MASKS = [image("PNG", "L"), image("PNG", "P"), image("BMP", "L"), image("PNG", "1")]
LANDMARKS = "".join(f"{x + 1} {x % 3 + 1}\n" for x in range(68))
POINTS = f"version: 1\nn_points: 68\n{{\n{LANDMARKS}}}"
IDX = [
    struct.pack(">4I", 0x803, 2, 3, 4) + bytes(range(24)),
    struct.pack(">2I", 0x801, 2) + b"\1\2",
]
KAGGLE = ",".join((*COLUMNS, "Image")) + "\n" + ",".join(["5"] * 30) + "," + "7 " * 9216 + "\n"


def coco(**annotation: object) -> dict:
    size = {"width": 12, "height": 9}
    names = ("a.png", "b.png")
    return {
        "images": [{"id": at, "file_name": name, **size} for at, name in enumerate(names)],
        "categories": [{"id": 1, "name": "person", "keypoints": list(KEYPOINTS)}],
        "annotations": [
            {"id": at, "image_id": at, "category_id": 1, "area": 9, **annotation} for at in (0, 1)
        ],
    }


OUTLINED = coco(segmentation=[[0, 0, 9, 0, 9, 9]])
BOXED = coco(bbox=[1, 1, 5, 5], iscrowd=0)
SHAPES = (
    {"name": "polygon", "all_points_x": [1, 8, 8], "all_points_y": [1, 1, 7]},
    {"name": "rect", "x": 1, "y": 1, "width": 5, "height": 4},
    {"name": "circle", "cx": 5, "cy": 4, "r": 3},
    {"name": "ellipse", "cx": 5, "cy": 4, "rx": 3, "ry": 2, "theta": 0.3},
)
DRAWN = {
    name: {
        "filename": name,
        "regions": [
            {"shape_attributes": each, "region_attributes": {"kind": "person"}} for each in SHAPES
        ],
    }
    for name in ("a.png", "b.png")
}
POINTED = coco(keypoints=[1, 1, 2] * len(KEYPOINTS), bbox=[0, 0, 5, 5])


@st.composite
def mutated(draw: st.DrawFn, samples: list[bytes]) -> bytes:
    """A sample as it is, cut short, or with some bytes overwritten, put in or taken out."""
    content = bytearray(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(content)))
        until = at + draw(st.integers(0, 8))
        content[at:until] = draw(st.binary(max_size=8))
    return bytes(content[: draw(st.sampled_from([len(content), len(content) // 2, 10]))])


NAMES = st.one_of(
    st.sampled_from(
        [
            *("a.png", "b.jpg", "a.PNG", "1.jfif", "x", "a.pts", "._a.png", "Thumbs.db", ".hidden"),
            *("train", "val", "test", "valid", "images", "masks", "cats", "@eaDir", "a.png.gz"),
            *("train-images-idx3-ubyte", "train-labels.idx1-ubyte", "t10k-images-idx3-ubyte.gz"),
        ]
    ),
    st.binary(min_size=1, max_size=12)
    .filter(lambda name: name not in (b".", b"..") and not {0, 47}.intersection(name))
    .map(os.fsdecode),
)
CONTENT = st.one_of(
    st.binary(max_size=40), mutated([*IMAGES, *MASKS]), mutated([POINTS.encode(), *IDX])
)
ENTRIES = st.lists(
    st.tuples(
        st.lists(NAMES, min_size=1, max_size=4),
        st.one_of(CONTENT, st.sampled_from(["folder", "pipe", "/", "..", ".", "a.png", "/none"])),
    ),
    max_size=12,
)


def grow(folder: Path, entries: list[tuple[list[str], bytes | str]]) -> None:
    """Makes files, folders, pipes and links, but for those that others are in the way of."""
    for names, content in entries:
        path = folder.joinpath(*names)
        with suppress(OSError):
            if not path.parent.resolve().is_relative_to(folder.resolve()):
                continue  # a link leads out; what lies there would stay for the next tree
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                if not path.exists():
                    path.write_bytes(content)
            elif content == "folder":
                path.mkdir()
            elif content == "pipe":
                os.mkfifo(path)
            else:
                path.symlink_to("/dev/null" if content == "/" else content)


@pytest.fixture
def attempt(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Fills a folder and ingests it."""
    with tempfile.TemporaryDirectory() as scratch:
        monkeypatch.chdir(scratch)

        def run(task: Task, kind: str, fill: Callable[[Path], None], **options: object) -> None:
            source, out = Path("in"), Path("out")
            for folder in (source, out):
                shutil.rmtree(folder, ignore_errors=True)
            source.mkdir()
            fill(source)
            path = source / str(options.pop("file", ""))
            if not path.exists():
                return
            check(make(task, kind, path, **options), out)

        yield run


def make(task: Task, kind: str, path: Path, **options: object) -> Spec:
    checks = {"classes": CLASSES[task.labels]} if task.labels in CLASSES else {}
    source = {"kind": kind, "path": path, **options}
    return make_spec(task, "any", source=source, checks=checks)


def check(spec: Spec, out: Path) -> None:
    message, shards = "", 0
    try:
        shards = ingest(spec, out).shards
    except ConvoyError as error:
        message = str(error)
    if shards:
        assert len(list(out.iterdir())) == shards
    else:
        assert message.strip()
        assert len(message.splitlines()) <= LINES
        assert not out.exists()
    assert [each.name for each in Path().iterdir() if each.name.startswith(".")] == []


bounded = settings(
    deadline=None,
    max_examples=60,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

FOLDERS = {
    "image_folder": CLASSIFICATION,
    "identity_folder": FACES,
    "instance_ids": INSTANCES,
    "instance_masks": INSTANCES,
    "mask_folder": SEGMENTATION,
    "pts_landmarks": KEYPOINTS_TASK,
    "mnist_idx": CLASSIFICATION,
    "pascal_voc": DETECTION,
    "yolo_boxes": DETECTION,
    "text_folder": SENTIMENT,
    "text_lines": SENTIMENT,
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("outside", [False, True])
@pytest.mark.parametrize("kind", FOLDERS)
@bounded
@given(entries=ENTRIES)
def test_any_tree_of_files(
    attempt: Callable[..., None], kind: str, outside: bool, entries: list
) -> None:
    attempt(FOLDERS[kind], kind, lambda folder: grow(folder, entries), allow_outside=outside)


@pytest.mark.timeout(120)
@bounded
@given(content=mutated(IMAGES), name=st.sampled_from(["a.png", "a", "a.tif"]))
def test_any_image(attempt: Callable[..., None], content: bytes, name: str) -> None:
    attempt(CLASSIFICATION, "image_folder", lambda folder: grow(folder, [(["x", name], content)]))


@pytest.mark.timeout(120)
@pytest.mark.parametrize("colours", [None, {"sky": (0, 0, 0), "person": (255, 255, 255)}])
@bounded
@given(picture=mutated(IMAGES), mask=mutated([*MASKS, *IMAGES]))
def test_any_mask(
    attempt: Callable[..., None], colours: dict | None, picture: bytes, mask: bytes
) -> None:
    entries = [(["images", "a.png"], picture), (["masks", "a.bmp"], mask)]
    attempt(SEGMENTATION, "mask_folder", lambda folder: grow(folder, entries), colours=colours)


@pytest.mark.timeout(120)
@bounded
@given(picture=mutated(IMAGES), mask=mutated([*MASKS, *IMAGES]))
def test_any_mask_of_objects(attempt: Callable[..., None], picture: bytes, mask: bytes) -> None:
    ids = [(["images", "a.png"], picture), (["masks", "a.bmp"], mask)]
    attempt(INSTANCES, "instance_ids", partial(grow, entries=ids))
    masks = [(["n", "images", "a.png"], picture), (["n", "masks", "a.bmp"], mask)]
    masks.append((["n", "masks", "b.bmp"], MASKS[2]))
    attempt(INSTANCES, "instance_masks", partial(grow, entries=masks))


@pytest.mark.timeout(120)
@bounded
@given(points=st.one_of(mutated([POINTS.encode()]), st.binary(max_size=60)), face=mutated(IMAGES))
def test_any_landmarks(attempt: Callable[..., None], points: bytes, face: bytes) -> None:
    entries = [(["a.pts"], points), (["a.jpg"], face)]
    attempt(KEYPOINTS_TASK, "pts_landmarks", lambda folder: grow(folder, entries))


@pytest.mark.timeout(120)
@bounded
@given(
    images=mutated([IDX[0], gzip.compress(IDX[0])]), labels=mutated([IDX[1], gzip.compress(IDX[1])])
)
def test_any_digits(attempt: Callable[..., None], images: bytes, labels: bytes) -> None:
    entries = [(["t-images-idx3-ubyte"], images), (["t-labels-idx1-ubyte.gz"], labels)]
    attempt(CLASSIFICATION, "mnist_idx", lambda folder: grow(folder, entries))


XML = (
    b"<annotation><filename>a.png</filename><size><width>12</width><height>9</height></size>"
    b"<object><name>person</name><difficult>1</difficult><bndbox><xmin>1</xmin><ymin>1</ymin>"
    b"<xmax>5</xmax><ymax>6</ymax></bndbox></object></annotation>"
)
YAML = b"train: images\nval: images\nnames: {0: person, 2: cat}\n"
YOLO = b"0 0.5 0.5 0.25 0.25\n2 0.1 0.1 0.2 0.2\n"
ALL_IN_ONE = {"annotations": ".", "images": "."}


@pytest.mark.timeout(120)
@bounded
@given(xml=st.one_of(mutated([XML]), st.binary(max_size=60)), picture=mutated(IMAGES))
def test_any_xml(attempt: Callable[..., None], xml: bytes, picture: bytes) -> None:
    entries = [(["a.xml"], xml), (["a.png"], picture)]
    attempt(DETECTION, "pascal_voc", lambda folder: grow(folder, entries), **ALL_IN_ONE)


@pytest.mark.timeout(120)
@bounded
@given(
    yaml=st.one_of(mutated([YAML]), st.binary(max_size=60)),
    lines=st.one_of(mutated([YOLO]), st.binary(max_size=60)),
    picture=mutated(IMAGES),
)
def test_any_lines(attempt: Callable[..., None], yaml: bytes, lines: bytes, picture: bytes) -> None:
    entries = [(["data.yaml"], yaml), (["images", "a.png"], picture), (["labels", "a.txt"], lines)]
    attempt(DETECTION, "yolo_boxes", lambda folder: grow(folder, entries))


def test_the_samples_themselves_are_read(attempt: Callable[..., None]) -> None:
    trees: dict[str, list] = {
        "image_folder": [(["x", str(at)], content) for at, content in enumerate(IMAGES)],
        "identity_folder": [(["x", "1.pgm"], IMAGES[6]), (["y", "1.jpg"], IMAGES[1])],
        "instance_ids": [(["images", "a.png"], IMAGES[0]), (["masks", "a.bmp"], MASKS[2])],
        "instance_masks": [
            *((["n", "images", "a.png"], IMAGES[0]), (["n", "masks", "a.bmp"], MASKS[2])),
        ],
        "mask_folder": [(["images", "a.png"], IMAGES[0]), (["masks", "a.bmp"], MASKS[2])],
        "pts_landmarks": [(["a.pts"], POINTS.encode()), (["a.jpg"], IMAGES[1])],
        "mnist_idx": [(["t-images-idx3-ubyte"], IDX[0]), (["t-labels-idx1-ubyte"], IDX[1])],
        "text_folder": [(["neg", "1.txt"], b"dull"), (["pos", "1.txt"], b"good")],
        "text_lines": [(["t.neg"], b"dull"), (["t.pos"], b"good")],
        "csv_labels": [(["t.csv"], b"path,label\na.png,x\n"), (["a.png"], IMAGES[0])],
        "kaggle_keypoints": [(["t.csv"], KAGGLE.encode())],
        "csv_boxes": [(["t.csv"], BOXES), (["a.png"], IMAGES[0])],
        "pascal_voc": [(["Annotations", "a.xml"], XML), (["JPEGImages", "a.png"], IMAGES[0])],
        "yolo_boxes": [
            *((["data.yaml"], YAML), (["images", "a.png"], IMAGES[0]), (["labels", "a.txt"], YOLO)),
        ],
    }
    tables = {kind: {"file": "t.csv"} for kind in TABLES}
    for kind, tree in trees.items():
        task = FOLDERS.get(kind) or TABLES[kind][0]
        attempt(task, kind, partial(grow, entries=tree), **tables.get(kind, {}))
        assert list(Path("out").iterdir()), kind
    for kind, (task, content, options) in COCO.items():
        tree = [(["l.json"], json.dumps(content).encode())]
        tree += [([name], IMAGES[0]) for name in ("a.png", "b.png")]
        attempt(task, kind, partial(grow, entries=tree), annotations="l.json", **options)
        assert list(Path("out").iterdir()), kind


ROWS = st.one_of(
    mutated([b"path,label,split\na.png,x,train\nb.png,y,\n", b"label,path\nx,a.png\n"]),
    st.text(max_size=60).map(lambda text: f"path,label\n{text}".encode("utf-8", "surrogatepass")),
    st.binary(max_size=60),
)
BOXES = b"image,xmin,ymin,xmax,ymax,label\na.png,1,1,5,5,person\n"
TABLES = {
    "csv_boxes": (DETECTION, st.one_of(ROWS, mutated([BOXES]))),
    "csv_labels": (CLASSIFICATION, ROWS),
    "kaggle_keypoints": (KEYPOINTS_TASK, st.one_of(ROWS, mutated([KAGGLE.encode()]))),
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("kind", TABLES)
@bounded
@given(data=st.data())
def test_any_table(attempt: Callable[..., None], kind: str, data: st.DataObject) -> None:
    task, rows = TABLES[kind]
    table, picture = data.draw(rows), data.draw(mutated(IMAGES))

    def fill(folder: Path) -> None:
        grow(folder, [(["t.csv"], table), (["a.png"], picture), (["b.png"], IMAGES[0])])

    attempt(task, kind, fill, file="t.csv")


TEXT_ROWS = {
    "t.csv": [b"text,label,split\ngood,pos,train\n\xe2\x80\xa6,,\n", b"label\ttext\nneg\tdull\n"],
    "t.jsonl": [b'{"text": "good", "label": "pos"}\n{"label": 1, "text": "\\ud800"}\n'],
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
@pytest.mark.parametrize("name", TEXT_ROWS)
@bounded
@given(data=st.data())
def test_any_table_of_texts(
    attempt: Callable[..., None], name: str, encoding: str, data: st.DataObject
) -> None:
    rows = [row.decode().encode(encoding) for row in TEXT_ROWS[name]]
    table = data.draw(st.one_of(mutated(rows), st.binary(max_size=60)))
    fill = partial(grow, entries=[([name], table)])
    attempt(SENTIMENT, "text_table", fill, file=name, encoding=encoding)


VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=8),
        st.sampled_from(["a.png", "../a.png", "person", 1, 0, -1, 1e308, 10**30]),
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@st.composite
def altered(draw: st.DrawFn, content: dict) -> bytes:
    """JSON with some values anywhere in it replaced by any, or left out."""
    content = json.loads(json.dumps(content))
    for _ in range(draw(st.integers(0, 3))):
        at: dict | list = content
        while True:
            keys = list(at) if isinstance(at, dict) else list(range(len(at)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(at[key], dict | list) and draw(st.booleans()):
                at = at[key]
                continue
            if draw(st.booleans()):
                at[key] = draw(VALUES)
            else:
                del at[key]
            break
    return json.dumps(content).encode()


COCO = {
    "coco_labels": (BINARY, OUTLINED, {}),
    "coco_segmentation": (
        SEGMENTATION,
        OUTLINED,
        {"classes": ("sky", "person"), "background": "sky"},
    ),
    "coco_keypoints": (KEYPOINTS_TASK, POINTED, {}),
    "coco_boxes": (DETECTION, BOXED, {}),
    "coco_instances": (INSTANCES, OUTLINED, {}),
    "via_polygons": (INSTANCES, DRAWN, {"attribute": "kind"}),
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("kind", COCO)
@bounded
@given(data=st.data())
def test_any_json(attempt: Callable[..., None], kind: str, data: st.DataObject) -> None:
    task, content, options = COCO[kind]
    text = json.dumps(content).encode()
    written = data.draw(st.one_of(altered(content), mutated([text]), st.binary(max_size=40)))
    picture = data.draw(mutated(IMAGES))

    def fill(folder: Path) -> None:
        grow(folder, [(["l.json"], written), (["a.png"], picture), (["b.png"], IMAGES[0])])

    attempt(task, kind, fill, annotations="l.json", **options)


REAL_SIZE = 300_000
"""Bytes of the largest real file that is mutated, so that a try takes milliseconds."""


@pytest.fixture(scope="module")
def tricky(real_data: Path) -> Path:
    """Awkward files of other projects."""
    return real_data / "tricky"


def find_real(folder: Path, *suffixes: str) -> list[bytes]:
    found = sorted(file for file in folder.rglob("*") if file.suffix.lower() in suffixes)
    contents = [file.read_bytes() for file in found if file.stat().st_size <= REAL_SIZE]
    assert contents
    return contents


@pytest.mark.timeout(300)
@bounded
@given(data=st.data())
def test_any_real_image(attempt: Callable[..., None], tricky: Path, data: st.DataObject) -> None:
    suffixes = (".png", ".jpg", ".gif", ".tif", ".tiff", ".webp", ".bmp", ".jp2", ".psd", ".im")
    real = find_real(tricky, *suffixes)
    content = data.draw(mutated(real))
    attempt(CLASSIFICATION, "image_folder", partial(grow, entries=[(["x", "a"], content)]))
    landmarks = [(["a.pts"], POINTS.encode()), (["a.jpg"], content)]
    attempt(KEYPOINTS_TASK, "pts_landmarks", partial(grow, entries=landmarks))
    for colours in (None, {"sky": (0, 0, 0), "person": (255, 255, 255)}):
        masks = [(["images", "a.png"], IMAGES[0]), (["masks", "a.png"], content)]
        attempt(SEGMENTATION, "mask_folder", partial(grow, entries=masks), colours=colours)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", COCO)
@bounded
@given(data=st.data())
def test_any_real_json(
    attempt: Callable[..., None], tricky: Path, kind: str, data: st.DataObject
) -> None:
    task, _, options = COCO[kind]
    text = data.draw(st.sampled_from(find_real(tricky, ".json")))
    written = data.draw(st.one_of(mutated([text]), altered(json.loads(text))))
    names = [name for name in ("a.jpg", "b.jpg", "train_001.jpg") if name.encode() in text]
    entries = [([name], IMAGES[1]) for name in names]
    attempt(
        task,
        kind,
        partial(grow, entries=[(["l.json"], written), *entries]),
        annotations="l.json",
        **options,
    )


@pytest.mark.timeout(300)
@bounded
@given(data=st.data())
def test_any_real_digits(attempt: Callable[..., None], tricky: Path, data: st.DataObject) -> None:
    (folder,) = tricky.rglob("mnist_dataset")
    entries = [([file.name], data.draw(mutated([file.read_bytes()]))) for file in folder.iterdir()]
    attempt(CLASSIFICATION, "mnist_idx", partial(grow, entries=entries))


@pytest.mark.timeout(300)
@bounded
@given(data=st.data())
def test_any_real_table(attempt: Callable[..., None], tricky: Path, data: st.DataObject) -> None:
    table = data.draw(mutated(find_real(tricky, ".csv", ".txt", ".xml")))
    attempt(CLASSIFICATION, "csv_labels", partial(grow, entries=[(["t.csv"], table)]), file="t.csv")


def test_all_real_files_at_once(attempt: Callable[..., None], tricky: Path) -> None:
    def fill(folder: Path) -> None:
        shutil.copytree(tricky, folder, dirs_exist_ok=True)

    attempt(CLASSIFICATION, "image_folder", fill)
    assert list(Path("out").iterdir())


SIDE = 9_400  # of images just below the most pixels that are decoded


def photograph() -> bytes:
    """A large one that must be turned."""
    contents = io.BytesIO()
    pixels = Image.linear_gradient("L").resize((SIDE, SIDE)).convert("RGB")
    pixels.save(contents, "JPEG", exif=exif_of(6))
    return contents.getvalue()


def wide_grey() -> bytes:
    """A large one of 16 bits."""
    contents = io.BytesIO()
    ramp = np.arange(SIDE * SIDE, dtype=np.uint32) >> 11
    Image.fromarray(ramp.astype(np.uint16).reshape(SIDE, SIDE)).save(contents, "TIFF")
    return contents.getvalue()


LARGE: dict[str, tuple[Task, str, Callable[[], list], dict]] = {
    "photograph": (
        CLASSIFICATION,
        "image_folder",
        lambda: [(["x", "a.jpg"], photograph())],
        {},
    ),
    "16 bits": (CLASSIFICATION, "image_folder", lambda: [(["x", "a.tif"], wide_grey())], {}),
    "PNG": (CLASSIFICATION, "image_folder", lambda: [(["x", "a"], large_png(SIDE, SIDE))], {}),
    "bombs": (
        CLASSIFICATION,
        "image_folder",
        lambda: [(["x", kind], make()) for kind, make in BOMBS.items()],
        {},
    ),
    "mask": (
        SEGMENTATION,
        "mask_folder",
        lambda: [(["images", "a"], IMAGES[0]), (["masks", "a"], large_png(SIDE, SIDE))],
        {"colours": {"sky": (0, 0, 0), "person": (255, 255, 255)}},
    ),
    "face": (
        KEYPOINTS_TASK,
        "pts_landmarks",
        lambda: [(["a.pts"], POINTS.encode()), (["a.jpg"], photograph())],
        {},
    ),
    "idx": (
        CLASSIFICATION,
        "mnist_idx",
        lambda: [
            (["t-images-idx3-ubyte.gz"], packed_zeros(struct.pack(">4I", 0x803, 2**31, 28, 28))),
            (["t-labels-idx1-ubyte.gz"], packed_zeros(struct.pack(">2I", 0x801, 2**31))),
        ],
        {},
    ),
    "table": (
        KEYPOINTS_TASK,
        "kaggle_keypoints",
        lambda: [(["t.csv"], KAGGLE.encode() + b"7 " * 50_000_000)],
        {"file": "t.csv"},
    ),
    "regions": (
        SEGMENTATION,
        "coco_segmentation",
        lambda: [(["l.json"], json.dumps(huge_regions()).encode()), (["a.png"], IMAGES[0])],
        {"annotations": "l.json", "classes": ("sky", "person"), "background": "sky"},
    ),
}


def packed_zeros(begin: bytes) -> bytes:
    """Few bytes that unpack to many, but not to as many as their beginning says."""
    return gzip.compress(begin + bytes(2**26))


def huge_regions() -> dict:
    """Objects of an image that says it has as many pixels as it may."""
    content = coco(segmentation=[[0, 0, SIDE, 0, SIDE, SIDE]])
    content["images"] = [{"id": 0, "file_name": "a.png", "width": SIDE, "height": SIDE}]
    content["annotations"] = [
        {**content["annotations"][0], "id": number, "area": 9} for number in range(20)
    ]
    return content


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", LARGE)
def test_large_files(attempt: Callable[..., None], name: str) -> None:
    task, kind, make_entries, options = LARGE[name]
    attempt(task, kind, partial(grow, entries=make_entries()), **options)
