"""Whether an image shows something, such as a person, or not.

Two classes are learnt as the probability of the second one.
"""

from components.core.task import Task

TASK = Task(
    labels="pipelines.tasks.binary.labels:BinaryLabels",
    features="pipelines.tasks.shared.class_features:ClassFeatures",
    augmentation="pipelines.tasks.shared.images.augmentation:ImageAugmentation",
    learning="pipelines.tasks.shared.binary.learning:BinaryLearning",
    view="pipelines.tasks.shared.binary.view:BinaryView",
    evaluation="pipelines.tasks.binary.evaluation:BinaryEvaluator",
)
