"""The fixtures of projects with registered models, and of photos with an untrained network."""

from tests.explained import exported, photo_spec, shards
from tests.registered import register, spec, test_split

__all__ = ["exported", "photo_spec", "register", "shards", "spec", "test_split"]
