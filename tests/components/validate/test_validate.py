"""Sound data passes; each kind of damage stops the run and is named."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import great_expectations.expectations as gxe
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from great_expectations.expectations import Expectation
from PIL import Image

from components.core.errors import ConvoyError
from components.core.parts import Labels
from components.core.task import Spec
from components.validate.validate import BrokenRulesError, Checked, validate
from pipelines.tasks.classification import TASK
from pipelines.tasks.shared.class_labels import ClassChecks
from tests.tables import ToyLabels, read_rules

MakeSpec = Callable[..., Spec]
MakeData = Callable[[], Path]
Edit = Callable[..., None]


def check(tmp_path: Path, spec: Spec, data: Path) -> Checked:
    return validate(spec, data, tmp_path / "reports/validate")


def run(tmp_path: Path, spec: Spec, data: Path) -> dict:
    """The figures, and what became of each rule."""
    check(tmp_path, spec, data)
    figures = json.loads((tmp_path / "reports/validation.json").read_text())
    return {**figures, "rules": read_rules(tmp_path / "reports/validate")}


def fail(tmp_path: Path, spec: Spec, data: Path, message: str) -> None:
    """Expects the error, the Data Docs it names, and the earlier outputs as they were."""
    earlier = [tmp_path / "reports/validation.json", tmp_path / "reports/validate/index"]
    earlier[1].parent.mkdir(parents=True)
    for file in earlier:
        file.write_text("earlier")
    with pytest.raises(ConvoyError, match=message) as error:
        run(tmp_path, spec, data)
    assert [file.read_text() for file in earlier] == ["earlier", "earlier"]
    assert list(earlier[1].parent.iterdir()) == [earlier[1]]
    docs = tmp_path / "reports/validate-failed/data_docs/index.html"
    assert str(docs) in str(error.value)
    assert docs.is_file()


def test_sound_data(tmp_path: Path, spec: MakeSpec, data: MakeData) -> None:
    metrics = run(tmp_path, spec(), data())
    assert metrics["success"] is True
    assert metrics["warnings"] == 0
    assert metrics["rows"] == {"train": 24, "val": 3, "test": 3}
    assert list(metrics["rules"]) == [
        "image decodes",
        "image is not constant",
        "height as declared",
        "width as declared",
        "channels as declared",
        "image occurs once",
        "no group is divided among splits",
        "split is known",
        "no split is empty",
        "label is present",
        "label is known",
        "every label is in training",
        "label is balanced in training",
    ]
    passed = {"success": True, "unexpected": 0}
    assert all(rule == passed for rule in metrics["rules"].values())


def test_data_docs_show_every_rule(tmp_path: Path, spec: MakeSpec, data: MakeData) -> None:
    rules = run(tmp_path, spec(), data())["rules"]
    docs = tmp_path / "reports/validate/data_docs"
    index = (docs / "index.html").read_text()
    assert "pets: 0 of 13 rules are broken" in index
    assert all(f"<td>{rule}</td>" in index for rule in rules)
    assert not (tmp_path / "reports/validate-failed").exists()


def test_the_caller_is_told_of_every_rule_and_nothing_is_printed(
    tmp_path: Path, spec: MakeSpec, data: MakeData, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = data()
    capfd.readouterr()
    checked = check(tmp_path, spec(), folder)
    assert checked.rows == 30
    assert len(checked.outcomes) == 13
    assert all(outcome.success for outcome in checked.outcomes)
    assert capfd.readouterr() == ("", "")


def test_the_figures_depend_on_the_data_alone(
    tmp_path: Path, spec: MakeSpec, data: MakeData
) -> None:
    folder = data()
    run(tmp_path / "one", spec(), folder)
    run(tmp_path / "two", spec(), folder)
    first, second = (tmp_path / name / "reports/validation.json" for name in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()
    assert str(tmp_path) not in first.read_text()


def test_sizes_that_are_not_declared_are_not_checked(
    tmp_path: Path, spec: MakeSpec, data: MakeData
) -> None:
    metrics = run(tmp_path, spec(height=None, width=None, channels=None), data())
    assert not any("declared" in rule for rule in metrics["rules"])


class TestDamage:
    def test_a_truncated_png(
        self, tmp_path: Path, images: Path, spec: MakeSpec, data: MakeData
    ) -> None:
        file = images / "dog/4.png"
        file.write_bytes(file.read_bytes()[:60])
        message = r'"image decodes" is broken by dog/4\.png \(\w+-00000\.parquet, row \d+\): OSErr'
        fail(tmp_path, spec(), data(), message)

    @pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
    def test_a_constant_image(
        self, tmp_path: Path, images: Path, spec: MakeSpec, data: MakeData, mode: str
    ) -> None:
        Image.new(mode, (8, 6), "orange" if mode != "L" else 7).save(images / "eel/3.png")
        message = r'"image is not constant" is broken by eel/3\.png \(.*, row \d+\): 0'
        fail(tmp_path, spec(channels=None), data(), message)

    def test_a_wrong_size(
        self, tmp_path: Path, images: Path, spec: MakeSpec, data: MakeData
    ) -> None:
        Image.new("RGB", (8, 7)).save(images / "cat/0.png")
        fail(tmp_path, spec(), data(), r'"height as declared" is broken by cat/0\.png .*: 7')

    def test_wrong_channels(
        self, tmp_path: Path, images: Path, spec: MakeSpec, data: MakeData
    ) -> None:
        Image.new("L", (8, 6)).save(images / "cat/0.png")
        fail(tmp_path, spec(), data(), r'"channels as declared" is broken by cat/0\.png .*: 1')

    def test_an_unknown_label(
        self, tmp_path: Path, images: Path, spec: MakeSpec, data: MakeData
    ) -> None:
        (images / "cat").rename(images / "bat")
        message = r'"label is known" is broken by bat/\d\.png .*: bat and 9 more'
        fail(tmp_path, spec(), data(), message)

    def test_a_missing_label(
        self, tmp_path: Path, spec: MakeSpec, data: MakeData, edit: Edit
    ) -> None:
        folder = data()
        edit(folder / "val-00000.parquet", lambda rows: [rows[0] | {"label": None}, *rows[1:]])
        message = r'"label is present" is broken by .*\(val-00000\.parquet, row 0\): None'
        fail(tmp_path, spec(), folder, message)

    def test_a_duplicate_across_splits(
        self, tmp_path: Path, spec: MakeSpec, data: MakeData, edit: Edit
    ) -> None:
        folder = data()
        train = pd.read_parquet(folder / "train-00000.parquet")
        test = pd.read_parquet(folder / "test-00000.parquet")
        copied = train.loc[5, ["image", "sha256"]].to_dict()
        edit(folder / "test-00000.parquet", lambda rows: [rows[0], rows[1] | copied, rows[2]])
        first = test.loc[1, "image_path"], "test-00000.parquet, row 1"
        second = f"same as {train.loc[5, 'image_path']} in train and 1 more"
        message = rf'"image occurs once" is broken by {first[0]} \({first[1]}\): {second}'
        fail(tmp_path, spec(), folder, message)

    def test_a_duplicate_within_a_split(
        self, tmp_path: Path, images: Path, spec: MakeSpec, data: MakeData
    ) -> None:
        for number in (1, 2):
            (images / f"cat/1{number}.png").write_bytes((images / "cat/0.png").read_bytes())
        message = r'"image occurs once" is broken by cat/\d+\.png .*: same as cat/\d+\.png in \w+'
        fail(tmp_path, spec(), data(), message + " and 2 more")

    def test_a_group_in_two_splits(
        self, tmp_path: Path, spec: MakeSpec, data: MakeData, edit: Edit
    ) -> None:
        folder = data()
        for split in ("train", "val"):
            file = folder / f"{split}-00000.parquet"
            edit(file, lambda rows: [rows[0] | {"group": "anna"}, *rows[1:]])
        message = (
            r'"no group is divided among splits" is broken by .*\.png '
            r"\((train|val)-00000\.parquet, row 0\): anna is in train, val and 1 more"
        )
        fail(tmp_path, spec(), folder, message)

    def test_an_empty_split(self, tmp_path: Path, spec: MakeSpec, data: MakeData) -> None:
        folder = data()
        (folder / "val-00000.parquet").unlink()
        message = r'"no split is empty" is broken by missing: val'
        fail(tmp_path, spec(), folder, message)

    def test_an_unknown_split(
        self, tmp_path: Path, spec: MakeSpec, data: MakeData, edit: Edit
    ) -> None:
        folder = data()
        edit(folder / "val-00000.parquet", lambda rows: [rows[0] | {"split": "dev"}, *rows[1:]])
        fail(tmp_path, spec(), folder, r'"split is known" is broken by .*: dev')

    def test_a_class_that_is_not_in_training(
        self, tmp_path: Path, spec: MakeSpec, data: MakeData
    ) -> None:
        message = r'"every label is in training" is broken by missing: fox'
        fail(tmp_path, spec(classes=("cat", "dog", "eel", "fox")), data(), message)

    def test_a_class_that_is_rare_in_training(
        self, tmp_path: Path, images: Path, spec: MakeSpec, data: MakeData
    ) -> None:
        for number in range(5):
            (images / f"eel/{number}.png").unlink()
        folder = data()
        metrics = run(tmp_path, spec(balance_floor=0.3), folder)
        assert metrics["rows"]["train"] < 24
        message = r'"label is balanced in training" is broken by found: 0\.[3-6]'
        fail(tmp_path / "again", spec(balance_floor=0.9), folder, message)

    def test_several_rules_at_once(
        self, tmp_path: Path, images: Path, spec: MakeSpec, data: MakeData
    ) -> None:
        Image.new("RGB", (9, 7)).save(images / "cat/0.png")
        message = r'(?s)"height as declared" .*: 7\n  "width as declared" .*: 9$'
        fail(tmp_path, spec(), data(), message)


class TestUnreadable:
    def run(self, tmp_path: Path, spec: Spec, data: Path, message: str) -> None:
        with pytest.raises(ConvoyError, match=message):
            run(tmp_path, spec, data)
        assert not (tmp_path / "reports").exists()

    def test_no_shard(self, tmp_path: Path, spec: MakeSpec) -> None:
        self.run(tmp_path, spec(), tmp_path / "data", r"data: no parquet file; run the stage")

    def test_no_parquet(self, tmp_path: Path, spec: MakeSpec, data: MakeData) -> None:
        file = data() / "val-00000.parquet"
        file.write_bytes(file.read_bytes()[:-20])
        self.run(tmp_path, spec(), file.parent, r"val-00000\.parquet: cannot be read as parquet")

    @pytest.mark.parametrize("column", ["image", "sha256", "label"])
    def test_a_missing_column(
        self, tmp_path: Path, spec: MakeSpec, data: MakeData, column: str
    ) -> None:
        file = data() / "val-00000.parquet"
        pd.read_parquet(file).drop(columns=column).to_parquet(file)
        message = rf"val-00000\.parquet: the column {column} is missing"
        self.run(tmp_path, spec(), file.parent, message)

    def test_a_column_of_a_wrong_type(self, tmp_path: Path, spec: MakeSpec, data: MakeData) -> None:
        file = data() / "val-00000.parquet"
        pd.read_parquet(file).assign(label=3).to_parquet(file)
        message = r"val-00000\.parquet: the column label is int64; must be string"
        self.run(tmp_path, spec(), file.parent, message)


class OwnLabels(ToyLabels):
    """Labels with rules that a test chooses."""

    checks: ClassChecks
    chosen: ClassVar[Sequence[Expectation]] = ()

    def rules(self) -> Sequence[Expectation]:
        return self.chosen


class MaskLabels(OwnLabels):
    """An image among the labels and a column derived from it."""

    def columns(self) -> Mapping[str, pa.DataType]:
        return {**super().columns(), "mask": pa.binary()}

    def derive(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows.assign(mask_bytes=rows["mask"].map(len))


@pytest.fixture
def with_rules(spec: MakeSpec, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Spec]:
    """Makes the spec of a task with rules of its own."""

    def make(*rules: Expectation, labels: type[Labels] = OwnLabels) -> Spec:
        monkeypatch.setattr(OwnLabels, "chosen", rules)
        return spec(replace(TASK, labels=labels))

    return make


def no_fish(**kwargs: Any) -> Expectation:
    return gxe.ExpectColumnValuesToNotBeInSet(column="label", value_set=["eel"], **kwargs)


def test_a_warning_is_told_and_does_not_stop(
    tmp_path: Path, with_rules: MakeSpec, data: MakeData
) -> None:
    rule = no_fish(severity="warning", description="no fish")
    checked = check(tmp_path, with_rules(rule), data())
    (broken,) = (outcome for outcome in checked.outcomes if not outcome.success)
    assert (broken.rule, broken.severity, len(broken.findings)) == ("no fish", "warning", 10)
    metrics = json.loads((tmp_path / "reports/validation.json").read_text())
    assert metrics["success"] is True
    assert metrics["warnings"] == 1
    assert list(metrics) == ["success", "warnings", "rows"]  # DVC gives every figure a column
    rules = read_rules(tmp_path / "reports/validate")
    assert rules["no fish"] == {"success": False, "unexpected": 10}
    assert (tmp_path / "reports/validate/data_docs/index.html").is_file()


def test_the_error_tells_of_all_that_is_broken_warnings_included(
    tmp_path: Path, images: Path, with_rules: MakeSpec, data: MakeData
) -> None:
    Image.new("RGB", (8, 6)).save(images / "cat/0.png")
    spec = with_rules(no_fish(severity="warning", description="no fish"))
    with pytest.raises(BrokenRulesError) as error:
        check(tmp_path, spec, data())
    told = [(outcome.rule, len(outcome.findings)) for outcome in error.value.outcomes]
    assert told == [("image is not constant", 1), ("no fish", 10)]
    assert "no fish" not in str(error.value)


def test_exceptions_that_a_rule_allows_are_counted(
    tmp_path: Path, with_rules: MakeSpec, data: MakeData
) -> None:
    rules = run(tmp_path, with_rules(no_fish(mostly=0.5)), data())["rules"]
    name = "expect_column_values_to_not_be_in_set label"
    assert rules[name] == {"success": True, "unexpected": 10}


def test_a_rule_that_cannot_be_checked(
    tmp_path: Path, with_rules: MakeSpec, data: MakeData
) -> None:
    rule = gxe.ExpectColumnMaxToBeBetween(column="age", max_value=3, description="is young")
    message = r'"is young" is broken by cannot be checked: .*"age"'
    fail(tmp_path, with_rules(rule), data(), message)


def test_two_rules_of_one_name(tmp_path: Path, with_rules: MakeSpec, data: MakeData) -> None:
    rules = [gxe.ExpectColumnToExist(column=name, description="x") for name in ("label", "split")]
    with pytest.raises(ConvoyError, match="pets: two rules have the same name"):
        run(tmp_path, with_rules(*rules), data())


def test_derived_columns(tmp_path: Path, with_rules: MakeSpec, data: MakeData) -> None:
    folder = data()
    sizes = iter(range(100))
    for file in sorted(folder.iterdir()):
        rows = pd.read_parquet(file)
        rows.assign(mask=[bytes(next(sizes)) for _ in range(len(rows))]).to_parquet(file)
    largest = gxe.ExpectColumnMaxToBeBetween(column="mask_bytes", min_value=29, max_value=29)
    no_mask = gxe.ExpectTableColumnCountToEqual(value=17, description="no encoded image")
    metrics = run(tmp_path, with_rules(largest, no_mask, labels=MaskLabels), folder)
    assert metrics["success"]


def test_many_findings_are_counted(tmp_path: Path, spec: MakeSpec, data: MakeData) -> None:
    with pytest.raises(ConvoyError, match="and 29 more"):
        run(tmp_path, spec(height=5), data())


def test_all_findings_are_in_a_file(tmp_path: Path, spec: MakeSpec, data: MakeData) -> None:
    file = tmp_path / "reports/validate-failed/findings.csv"
    with pytest.raises(ConvoyError, match=f"see .*index.html and {file}"):
        run(tmp_path, spec(height=5, channels=1), data())
    findings = pd.read_csv(file)
    assert findings["rule"].value_counts().to_dict() == {
        "height as declared": 30,
        "channels as declared": 30,
    }
    assert set(findings["value"]) == {6, 3}
    assert findings.notna().all(axis=None)


def test_warnings_are_in_a_file_too(tmp_path: Path, with_rules: MakeSpec, data: MakeData) -> None:
    check(tmp_path, with_rules(no_fish(severity="warning", description="no fish")), data())
    findings = pd.read_csv(tmp_path / "reports/validate/findings.csv")
    assert set(findings["severity"]) == {"warning"}
    assert len(findings) == 10


def test_many_broken_rules_are_bounded(
    tmp_path: Path, with_rules: MakeSpec, data: MakeData
) -> None:
    rules = [no_fish(description=f"rule {number}") for number in range(50)]
    with pytest.raises(ConvoyError, match=r"\n  and 30 more$"):
        check(tmp_path, with_rules(*rules), data())


def test_ten_thousand_rows(tmp_path: Path, spec: MakeSpec, data: MakeData, edit: Edit) -> None:
    def repeat(rows: list[dict]) -> list[dict]:
        many = np.resize(np.arange(len(rows)), 10_000)
        return [rows[at] | {"sha256": str(number)} for number, at in enumerate(many)]

    folder = data()
    edit(folder / "train-00000.parquet", repeat)
    assert run(tmp_path, spec(), folder)["rows"]["train"] == 10_000
