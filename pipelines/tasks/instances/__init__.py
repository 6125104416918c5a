"""A box, a class and a mask for every object in an image."""

from components.core.task import Task

_PACKAGE = "pipelines.tasks.instances"

TASK = Task(
    labels=f"{_PACKAGE}.labels:InstanceLabels",
    features=f"{_PACKAGE}.features:InstanceFeatures",
    augmentation=f"{_PACKAGE}.augmentation:InstanceAugmentation",
    learning=f"{_PACKAGE}.learning:InstanceLearning",
    view=f"{_PACKAGE}.view:InstanceView",
    evaluation=f"{_PACKAGE}.evaluation:InstanceEvaluator",
)
