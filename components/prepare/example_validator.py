"""TFX's ExampleValidator, made to stop the run."""

from pathlib import Path
from typing import Any

from tensorflow_data_validation.utils.anomalies_util import load_anomalies_binary
from tfx.components import ExampleValidator
from tfx.components.example_validator import executor
from tfx.dsl.components.base import executor_spec
from tfx.types import artifact_utils, standard_component_specs

from components.core.errors import DataError

ANOMALIES_FILE = "SchemaDiff.pb"


class StrictExecutor(executor.Executor):
    """Compares statistics with the schema and fails on any anomaly."""

    def Do(  # noqa: N802 (TFX's name)
        self,
        input_dict: dict[str, list[Any]],
        output_dict: dict[str, list[Any]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Validates every split.

        Raises:
            DataError: With the text of every anomaly, by split and feature.
        """
        super().Do(input_dict, output_dict, exec_properties)
        anomalies = artifact_utils.get_single_instance(
            output_dict[standard_component_specs.ANOMALIES_KEY]
        )
        found = [
            line for split in anomalies.splits for line in describe_anomalies(anomalies.uri, split)
        ]
        if found:
            raise DataError("\n".join(["the examples do not fit the schema:", *found]))


def describe_anomalies(uri: str, split: str) -> list[str]:
    """One line for each anomaly of a split, naming split, feature and rule."""
    file = Path(uri) / f"Split-{split}" / ANOMALIES_FILE
    anomalies = load_anomalies_binary(str(file))
    lines = [
        f"{split}: {feature}: {anomaly.description}"
        for feature, anomaly in sorted(anomalies.anomaly_info.items())
    ]
    if anomalies.HasField("dataset_anomaly_info"):
        lines.append(f"{split}: {anomalies.dataset_anomaly_info.description}")
    return lines


class StrictExampleValidator(ExampleValidator):
    """ExampleValidator whose anomalies stop the run with their text."""

    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(StrictExecutor)
