# Every command of the project. Each works from a fresh clone, as root or as an ordinary user, and may be repeated.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXAM := ../shared/exam
MAJORS ?= 14 15 16 17 18
WORKERS ?= auto
EXAMPLES ?= 5000
SECONDS ?= 600

.PHONY: help setup demo test test-deps test-matrix fuzz hunt faults e2e lint exam bench docs clean

help:
	@echo "make setup        a virtual environment with Telamon in it: $(BIN)/telamon"
	@echo "make demo         edit a schema of 98 tables; diff, prove, seal, validate and apply the change"
	@echo "make test         all tests, on every PostgreSQL that is here"
	@echo "make test-matrix  the schema cases on PostgreSQL $(MAJORS)"
	@echo "make faults       interrupt apply at every moment, in every way; crowds; long transactions (half an hour)"
	@echo "make e2e          examples/crm with roles, PgBouncer, seeds and a service; a column comes and goes under traffic"
	@echo "make fuzz         random schemas, other ones each time; EXAMPLES=5000 in each of 8 shards"
	@echo "make hunt         random DDL on the schemas of the cases and of the corpora, if they are there; SECONDS=600"
	@echo "make lint         ruff, mypy, import-linter"
	@echo "make bench        the measurements, as ratios"
	@echo "make docs         the documentation as a site, in out/site"
	@echo "make exam         the schema corpora beside the project, if they are there"
	@echo "make clean        delete what these commands made here"

setup: $(VENV)/.setup

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.setup: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[sqlalchemy,seed]'
	@touch $@

$(VENV)/.test: pyproject.toml | $(VENV)/.setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

demo: setup
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/crm/demo.sh

test: $(VENV)/.test test-deps
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -rfEs

test-deps:
	@sh tests/install-debian.sh

test-matrix: $(VENV)/.test
	@$(BIN)/python tests/matrix.py $(MAJORS)

faults: $(VENV)/.test
	TELAMON_FAULTS=all $(BIN)/python -m pytest tests/faults -rfEs

e2e: $(VENV)/.test test-deps
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python examples/crm/e2e.py

fuzz: $(VENV)/.test
	TELAMON_EXAMPLES=$(EXAMPLES) TELAMON_SEED=$${TELAMON_SEED:-$$(date +%s)} $(BIN)/python -m pytest -n $(WORKERS) -q tests/property

hunt: $(VENV)/.test
	$(BIN)/python -m tests.property.hunt tests/cases $(wildcard $(EXAM)/corpora) --seconds $(SECONDS)

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

exam: $(VENV)/.test
	@sh tests/exam/run.sh $(EXAM)

bench: $(VENV)/.test
	@for measurement in startup hash diff replay apply fleet seed; do $(BIN)/python bench/$$measurement.py || exit 1; done

docs: $(VENV)/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	$(BIN)/python -m tests.docs.reference
	NO_MKDOCS_2_WARNING=true $(BIN)/mkdocs build --strict --quiet
	@echo "out/site/index.html"

clean:
	rm -rf $(VENV) out .servers build dist .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
