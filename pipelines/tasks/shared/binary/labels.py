"""One of two classes for each sample."""

from pydantic import Field

from pipelines.tasks.shared.class_labels import ClassChecks, ClassLabels


class TwoClassChecks(ClassChecks):
    """What the validate stage demands of two classes.

    Attributes:
        classes: The negative class, then the positive one, whose probability is served.
    """

    classes: tuple[str, str] = Field()


class TwoClassLabels(ClassLabels):
    """Two classes in the column `label`."""

    checks: TwoClassChecks
