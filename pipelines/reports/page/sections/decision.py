"""What the gate decided, and the few numbers by which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from components.core.layout import CHAMPION_FILE, DECISION_FILE, METRICS_FILE
from components.core.tabular import read_json
from components.evaluate.params import GateParams
from pipelines.reports.page.content import (
    Badge,
    Block,
    Facts,
    Section,
    Sentences,
    Summary,
    Tile,
    number,
)
from pipelines.reports.page.sources import Sources

EVALUATE = "evaluate"


def read_metrics(sources: Sources) -> Mapping[str, float]:
    """The metrics of the last run's model; none where it was not measured."""
    file = sources.folder / METRICS_FILE
    return read_json(file) if file.is_file() else {}


def summary(sources: Sources) -> Summary:
    """What became of the model, and the metrics of the gate."""
    decided = sources.content(EVALUATE, DECISION_FILE)
    if decided is None:
        return Summary(Badge("not measured yet"))
    return Summary(_verdict(sources), list(_tiles(sources)))


def decision(sources: Sources) -> Section | None:
    """The gate's verdict with its reasons, and the version that came of it."""
    decided = sources.content(EVALUATE, DECISION_FILE)
    if decided is None:
        return None
    facts: dict[str, str | Badge] = {"verdict": _verdict(sources)}
    if version := sources.registration.get("version"):
        facts["registered as"] = f"{sources.task}, version {version}"
    held = decided.get("champion")
    facts["held against"] = f"the champion, version {held}" if held else "no champion"
    reasons = dict.fromkeys([*decided["reasons"], *sources.registration.get("reasons", ())])
    blocks: list[Block] = [Facts(facts), Sentences(list(reasons))]
    text = "Whether the new model may take the champion's place, and why, when it was registered."
    return Section("decision", "Decision of the gate", text, blocks)


def _verdict(sources: Sources) -> Badge:
    """The registry's last word where there is one: another champion may have come in between."""
    decided = sources.content(EVALUATE, DECISION_FILE)
    accepted = sources.registration.get("accepted", decided["accepted"])
    version = sources.registration.get("version")
    if not accepted:
        return Badge("refused by the gate", "bad")
    return Badge(f"promoted as version {version}" if version else "passes the gate", "good")


def _tiles(sources: Sources) -> Iterator[Tile]:
    metrics = read_metrics(sources)
    champion = sources.content(EVALUATE, CHAMPION_FILE) or {}
    for name, bound in sources.spec(EVALUATE).block("gate", GateParams).thresholds.items():
        limit = f"at least {bound.min:g}" if bound.min is not None else f"at most {bound.max:g}"
        beside = f"; champion {number(champion[name])}" if name in champion else ""
        yield Tile(name.replace("_", " "), number(metrics.get(name)), f"{limit}{beside}")
