# Two commands do the work on a bare machine with Python 3.11 or later:
#   make run    environment if missing, build, publish; prints where the site is
#   make test   environment if missing, the whole test suite
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Prefect and its parts ask nobody outside this machine.
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false

.PHONY: run test check bench lock docs clean

run: $(VENV)/.run
	$(BIN)/python -m flows

test: $(VENV)/.dev
	$(BIN)/python -m pytest

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint --disable-progress-bar src/assetmap/sql
	$(BIN)/python tools/make_data_dictionary.py --check

bench: $(VENV)/.dev
	$(BIN)/python bench/bench_run.py
	$(BIN)/python bench/bench_spatial.py
	$(BIN)/python bench/bench_audit.py

docs: $(VENV)/.dev
	$(BIN)/python tools/make_data_dictionary.py

# The lock files hold hashes and name no host. The build backend is locked with the rest, so
# that the project itself installs without asking for anything.
lock:
	echo "setuptools>=80" > $(VENV)/build.in
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --no-annotate pyproject.toml $(VENV)/build.in -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --no-annotate --extra dev -c requirements.lock pyproject.toml \
	  $(VENV)/build.in -o requirements-dev.lock

$(VENV)/.run: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	$(PIP) install --require-hashes -r requirements-dev.lock
	touch $@

clean:
	rm -rf $(VENV) .prefect data/builds data/processed data/editions maps data/processed.pointer maps.pointer
