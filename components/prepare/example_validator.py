"""TFX's ExampleValidator, made to stop the run."""

from pathlib import Path
from typing import Any

from tensorflow_data_validation.utils.anomalies_util import load_anomalies_binary
from tfx.components.example_validator import executor
from tfx.dsl.components.base.base_component import BaseComponent
from tfx.dsl.components.base.executor_spec import ExecutorClassSpec
from tfx.types import BaseChannel, Channel, artifact_utils, standard_component_specs
from tfx.types.component_spec import ExecutionParameter
from tfx.types.standard_artifacts import ExampleAnomalies
from tfx.utils import json_utils

from components.core.errors import DataError
from components.core.faults import list_some

ANOMALIES_FILE = "SchemaDiff.pb"
ANOMALIES_SHOWN = 12
CURATED = "curated"


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
            DataError: With the text of the first anomalies, by split and feature, and how many
                more there are.
        """
        super().Do(input_dict, output_dict, exec_properties)
        anomalies = artifact_utils.get_single_instance(
            output_dict[standard_component_specs.ANOMALIES_KEY]
        )
        found = [
            line for split in anomalies.splits for line in describe_anomalies(anomalies.uri, split)
        ]
        if found:
            heading = (
                f"{exec_properties[CURATED]}: the examples do not fit the schema; where it is the "
                "schema that is wrong, edit this file, or remove it and one is inferred"
            )
            raise DataError("\n  ".join([heading, *list_some(found, ANOMALIES_SHOWN)]))


def describe_anomalies(uri: str, split: str) -> list[str]:
    """One line for each anomaly of a split, naming split, feature and rule."""
    file = Path(uri) / f"Split-{split}" / ANOMALIES_FILE
    anomalies = load_anomalies_binary(str(file))
    lines = [
        f"{split}: {feature}: {anomaly.description.strip()}"
        for feature, anomaly in sorted(anomalies.anomaly_info.items())
    ]
    if anomalies.HasField("dataset_anomaly_info"):
        lines.append(f"{split}: {anomalies.dataset_anomaly_info.description}")
    return lines


class StrictExampleValidatorSpec(standard_component_specs.ExampleValidatorSpec):
    """That of ExampleValidator, and the file of the curated schema, which messages name."""

    PARAMETERS = {  # noqa: RUF012 (TFX's)
        **standard_component_specs.ExampleValidatorSpec.PARAMETERS,
        CURATED: ExecutionParameter(type=str),
    }


class StrictExampleValidator(BaseComponent):
    """ExampleValidator whose anomalies stop the run with their text."""

    SPEC_CLASS = StrictExampleValidatorSpec
    EXECUTOR_SPEC = ExecutorClassSpec(StrictExecutor)

    def __init__(self, statistics: BaseChannel, schema: BaseChannel, curated: Path) -> None:
        """Takes what TFX's own takes, and where the curated schema is, or would be."""
        spec = StrictExampleValidatorSpec(
            **{
                standard_component_specs.STATISTICS_KEY: statistics,
                standard_component_specs.SCHEMA_KEY: schema,
                standard_component_specs.ANOMALIES_KEY: Channel(type=ExampleAnomalies),
                standard_component_specs.EXCLUDE_SPLITS_KEY: json_utils.dumps([]),
                CURATED: str(curated),
            }
        )
        super().__init__(spec=spec)
