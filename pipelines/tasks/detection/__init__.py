"""A box and a class for every object in an image."""

from components.core.task import Task

_PACKAGE = "pipelines.tasks.detection"
_BOXES = "pipelines.tasks.shared.boxes"

TASK = Task(
    labels=f"{_BOXES}.labels:BoxLabels",
    features=f"{_BOXES}.features:BoxFeatures",
    augmentation=f"{_BOXES}.augmentation:BoxAugmentation",
    learning=f"{_PACKAGE}.learning:BoxLearning",
    view=f"{_BOXES}.view:BoxView",
    evaluation=f"{_PACKAGE}.evaluation:BoxEvaluator",
)
