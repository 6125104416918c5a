import pytest
from pydantic import ValidationError

from components.train.params import TrainParams

BLOCK = {"model": "digits_cnn", "epochs": 1}


@pytest.mark.parametrize("strategy", ["default", "mirrored"])
def test_one_machine_trains(strategy: str) -> None:
    assert TrainParams(**BLOCK, strategy=strategy).strategy == strategy


def test_several_machines_are_refused_with_the_reason() -> None:
    with pytest.raises(ValidationError, match="Keras 3 cannot train under .*MultiWorkerMirrored"):
        TrainParams(**BLOCK, strategy="multi_worker_mirrored")
