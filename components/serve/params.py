"""What a server takes and how it works: the block `serve` of `params.yaml`."""

from pathlib import Path

from pydantic import Field

from components.core.block import Block

MIB = 2**20


class KeepParams(Block):
    """Inputs that are kept, to be labelled; none by default.

    Attributes:
        folder: Where they go, a folder a task; null for nowhere.
        share: The part of the inputs that is kept, chosen by the hash of their bytes.
        most: The most files of a task; from then on nothing is kept until some are taken away.
    """

    folder: Path | None = None
    share: float = Field(0.01, gt=0, le=1)
    most: int = Field(1000, gt=0)


class WatchParams(Block):
    """How the inputs are compared with what the champion was trained on.

    Attributes:
        seconds: The least time between two samples that are looked at.
        samples: The last so many of them are compared.
    """

    seconds: float = Field(0.2, ge=0)
    samples: int = Field(500, ge=2)


class ServeParams(Block):
    """What a server takes and how it works.

    Attributes:
        poll: Seconds between two looks at the alias `champion`.
        batch_size: The most samples that a model is given at once.
        batch_wait: Seconds that a sample waits for others to make a batch with; at 0 a batch is
            what has come while others were predicted.
        batches: Batches of a model at a time: one decodes while another is in the network.
        queue: The most samples that wait for a model; further ones are refused with 503.
        instances: The most samples of one request.
        requests: The most requests at a time; further ones are refused with 503.
        max_bytes: The most bytes of a request's body.
        patience: Seconds in which a request's head, and then its body, must have come.
        keep: Inputs that are kept.
        watch: How inputs are compared with the training data.
    """

    poll: float = Field(5.0, gt=0)
    batch_size: int = Field(32, ge=2)
    batch_wait: float = Field(0.0, ge=0)
    batches: int = Field(2, gt=0)
    queue: int = Field(256, gt=0)
    instances: int = Field(64, gt=0)
    requests: int = Field(256, gt=0)
    max_bytes: int = Field(16 * MIB, gt=0)
    patience: float = Field(20.0, gt=0)
    keep: KeepParams = KeepParams()
    watch: WatchParams = WatchParams()
