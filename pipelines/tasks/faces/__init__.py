"""Whether two photos show the same person, also of people whom nobody has learnt from.

The network gives each face a place on the unit sphere, near to those of the person's other photos.
"""

from components.core.task import Task

TASK = Task(
    labels="pipelines.tasks.faces.labels:IdentityLabels",
    features="pipelines.tasks.faces.features:IdentityFeatures",
    augmentation="pipelines.tasks.shared.images.augmentation:ImageAugmentation",
    learning="pipelines.tasks.faces.learning:FaceLearning",
    view="pipelines.tasks.faces.view:FaceView",
    evaluation="pipelines.tasks.faces.evaluation:FaceEvaluator",
)
