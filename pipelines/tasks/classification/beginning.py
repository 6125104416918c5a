"""What `convoy new` begins with."""

from pipelines.tasks.shared.beginning import ImageClass

BEGINNING = ImageClass()
