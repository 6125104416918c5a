import pytest

from components.core.errors import ConvoyError
from pipelines.architectures import count_layers, read_shape, takes_size
from pipelines.describe import KIND, MODEL, Entry
from pipelines.reports.architecture import amount, layers_table
from pipelines.reports.terminal import show


def test_the_published_figures_are_what_is_shown_when_nothing_is_said() -> None:
    found = count_layers("lenet5")
    assert (found.shape, found.units) == ((28, 28, 1), 10)
    assert found.layers["parameters"].sum() == 61_706


def test_options_shape_and_units_are_those_that_are_given() -> None:
    found = count_layers("kernel_stack", ["kernel=5", "layers=2"], "20x30x3", 7)
    layers = found.layers.set_index("layer")
    assert layers.loc["kernel_stack/conv2", "receptive_field"] == "9 x 9"
    assert layers.loc["kernel_stack/conv2", "output"] == "20 x 30 x 32"
    assert layers.loc["kernel_stack/logits", "output"] == "7"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("lenet5", ["width=3"]), "no option of lenet5 'width'"),
        (("resnet", ["depth"]), "depth: expected key=value"),
        (("resnet", ["depth=20"]), r"train.options.depth: Input should be 18, 34"),
        (("lenet5", [], "28"), "--shape 28: expected HEIGHTxWIDTHxCHANNELS"),
        (("lenet5", [], "28x28"), r"takes no inputs \(28, 28\)"),
        (("lenet5", [], "4x4x1"), r"lenet5 does not fit inputs \(4, 4, 1\)"),
    ],
)
def test_what_cannot_be_counted(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(ConvoyError, match=message):
        count_layers(*arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "0x4x3", "4", "4x4x3x", "-4x4x3", "a"])
def test_what_is_no_shape(text: str) -> None:
    with pytest.raises(ConvoyError, match="expected HEIGHTxWIDTHxCHANNELS"):
        read_shape(text)


def test_only_a_model_has_layers() -> None:
    assert takes_size(Entry("unet", MODEL, ""), given=True)
    assert not takes_size(Entry("binary", KIND, ""), given=False)
    with pytest.raises(ConvoyError, match="binary: a task takes no OPTION=VALUE"):
        takes_size(Entry("binary", KIND, ""), given=True)


@pytest.mark.parametrize("name", ["alexnet", "googlenet", "transfer"])
def test_the_table_fits_80_columns_and_cuts_nothing(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    found = count_layers(name)
    show(layers_table(found))
    told = capsys.readouterr().out
    assert f"{found.layers['parameters'].sum():,}" in told
    assert max(map(len, told.splitlines())) <= 80
    assert "…" not in told


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0"), (999, "999"), (1_500, "1.5 k"), (105_415_200, "105 M"), (15_470_264_320, "15.5 G")],
)
def test_amounts(count: int, words: str) -> None:
    assert amount(count) == words
