"""The fixtures of a task of photos with an untrained network."""

from tests.explained import exported, photo_spec, shards

__all__ = ["exported", "photo_spec", "shards"]
