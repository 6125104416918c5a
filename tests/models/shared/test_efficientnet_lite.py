"""EfficientNet-Lite0 against a reference in NumPy that reads PyTorch's names and shapes itself."""

import json
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from components.core.errors import ConvoyError
from components.train.fine_tuning import freeze
from models.fcn import build as build_fcn
from models.fpn import build as build_fpn
from models.shared.backbones import BACKBONE, build_backbone
from models.shared.efficientnet_lite import assign_tensors, torch_names
from models.shared.loading import load_network
from models.shared.published import EFFICIENTNET_LITE0 as NAME
from models.shared.published import PUBLISHED
from models.transfer import build as build_classifier

Tensors = Mapping[str, np.ndarray]

EXPANSIONS = [1, *15 * [6]]
STRIDES = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1]
EPSILON = 1e-3

ANIMALS_AND_THINGS = {
    "airplane": {404, 895, 908},
    "bear": {*range(294, 298)},
    "bus": {654, 779, 874},
    "cat": {*range(281, 286)},
    "dog": {*range(151, 269)},
    "elephant": {101, 385, 386},
    "horse": {339},
    "pizza": {963},
    "toilet": {861},
    "train": {466, 547, 565, 705, 829},
    "vase": {883},
    "zebra": {340},
}
"""What COCO calls them, and ImageNet's numbers of them."""


@pytest.fixture(autouse=True)
def _seed() -> None:
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


@pytest.fixture(scope="module")
def published() -> Tensors:
    try:
        return PUBLISHED[NAME].read()
    except ConvoyError as error:
        if isinstance(error.__context__, PackageNotFoundError):
            pytest.skip("the extra `pretrained` is not installed")
        raise


def pixels(count: int = 2, height: int = 64, width: int = 96) -> np.ndarray:
    shape = (count, height, width, 3)
    return np.random.default_rng(0).integers(0, 256, shape).astype("float32")


def random_tensors(network: keras.Model) -> dict[str, np.ndarray]:
    """What PyTorch would have of a network of that shape: outputs first, rows and columns last."""
    generator = np.random.default_rng(1)
    tensors = {}
    for name, prefix in torch_names().items():
        shape = network.get_layer(name).get_weights()[0].shape
        if name.endswith("_norm"):
            tensors[f"{prefix}.weight"] = generator.uniform(0.5, 1.5, shape)
            tensors[f"{prefix}.bias"] = generator.normal(size=shape)
            tensors[f"{prefix}.running_mean"] = generator.normal(size=shape)
            tensors[f"{prefix}.running_var"] = generator.uniform(0.5, 1.5, shape)
        else:
            rows, columns, ins, outs = shape
            shape = (ins, 1, rows, columns) if "depthwise" in name else (outs, ins, rows, columns)
            scale = np.sqrt(2 / np.prod(shape[1:]))
            tensors[f"{prefix}.weight"] = generator.normal(scale=scale, size=shape)
    return {name: value.astype("float32") for name, value in tensors.items()}


# the reference: maps are `[batch, channels, rows, columns]` as in PyTorch


def convolve(maps: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    """A convolution whose padding is TensorFlow's "same"; by groups where a filter has one map."""
    size = kernel.shape[-1]
    pads = []
    for length in maps.shape[2:]:
        total = max((-(-length // stride) - 1) * stride + size - length, 0)
        pads.append((total // 2, total - total // 2))
    padded = np.pad(maps, ((0, 0), (0, 0), *pads))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    if kernel.shape[1] == 1 < maps.shape[1]:
        return np.einsum("ncijhw,chw->ncij", windows, kernel[:, 0], optimize=True)
    return np.einsum("ncijhw,ochw->noij", windows, kernel, optimize=True)


def normalise(maps: np.ndarray, tensors: Tensors, name: str) -> np.ndarray:
    mean, variance, weight, bias = (
        tensors[f"{name}.{part}"][:, None, None]
        for part in ("running_mean", "running_var", "weight", "bias")
    )
    return (maps - mean) / np.sqrt(variance + EPSILON) * weight + bias


def reference(images: np.ndarray, tensors: Tensors) -> np.ndarray:
    """The last maps."""

    def layer(maps: np.ndarray, name: str, norm: str, stride: int = 1) -> np.ndarray:
        maps = convolve(maps, tensors[f"{name}.weight"], stride)
        maps = normalise(maps, tensors, norm)
        return maps if "project" in name else np.clip(maps, 0, 6)

    maps = layer((images.transpose(0, 3, 1, 2) - 127) / 128, "_conv_stem", "_bn0", 2)
    for number, (expansion, stride) in enumerate(zip(EXPANSIONS, STRIDES, strict=True)):
        block, before = f"_blocks.{number}.", maps
        if expansion > 1:
            maps = layer(maps, f"{block}_expand_conv", f"{block}_bn0")
        maps = layer(maps, f"{block}_depthwise_conv", f"{block}_bn1", stride)
        maps = layer(maps, f"{block}_project_conv", f"{block}_bn2")
        if maps.shape == before.shape:
            maps = maps + before
    return layer(maps, "_conv_head", "_bn1")


@pytest.mark.parametrize("size", [(32, 32), (33, 47)])
def test_the_network_computes_what_the_reference_does(size: tuple[int, int]) -> None:
    network = build_backbone(NAME, 3)
    tensors = random_tensors(network)
    assign_tensors(network, tensors)
    expected = reference(pixels(1, *size), tensors)
    found = np.asarray(network(pixels(1, *size), training=False)).transpose(0, 3, 1, 2)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)
    assert np.mean((found > 0) & (found < 6)) > 0.2, "the reference says something"


def test_the_published_network_computes_what_the_reference_does(published: Tensors) -> None:
    network = build_backbone(NAME, 3, weights="imagenet")
    expected = reference(pixels(1), published)
    found = np.asarray(network(pixels(1), training=False)).transpose(0, 3, 1, 2)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)


def test_parameters() -> None:
    network = build_backbone(NAME, 3)
    trained = sum(weight.numpy().size for weight in network.trainable_weights)
    assert trained + 1_280 * 1_000 + 1_000 == 4_652_008  # as published, classifier included
    assert network.count_params() - trained == 42_016


def test_every_layer_with_weights_is_given_some() -> None:
    network = build_backbone(NAME, 3)
    assert {layer.name for layer in network.layers if layer.weights} == torch_names().keys()


def test_all_that_is_published_is_taken_but_the_classifier(published: Tensors) -> None:
    parts = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
    taken = {f"{prefix}.{part}" for prefix in torch_names().values() for part in parts}
    assert published.keys() - taken == {"_fc.weight", "_fc.bias"}


def test_feature_maps() -> None:
    network = build_backbone(NAME, 3, strides=(2, 4, 8, 16, 32))
    shapes = network.compute_output_shape((1, 64, 96, 3))
    channels = zip((2, 4, 8, 16, 32), (96, 144, 240, 672, 1280), strict=True)
    assert shapes == [(1, 64 // stride, 96 // stride, maps) for stride, maps in channels]


def test_frozen_it_says_in_training_what_it_says_afterwards() -> None:
    """Its batch normalisation must not take the statistics of a batch."""
    network = build_classifier((32, 32, 3), 2, backbone=NAME, dropout=0.0)
    loose, expected = (np.asarray(network(pixels(4, 32, 32), training=t)) for t in (True, False))
    assert not np.allclose(loose, expected)
    for fraction in (0.0, 1.0):
        freeze(network, fraction)
        found = np.asarray(network(pixels(4, 32, 32), training=True))
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_converted_once_they_need_the_package_no_more(
    published: Tensors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = build_classifier((32, 32, 3), 2, backbone=NAME, weights="imagenet")
    network.save(tmp_path / "network.keras")

    def refuse(*_: object) -> None:
        raise AssertionError("the package is asked for again")

    monkeypatch.setattr("models.shared.published.Published.read", refuse)
    loaded = load_network(tmp_path / "network.keras")
    batch = pixels(2, 32, 32)
    expected = network.predict(batch, verbose=0)
    np.testing.assert_array_equal(loaded.predict(batch, verbose=0), expected)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_classifier_and_a_network_for_masks_start_from_it(
    channels: int, published: Tensors
) -> None:
    options = {"backbone": NAME, "weights": "imagenet"}
    kernel = published["_conv_head.weight"].transpose(2, 3, 1, 0)
    for network in (
        build_classifier((64, 64, channels), 2, **options),
        build_fcn((None, None, channels), 3, **options),
        build_fpn((None, None, channels), 3, **options),
    ):
        found = network.get_layer(BACKBONE).get_layer("head").get_weights()[0]
        np.testing.assert_array_equal(found, kernel)


@pytest.mark.slow
def test_it_knows_what_photos_show(published: Tensors, real_data: Path) -> None:
    folder = real_data / "coco128"
    if not folder.is_dir():
        pytest.skip("CONVOY_DATA has no coco128")
    shown = dict(largest_things(folder / "annotations/instances_train2017.json"))
    images = np.stack([read_photo(folder / "train2017" / name) for name in shown])
    maps = np.asarray(build_backbone(NAME, 3, weights="imagenet")(images, training=False))
    logits = maps.mean((1, 2)) @ published["_fc.weight"].T + published["_fc.bias"]
    first_five = logits.argsort(axis=1)[:, -5:].tolist()
    right = [
        not ANIMALS_AND_THINGS[thing].isdisjoint(five)
        for thing, five in zip(shown.values(), first_five, strict=True)
    ]
    assert len(right) >= 15
    assert np.mean(right) >= 0.9


def largest_things(annotations: Path) -> Iterator[tuple[str, str]]:
    """The photos of which a thing that ImageNet knows covers a fifth or more, and no other more."""
    content = json.loads(annotations.read_text())
    names = {each["id"]: each["name"] for each in content["categories"]}
    for photo in content["images"]:
        own = [each for each in content["annotations"] if each["image_id"] == photo["id"]]
        largest = max(own, key=lambda each: each["area"], default=None)
        if largest is None or largest["area"] < photo["width"] * photo["height"] / 5:
            continue
        if (name := names[largest["category_id"]]) in ANIMALS_AND_THINGS:
            yield photo["file_name"], name


def read_photo(file: Path) -> np.ndarray:
    """The middle of a photo, 224x224, as ImageNet's networks are tested."""
    image = Image.open(file).convert("RGB")
    scale = 256 / min(image.size)
    width, height = (round(side * scale) for side in image.size)
    left, top = (width - 224) // 2, (height - 224) // 2
    image = image.resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(image.crop((left, top, left + 224, top + 224)), "float32")
