from pipelines.reports.predict import predictions_table


def test_a_row_has_the_files_name_and_rounded_values() -> None:
    table = predictions_table(
        [{"image": "a/b[red].png", "label": "bright", "probability": 0.123456789, "count": 3}]
    )
    assert [str(column.header) for column in table.columns] == [
        "image",
        "label",
        "probability",
        "count",
    ]
    assert [[str(cell) for cell in column.cells] for column in table.columns] == [
        ["b[red].png"], ["bright"], ["0.123457"], ["3"]
    ]  # fmt: skip


def test_without_predictions_there_is_no_row() -> None:
    assert predictions_table([]).row_count == 0


def test_of_a_list_it_says_how_long_it_is() -> None:
    (_, column) = predictions_table([{"image": "a.png", "embedding": [0.0] * 128}]).columns
    assert [str(cell) for cell in column.cells] == ["128 numbers"]
