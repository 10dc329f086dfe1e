# Two commands do everything on a fresh machine: `make run` and `make test`.
# They need Python 3.11 or later and a C++ compiler (hnswlib is built from source).

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: run test lint types bench clean

run: $(VENV)/.run-installed
	$(BIN)/streamlit run app.py

test: lint types
	$(BIN)/python -m pytest

lint: $(VENV)/.test-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.test-installed
	$(BIN)/mypy

bench: $(VENV)/.test-installed
	$(BIN)/python -m pytest tests/benchmarks -o addopts="" -o python_files="bench_*.py" --benchmark-columns=min,median,max,rounds

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "ProcMem needs Python 3.11 or later; set PYTHON=/path/to/python3."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run-installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing ProcMem into $(VENV); this takes a few minutes once."
	$(PIP_INSTALL) --editable .
	@touch $@

$(VENV)/.test-installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing ProcMem and its test tools into $(VENV); this takes a few minutes once."
	$(PIP_INSTALL) --editable ".[dev]"
	@touch $@ $(VENV)/.run-installed
