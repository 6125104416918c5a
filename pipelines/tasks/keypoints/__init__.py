"""The 15 facial keypoints of one face.

A label is the column `keypoints`: x0, y0, x1, ... in pixels, NaN where a point is missing. Pixel
centres are at integers: an image covers x from -0.5 to width - 0.5. The network learns
coordinates in [-1, 1], from the left edge to the right and from the top to the bottom; these
stay the same when an image is resized.
"""

from components.core.task import Task

TASK = Task(
    labels="pipelines.tasks.keypoints.labels:KeypointLabels",
    features="pipelines.tasks.keypoints.features:KeypointFeatures",
    augmentation="pipelines.tasks.keypoints.augmentation:KeypointAugmentation",
    learning="pipelines.tasks.keypoints.learning:KeypointLearning",
    view="pipelines.tasks.keypoints.view:KeypointView",
    evaluation="pipelines.tasks.keypoints.evaluation:KeypointEvaluator",
)
