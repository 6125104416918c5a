"""What each stage of a task is made of: its parameters and its code.

The stage `plan` checks a task's parameters and writes a `Spec` for every other stage, which DVC
compares. A stage runs again when a parameter that it reads, a default of one, or a file that its
code imports has changed, and not otherwise. `pipelines` outside of `pipelines/tasks` counts for no
stage: it says what runs and what the terminal shows, not what comes out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from components.augment.params import AugmentParams
from components.core.block import PARAMS_FILE, Block
from components.core.errors import ConvoyError
from components.core.files import staged_folder
from components.core.layout import artifact_folder
from components.core.names import suggest_path
from components.core.task import Spec, Task, load_part, part_modules
from components.evaluate.params import EvaluateParams, GateParams
from components.ingest.incoming import make_folders
from components.ingest.params import IngestChecks
from components.prepare.params import PrepareParams
from components.train.params import TrainParams
from models import check_model
from pipelines.code import code_hashes
from pipelines.params import check_block
from pipelines.project import load_task
from pipelines.watching import write_links

Params = Mapping[str, Any]

NO_WEIGHTS = "none"
REGISTERED = "models:/"
"""How `train.initial_weights` says that there are none, or that MLflow has them."""


@dataclass(frozen=True)
class Needs:
    """What a stage asks for.

    Attributes:
        parts: The parts of a task, each with the blocks of which it reads its keys in this
            stage; None for all that it declares.
        modules: Where its code begins.
        blocks: What it reads itself of the blocks of the parameters.
        keys: Further keys that it reads whole.
    """

    parts: Mapping[str, tuple[str, ...] | None]
    modules: tuple[str, ...]
    blocks: Mapping[str, type[Block]] = field(default_factory=dict)
    keys: tuple[str, ...] = ()


NEEDS: Mapping[str, Needs] = {
    "ingest": Needs(
        parts={"sample": ("limits", "pixels"), "labels": ()},
        modules=("components.ingest.ingest",),
        blocks={"checks": IngestChecks},
        keys=("source",),
    ),
    "validate": Needs(
        parts={"sample": ("checks",), "labels": ("checks",)},
        modules=("components.validate.validate",),
    ),
    "prepare": Needs(
        parts={"sample": ("prepare",), "labels": (), "features": None},
        modules=("components.prepare.nodes", "components.prepare.preprocessing"),
        blocks={"prepare": PrepareParams},
    ),
    "augment": Needs(
        parts={"sample": ("prepare",), "features": None, "augmentation": None},
        modules=("components.augment.nodes", "components.augment.sheet"),
        blocks={"prepare": PrepareParams, "augment": AugmentParams},
        keys=("seed",),
    ),
    "train": Needs(
        parts={
            "sample": ("prepare", "embedding"),
            "features": None,
            "augmentation": None,
            "learning": None,
        },
        modules=(
            "components.train.nodes",
            "components.train.run_fn",
            "components.train.curves",
            "components.prepare.counts",  # of the examples in an epoch
        ),
        blocks={"augment": AugmentParams, "train": TrainParams},
        keys=("seed",),
    ),
    "evaluate": Needs(
        parts={"sample": (), "labels": (), "evaluation": None},
        modules=("components.evaluate.nodes",),
        blocks={"evaluate": EvaluateParams, "gate": GateParams},
    ),
    "register": Needs(
        parts={"sample": ("limits", "pixels", "embedding"), "labels": (), "view": None},
        modules=("components.register.nodes",),
        keys=(
            "task",
            "source",
            "checks",
            "prepare",
            "augment",
            "train",
            "evaluate",
            "gate",
            "seed",
        ),
    ),
}
"""By stage, in their order. Whatever made a model is logged with it, hence register's keys."""


def make_specs(name: str) -> dict[str, Spec]:
    """What every stage of a task is made of, by stage.

    Raises:
        ConvoyError: When there is no such task, or a parameter is wrong.
    """
    task, block = load_task(name)
    references = task.references()
    params = complete(name, block, task)
    return {stage: _spec(name, needs, references, params) for stage, needs in NEEDS.items()}


def complete(name: str, block: Params, task: Task) -> dict[str, Any]:
    """A task's block with all that it leaves out, checked with all that it names.

    Raises:
        ConvoyError: When a key is wrong, or there is no such source, path, model or file, or
            a package is not installed.
    """
    params = check_block(name, block, task)
    place = f"{PARAMS_FILE}: tasks.{name}"
    spec = Spec(name, task.references(), params, code={})
    params["source"] = _complete_source(params["source"], f"{place}.source", spec)
    train = params["train"]
    check_model(train["model"], train["options"], f"{place}.train")
    _check_published(train["options"], f"{place}.train.options.weights")
    _check_weights(train["initial_weights"], f"{place}.train.initial_weights")
    return params


def _check_published(options: Mapping[str, Any], place: str) -> None:
    # late, since every stage loads this module, and their plans name what they load
    from models.shared.published import find_published

    for published in find_published(options):
        published.path(place)


def _check_weights(origin: str, place: str) -> None:
    file = Path(origin)
    if origin != NO_WEIGHTS and not origin.startswith(REGISTERED) and not file.is_file():
        raise ConvoyError(f"{place}: {file} not found{suggest_path(file)}")


def write_plan(name: str) -> Path:
    """Writes the specs of all stages to the folder of the stage `plan`.

    Makes the folder for new samples, and that of links to what the source reads elsewhere, on
    which the stage ingest depends.
    """
    from components.ingest.ingest import load_source

    folder = artifact_folder(name, "plan")
    specs = make_specs(name)
    make_folders([name])
    with staged_folder(folder) as staged:
        for stage, spec in specs.items():
            (staged / f"{stage}.json").write_text(spec.to_json())
    source = load_source(specs["ingest"].params["source"], f"{PARAMS_FILE}: tasks.{name}.source")
    write_links(name, source)
    return folder


def changed_specs(name: str) -> set[str]:
    """The stages that are made of something else than the last plan says."""
    folder = artifact_folder(name, "plan")
    return {
        stage
        for stage, spec in make_specs(name).items()
        if not (file := folder / f"{stage}.json").is_file() or file.read_text() != spec.to_json()
    }


def _complete_source(values: Params, place: str, spec: Spec) -> dict[str, Any]:
    """The block of a source with its own keys checked and filled in."""
    from components.ingest.ingest import load_source

    return load_source(values, place, spec).model_dump(mode="json")


def _spec(name: str, needs: Needs, references: Mapping[str, str], params: Params) -> Spec:
    parts = {part: references[part] for part in needs.parts}
    modules = (*needs.modules, *part_modules(parts.values()), *_chosen_modules(needs, params))
    return Spec(name, parts, _restrict(needs, parts, params), code_hashes(modules))


def _restrict(needs: Needs, parts: Mapping[str, str], params: Params) -> dict[str, Any]:
    """The parameters that a stage and its parts read."""
    kept: dict[str, Any] = {key: params[key] for key in needs.keys}
    kinds = [*needs.blocks.items()]
    for part, reference in parts.items():
        read = needs.parts[part]
        blocks = load_part(reference).blocks().items()
        kinds += [(block, kind) for block, kind in blocks if read is None or block in read]
    for block, kind in kinds:
        if block not in needs.keys:
            kept[block] = kept.get(block, {}) | kind.choose(params[block])
    return kept


def _chosen_modules(needs: Needs, params: Params) -> list[str]:
    """The modules that parameters name, which no import statement shows."""
    modules = []
    if "components.ingest.ingest" in needs.modules:
        modules.append(f"components.ingest.sources.{params['source']['kind']}")
    if "components.train.run_fn" in needs.modules:
        options = params["train"]["options"].values()  # a model may be built from others by name
        names = [params["train"]["model"], *(name for name in options if isinstance(name, str))]
        modules += [f"models.{name}" for name in names]
    return modules
