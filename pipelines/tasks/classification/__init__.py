"""One class for each image."""

from components.core.task import Task

TASK = Task(
    labels="pipelines.tasks.shared.class_labels:ClassLabels",
    features="pipelines.tasks.shared.class_features:ClassFeatures",
    augmentation="pipelines.tasks.shared.images.augmentation:ImageAugmentation",
    learning="pipelines.tasks.classification.learning:ClassLearning",
    view="pipelines.tasks.classification.view:ClassView",
    evaluation="pipelines.tasks.classification.evaluation:ClassEvaluator",
)
