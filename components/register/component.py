"""The TFX component that puts a model into the registry."""


from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types.standard_artifacts import Model, ModelBlessing, ModelEvaluation, PushedModel

REGISTRATION_FILE = "registration.json"


@component
def Register(  # noqa: N802 (TFX names components like classes)
    model: InputArtifact[Model],
    evaluation: InputArtifact[ModelEvaluation],
    blessing: InputArtifact[ModelBlessing],
    task: Parameter[str],
    registered: OutputArtifact[PushedModel],
) -> None:
    """Registers a new version as challenger and promotes it when it is blessed."""
    raise NotImplementedError
