# Everything a newcomer types. Needs Python 3.11+ and make; nothing is installed outside .venv and the user's cache.
PYTHON ?= python3
BIN := .venv/bin
PACKAGES := cli city connectors domain indexer ops query schemas settings stack streams

.PHONY: help install bench-install demo test check format clean
help:            ## show this
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

install: .venv/installed  ## make .venv with the locked dependencies and the huiliu command

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 以上 huiliu needs Python 3.11 or newer: make install PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	$(BIN)/pip install --disable-pip-version-check --progress-bar on --require-hashes -r requirements.lock
	$(BIN)/pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

bench-install: .venv-bench/installed  ## make .venv-bench: FEBRL and Splink, for `huiliu bench accuracy`; 0.5 GB

.venv-bench/installed: requirements-bench.lock
	@test -x .venv-bench/bin/pip || $(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip install --disable-pip-version-check --progress-bar on --require-hashes -r requirements-bench.lock
	@touch $@

demo: install    ## the whole journey on real servers, with a live view; Ctrl-C ends it
	$(BIN)/huiliu demo

test: install    ## every test, on real servers that the tests start and end
	$(BIN)/python -m pytest

check: install   ## the inner loop, under a minute: style, types, imports, contracts, schemas, unit tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/huiliu contract check
	HUILIU_FEW_EXAMPLES=1 $(BIN)/python -m pytest -q -n auto --dist worksteal -m "not servers and not journey"

format: install  ## put the code into its one form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:           ## remove .venv, .venv-bench and the caches of the tools (not the data folder)
	rm -rf .venv .venv-bench .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
