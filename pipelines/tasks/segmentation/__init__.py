"""A class for every pixel: images with masks, PNGs of class indices in the column `mask`."""

from components.core.task import Task

_PACKAGE = "pipelines.tasks.segmentation"

TASK = Task(
    labels=f"{_PACKAGE}.labels:MaskLabels",
    features=f"{_PACKAGE}.features:MaskFeatures",
    augmentation=f"{_PACKAGE}.augmentation:MaskAugmentation",
    learning=f"{_PACKAGE}.learning:MaskLearning",
    view=f"{_PACKAGE}.view:MaskView",
    evaluation=f"{_PACKAGE}.evaluation:MaskEvaluator",
)
