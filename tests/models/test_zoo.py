"""The networks that courses name, to the last parameter; none is given memory for its weights."""

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from components.core.layers import layer_table
from models import build_model, published, without_weights
from models.googlenet import MODULES


def layers_of(
    name: str,
    options: Mapping[str, Any] | None = None,
    shape: tuple[int, int, int] | None = None,
    units: int | None = None,
) -> pd.DataFrame:
    """The table of layers for what the published figures are for, by the last part of the path."""
    size = published(name)
    chosen = tuple((options or {}).items())
    return _layers(name, chosen, shape or size.shape, units or size.units)


@cache
def _layers(
    name: str, options: tuple[tuple[str, Any], ...], shape: tuple[int, int, int], units: int
) -> pd.DataFrame:
    with without_weights():
        table = layer_table(build_model(name, shape, units, dict(options)), shape)
    return table.set_index("layer").rename(index=last_part)


def last_part(path: str) -> str:
    return path.rpartition("/")[2]


def parameters(name: str, options: Mapping[str, Any] | None = None, **size: Any) -> int:
    return int(layers_of(name, options, **size)["parameters"].sum())


def test_perceptron() -> None:
    assert layers_of("perceptron")["parameters"].loc[["hidden", "logits"]].tolist() == [
        78_500,
        1_010,
    ]


@pytest.mark.parametrize(
    ("options", "shape", "count", "output"),
    [
        ({}, (28, 28, 1), 14_976, "24 x 24 x 1"),
        ({"fields": 5}, (28, 28, 3), 218_880, "24 x 24 x 5"),
        ({"kernel": 3, "stride": 2}, (7, 7, 1), 90, "3 x 3 x 1"),
    ],
)
def test_local_fields(
    options: Mapping[str, int], shape: tuple[int, int, int], count: int, output: str
) -> None:
    local = layers_of("local_fields", options, shape).loc["local"]
    assert (local["parameters"], local["output"]) == (count, output)
    biases = math.prod(map(int, output.split(" x ")))
    assert local["multiply_adds"] == count - biases  # each weight is used once
    assert local["receptive_field"] == " x ".join([str(options.get("kernel", 5))] * 2)


def test_the_least_convolutional_network() -> None:
    table = layers_of("one_layer_cnn")
    assert table.loc["conv1", "output"] == "24 x 24 x 3"
    assert table.loc["pool1", "output"] == "12 x 12 x 3"
    assert table.loc["logits", "parameters"] == 3 * 12 * 12 * 10 + 10
    assert table["parameters"].sum() == 3 * (5 * 5 + 1) + 4_330


def test_lenet5() -> None:
    table = layers_of("lenet5")
    counts = table["parameters"][table["parameters"] > 0]
    assert counts.tolist() == [156, 2_416, 48_120, 10_164, 850]
    assert counts.sum() == 61_706


ALEXNET = [34_848, 307_200, 442_368, 1_327_104, 442_368, 37_748_736, 16_777_216, 4_096_000]


def weights_of_alexnet(**options: Any) -> list[int]:
    with without_weights():
        model = build_model("alexnet", *published("alexnet"), options)
        kernels = [each for each in model.weights if each.name == "kernel"]
    return [int(pd.Series(kernel.shape).prod()) for kernel in kernels]


def test_alexnet_as_courses_print_it() -> None:
    assert weights_of_alexnet() == ALEXNET
    table = layers_of("alexnet")
    assert table.loc["conv1", "output"] == "55 x 55 x 96"
    assert table.loc["pool5", "output"] == "6 x 6 x 256"
    assert table.loc["norm1", "type"] == "LocalResponseNormalization"


def test_alexnet_of_the_paper_joins_its_towers_in_the_third_layer() -> None:
    expected = [*ALEXNET[:2], 884_736, 663_552, *ALEXNET[4:]]
    assert weights_of_alexnet(across=3) == expected
    assert parameters("alexnet", {"across": 3}) == sum(expected) + 10_568  # biases


def test_vgg16() -> None:
    table = layers_of("vgg16")
    blocks = [table.filter(regex=f"^block{block}_", axis=0) for block in range(1, 6)]
    counts = [block["parameters"].sum() for block in blocks]
    assert counts == [38_720, 221_440, 1_475_328, 5_899_776, 7_079_424]
    classifier = table["parameters"].loc[["dense1", "dense2", "logits"]].tolist()
    assert classifier == [102_764_544, 16_781_312, 4_097_000]
    assert table["parameters"].sum() == 138_357_544
    assert table["multiply_adds"].sum() == 15_470_264_320
    assert table.loc["block5_conv3", ["receptive_field", "stride"]].tolist() == ["196 x 196", "16"]


def test_vgg16_has_the_weights_of_keras_in_their_order() -> None:
    import keras

    with without_weights():
        ours = build_model("vgg16", *published("vgg16"), {})
        theirs = keras.applications.VGG16(weights=None)
        shapes = [[tuple(weight.shape) for weight in each.weights] for each in (ours, theirs)]
    assert shapes[0] == shapes[1]


def test_googlenet() -> None:
    table = layers_of("googlenet", {"heads": False})
    modules = [name for name in table.index if table.loc[name, "type"] == "Concatenate"]
    assert modules == [f"inception{name}" for name in MODULES]
    channels = [int(table.loc[name, "output"].split(" x ")[-1]) for name in modules]
    assert channels == [256, 480, 512, 512, 512, 528, 832, 832, 1024]
    assert table["parameters"].sum() == 6_998_552
    one_behind_the_other = 3 + 2 * len(modules) + 1
    assert one_behind_the_other == 22
    assert table["multiply_adds"].sum() == pytest.approx(1.5e9, rel=0.06)


def test_rows_of_googlenet_are_those_of_the_papers_table() -> None:
    """Thousands of parameters; the paper's 463K of module 4c are 8% less than its filters have."""
    table = layers_of("googlenet", {"heads": False})
    paper = {"3a": 159, "3b": 380, "4a": 364, "4b": 437, "4c": 463, "4d": 580, "4e": 840}
    paper |= {"5a": 1072, "5b": 1388}
    for name, thousands in paper.items():
        count = table.filter(regex=f"^inception{name}", axis=0)["parameters"].sum()
        assert count == pytest.approx(1024 * thousands, rel=0.08), name


def test_heads_of_googlenet() -> None:
    table = layers_of("googlenet")
    heads = table.filter(regex="^head", axis=0)
    assert heads["parameters"].sum() == 6_379_728
    assert table["parameters"].sum() == 6_998_552 + 6_379_728
    assert [heads.loc[f"head{name}_pool", "output"] for name in ("4a", "4d")] == [
        "4 x 4 x 512",
        "4 x 4 x 528",
    ]


RESNETS = {18: 11_689_512, 34: 21_797_672, 50: 25_557_032, 101: 44_549_160, 152: 60_192_808}
FLOPS = {18: 1.8e9, 34: 3.6e9, 50: 3.8e9, 101: 7.6e9, 152: 11.3e9}
KERNELS = {18: 16, 34: 32, 50: 16, 101: 33, 152: 50}


@pytest.mark.parametrize("depth", RESNETS)
def test_resnets(depth: int) -> None:
    size = published("resnet")
    with without_weights():
        model = build_model("resnet", *size, {"depth": depth})
        table = layer_table(model, size.shape).set_index("layer").rename(index=last_part)
        kernels = [getattr(each, "kernel_size", None) for each in model.layers]
    assert kernels.count((3, 3)) == KERNELS[depth]
    assert table["trainable"].sum() == RESNETS[depth]
    assert table["multiply_adds"].sum() == pytest.approx(FLOPS[depth], rel=0.02)
    convolutions = table[table["type"] == "Conv2D"]
    main = convolutions[~convolutions.index.str.endswith("projection")]
    assert len(main) + 1 == depth
    last = [f"stage{stage}_block1_conv2" for stage in range(1, 5)]
    sides = [table.loc[name, "output"].split(" x ")[0] for name in last]
    assert sides == ["56", "28", "14", "7"]


@pytest.mark.parametrize(
    ("name", "side", "count"),
    [
        ("InceptionV3", 299, 23_851_784),
        ("InceptionResNetV2", 299, 55_873_736),
        ("DenseNet121", 224, 8_062_504),
        ("DenseNet169", 224, 14_307_880),
        ("DenseNet201", 224, 20_242_984),
        ("NASNetMobile", 224, 5_326_716),
        pytest.param("NASNetLarge", 331, 88_949_818, marks=pytest.mark.slow),
        ("EfficientNetB0", 224, 5_330_571),
        pytest.param("EfficientNetB7", 600, 66_658_687, marks=pytest.mark.slow),
        ("EfficientNetV2B0", 224, 7_200_312),
        pytest.param("EfficientNetV2S", 384, 21_612_360, marks=pytest.mark.slow),
    ],
)
def test_networks_of_keras_have_the_counts_that_it_publishes(
    name: str, side: int, count: int
) -> None:
    with without_weights():
        model = build_model("transfer", (side, side, 3), 1000, {"backbone": name})
        assert model.count_params() == count


@pytest.mark.parametrize(("small", "large", "layers"), [(27, 49, 3), (18, 25, 2)])
def test_small_kernels_see_as_much_with_fewer_weights(small: int, large: int, layers: int) -> None:
    side = 2 * layers + 1
    stack = layers_of("kernel_stack", {"kernel": 3, "layers": layers, "width": 8})
    single = layers_of("kernel_stack", {"kernel": side, "layers": 1, "width": 8})
    pairs = 8 * 8
    counts = [
        each.filter(regex=r"^conv\d$", axis=0)["parameters"].sum() for each in (stack, single)
    ]
    assert counts == [small * pairs, large * pairs]
    fields = [stack.loc[f"conv{layers}", "receptive_field"], single.loc["conv1", "receptive_field"]]
    assert fields == [f"{side} x {side}"] * 2


@pytest.mark.parametrize("name", ["unet", "unet_plus", "vnet", "fcn"])
def test_networks_that_label_every_pixel(name: str) -> None:
    table = layers_of(name, shape=(96, 64, 3), units=5)
    assert table["output"].iloc[-1] == "96 x 64 x 5"
    assert (table["bytes"] > 0).all()
    assert (table["receptive_field"] != "").all()


def test_dense_skips_of_unet_plus() -> None:
    """Maps `maps<filters>_<column>` see all columns before them and the one below, enlarged."""
    table = layers_of("unet_plus", {"width": 4, "depth": 2})
    joined = table[table["type"] == "Concatenate"]["output"].str.split(" x ").str[-1].astype(int)
    assert sorted(joined) == [2 * 4, 3 * 4, 2 * 8]


def test_stages_of_vnet_add_to_their_input() -> None:
    table = layers_of("vnet", {"width": 4, "depth": 3})
    assert (table["type"] == "Add").sum() == 2 * 3 + 1
    convolutions = table[table["type"] == "Conv2D"]
    counts = [
        len(convolutions.filter(regex=f"^{stage}_", axis=0))
        for stage in ("down1", "down2", "down3", "bottom", "up3", "up2", "up1")
    ]
    assert counts == [1, 2, 3, 3, 3, 2, 1]


@pytest.mark.parametrize("name", ["unet_plus", "vnet"])
def test_images_of_any_size_are_labelled_to_the_edge(name: str) -> None:
    model = build_model(name, (None, None, 3), 4, {"width": 2, "depth": 2})
    for height, width in ((37, 45), (8, 5)):
        outputs = model(np.zeros((1, height, width, 3), np.float32))
        assert outputs.shape == (1, height, width, 4)
