"""Random, label-correct changes of images, which the tasks of images share."""
