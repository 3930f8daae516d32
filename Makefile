# make install   everything that users and tests need, in .venv, with the default models
# make demo      ingest the sample corpus and ask it three questions
# make test      all tests, in a browser too, which is installed where there is none
# make check     style, types, architecture, the wheel

PYTHON ?= $(shell command -v python3.11 || command -v python3)
# The CPU build, where the index offers one; for a GPU: make install TORCH=torch EXTRA=gpu
TORCH ?= torch==2.13.0
EXTRA ?= cpu

BIN := .venv/bin
INSTALLED := .venv/.installed
DEMO := .demo

.PHONY: install demo test check clean

install: $(INSTALLED)

$(INSTALLED): pyproject.toml setup.py constraints.txt data/models.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(TORCH)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$(EXTRA),formats,dev]'
	$(BIN)/memctx models pull
	touch $@

demo: install
	@rm -rf $(DEMO)
	$(BIN)/memctx ingest data/sample/documents --memory $(DEMO)
	@$(BIN)/python -m memctx.benchmarks.demo $(DEMO)

test: install
	@$(BIN)/python tests/browser.py
	HF_HUB_OFFLINE=1 $(BIN)/python -m pytest

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/smoke_wheel.py

clean:
	rm -rf .venv $(DEMO) build dist *.egg-info
