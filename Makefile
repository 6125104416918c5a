# The commands of the README; each sets up what it needs. `make` alone lists them.
# PYTHON=python3.12 takes another Python than the newest that fits, FETCH=yes lets uv download one.
BIN := .venv/bin
UV := $(or $(shell command -v uv),.uv/bin/uv)
CHOSEN := $(shell cat .venv/chosen 2>/dev/null)
LOCK ?= $(or $(EXTRAS:%=requirements-%.lock),$(CHOSEN),requirements.lock)
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --custom-compile-command "make lock"
TASK ?= digits
export PYTHON FETCH
export UV_PYTHON_DOWNLOADS := $(if $(FETCH),automatic,never)

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

setup: $(BIN)/convoy ## Install convoy into .venv; EXTRAS=pretrained adds ImageNet weights, EXTRAS=gpu CUDA

lock: $(UV) ## Lock what pyproject.toml names; versions stay, but for UPGRADE="--upgrade-package mlflow"
	$(COMPILE) $(UPGRADE) --group dev -o requirements.lock pyproject.toml
	set -e; for extra in gpu pretrained; do $(COMPILE) --group dev --extra $$extra \
		--constraint requirements.lock -o requirements-$$extra.lock pyproject.toml; done

# what was chosen stays, until EXTRAS or LOCK choose something else
$(BIN)/convoy: $(LOCK) pyproject.toml machine.sh $(if $(filter-out $(CHOSEN),$(LOCK))$(filter-out $(LOCK),$(CHOSEN)),choose)
	@python=$$(sh machine.sh) && $(MAKE) --silent $(UV) && \
		$(UV) venv --quiet --allow-existing --python "$$python" .venv
	$(UV) pip sync --python .venv --quiet --require-hashes --compile-bytecode $(LOCK)
	$(UV) pip install --python .venv --quiet --no-deps --no-build-isolation --editable .
	echo $(LOCK) > .venv/chosen
	touch $@

.uv/bin/uv:
	python3 -m venv .uv
	.uv/bin/pip install --quiet uv

.PHONY: help run test check setup lock choose
