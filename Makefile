# Everything a person does with a checkout. Needs GNU make and Python 3.11 or newer; the rest is set up in .venv.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

# A stamp carries the sum of what it was made from, so that a changed lock is installed and an unchanged one costs nothing.
RUN_STAMP := $(VENV)/.ready-run-$(shell cat requirements.lock pyproject.toml | cksum | tr ' ' '-')
DEV_STAMP := $(VENV)/.ready-dev-$(shell cat requirements-dev.lock requirements.lock pyproject.toml | cksum | tr ' ' '-')

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench lock
.DELETE_ON_ERROR:

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(DEV_STAMP) ## everything that run and test need, in .venv

run: $(RUN_STAMP) ## the demo: database, recorded town, web and worker on this machine (Ctrl-C ends it)
	@$(BIN)/otklik demo $(ARGS)

test: check ## linters, types, layers, then every test; ARGS="-k name" narrows the tests
	@$(BIN)/python -m pytest -n 3 --dist loadgroup --no-loadscope-reorder $(ARGS)

check: $(DEV_STAMP) ## linters, types and layers without the tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

bench: $(DEV_STAMP) ## the benchmarks of bench/, one after another
	@set -e; for file in $$(grep -l '__main__' bench/*.py); do \
	  name=$$(basename $$file .py); echo "== bench.$$name"; $(BIN)/python -m bench.$$name; \
	done

lock: $(DEV_STAMP) ## both lock files anew from pyproject.toml, kept versions first (ARGS=--upgrade for the newest)
	$(UV) $(ARGS) pyproject.toml -o requirements.lock
	$(UV) $(ARGS) --extra dev pyproject.toml -o requirements-dev.lock

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Otklik needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1)." >&2; \
	  echo "Install one and name it: make PYTHON=python3.11 …" >&2; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version)" >&2
	@$(PYTHON) -m venv $(VENV) || { \
	  rm -rf $(VENV); echo "Python cannot make a virtual environment here; on Debian: apt-get install python3-venv" >&2; exit 1; }

$(RUN_STAMP): | $(BIN)/python
	@echo "Installing what the service needs (a minute or two, once)" >&2
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.ready-* && touch $@

$(DEV_STAMP): | $(BIN)/python
	@echo "Installing what the service and its tests need (a minute or two, once)" >&2
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.ready-* && touch $(RUN_STAMP) $@
