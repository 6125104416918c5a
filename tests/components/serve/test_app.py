"""The document that describes the application."""

import re

from components.core.task import Spec
from components.serve.app import make_app
from components.serve.params import ServeParams

PREDICTING = {
    "/predict/{task}",
    "/v1/models/{name}:predict",
    "/v1/models/{name}/versions/{version}:predict",
    "/v2/models/{name}/infer",
    "/v2/models/{name}/versions/{version}/infer",
}


def test_every_path_is_described_with_the_names_in_it(loaded: Spec) -> None:
    paths = make_app([loaded], ServeParams()).openapi()["paths"]
    assert PREDICTING | {"/healthz", "/metrics"} <= paths.keys()
    for path, operations in paths.items():
        for operation in operations.values():
            told = {(each["in"], each["name"]) for each in operation.get("parameters", ())}
            assert told == {("path", name) for name in re.findall(r"{(\w+)}", path)}, path
            assert operation["description"]
