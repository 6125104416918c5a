# The commands of the README; each sets up what it needs. `make` alone lists them.
PYTHON ?= python3.11
BIN := .venv/bin
UV := $(or $(shell command -v uv),.uv/bin/uv)
LOCK ?= requirements.lock
TASK ?= digits
export UV_PYTHON_DOWNLOADS := never

help: ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: $(BIN)/convoy ## Take a task from its data to a registered model; TASK=keypoints for another
	PATH="$(CURDIR)/$(BIN):$$PATH" convoy run $(TASK)

test: $(BIN)/convoy ## Run all the tests that need no GPU
	PATH="$(CURDIR)/$(BIN):$$PATH" pytest -m "not gpu" --numprocesses=2 \
		--dist=loadfile --no-loadscope-reorder --durations=15

check: $(BIN)/convoy ## Lint, check the formatting, the types and who imports whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

setup: $(BIN)/convoy ## Install convoy into .venv; LOCK=requirements-gpu.lock adds CUDA

lock: .uv/bin/uv ## Resolve the dependencies anew
	$(UV) lock --upgrade
	$(UV) export --frozen --all-groups --no-emit-project --no-annotate --quiet -o requirements.lock
	$(UV) export --frozen --all-groups --extra gpu --no-emit-project --no-annotate --quiet -o requirements-gpu.lock

$(BIN)/convoy: $(LOCK) pyproject.toml | $(UV)
	$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
	$(UV) pip sync --python .venv --quiet --require-hashes --compile-bytecode $(LOCK)
	$(UV) pip install --python .venv --quiet --no-deps --no-build-isolation --editable .
	touch $@

.uv/bin/uv:
	$(PYTHON) -m venv .uv
	.uv/bin/pip install --quiet uv

.PHONY: help run test check setup lock
