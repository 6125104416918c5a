import subprocess
import sys

CODE = """
import atexit, gc
atexit.register(lambda: print("frozen" if gc.get_freeze_count() else "searched"))
from pipelines.garbage import spare_libraries
before = gc.get_threshold()[0]
spare_libraries()
print("rarer" if gc.get_threshold()[0] > before else "as often", gc.isenabled())
"""


def test_the_collector_runs_less_often_and_not_over_what_is_left_at_the_end() -> None:
    command = (sys.executable, "-c", CODE)
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["rarer", "True", "frozen"]


FORGET = """
import gc, weakref
from pipelines.garbage import forget_libraries

class Model:
    def __init__(self):
        self.itself = self

forget_libraries()
forgotten, before = gc.get_freeze_count(), len(gc.get_objects())
model = Model()
left = weakref.ref(model)
del model
gc.collect()
print(forgotten > before, left())
"""


def test_libraries_are_forgotten_and_later_models_are_not() -> None:
    command = (sys.executable, "-c", FORGET)
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["True", "None"]
