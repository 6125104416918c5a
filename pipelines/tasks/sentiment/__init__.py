"""Which of two classes a text is of, such as praise or blame.

Two classes are learnt as the probability of the second one.
"""

from components.core.task import Task

TASK = Task(
    sample="components.samples.text:TextSample",
    labels="pipelines.tasks.shared.binary.labels:TwoClassLabels",
    features="pipelines.tasks.shared.class_features:ClassFeatures",
    augmentation="pipelines.tasks.sentiment.augmentation:WordAugmentation",
    learning="pipelines.tasks.sentiment.learning:SentimentLearning",
    view="pipelines.tasks.sentiment.view:SentimentView",
    evaluation="pipelines.tasks.sentiment.evaluation:SentimentEvaluator",
)
