# One place for every way to run, test and check. Each target does the set-up it needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Many tests wait for something to happen, so that two share a core.
WORKERS := $(shell expr 2 '*' $$(getconf _NPROCESSORS_ONLN))
COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-header --quiet
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

# All that must hold before a change lands, the quickest first. CI runs `make check` and nothing else.
CHECKS := lint types imports test audit soak
# Where checks leave what CI keeps: the tests' report, and whatever a test wants to be looked at.
export ARTEFACTS ?= $(CURDIR)/artefacts
# The long run's length; two minutes of it are among the checks.
SOAK_MINUTES ?= 20

WORDS := $(BIN)/pybabel --quiet
LANGUAGES := $(wildcard bot/languages/*.po)

.PHONY: help setup run demo test lint types imports audit check bench chaos soak fuzz mutants lock words pictures map clean

help:
	@echo "make run       start the bot (settings from .env or the environment)"
	@echo "make demo      a simulated market in about a minute; needs nothing"
	@echo "make test      every test"
	@echo "make check     all that CI runs: $(CHECKS)"
	@echo "make bench     measure what the docs claim"
	@echo "make chaos     kill, cut and hang everything for some minutes, and count what arrives"
	@echo "make soak      two market weeks in 20 minutes, with faults: what grows, and what gets lost"
	@echo "make audit     look what is known against the dependencies; skipped where nobody answers"
	@echo "make fuzz      feed bytes to everything that reads some from outside, SECONDS=60 a target"
	@echo "make mutants   change the core in each place, and see whether a test notices (15 minutes)"
	@echo "make words     bring the catalogues in bot/languages up to date with what the code says"
	@echo "make pictures  draw the talks that README shows, from what the program says"
	@echo "make map       draw the map in docs/architecture.md from the imports in the code"
	@echo "make lock      compile the requirements locks from pyproject.toml"

setup: $(VENV)/.ready

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "altseason-bot needs Python 3.11 or newer; say which: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { rm -rf $(VENV); echo "venv is missing; on Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.ready: $(BIN)/python requirements.lock
	$(PIP) -r requirements.lock
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.lock
	$(PIP) -r requirements-dev.lock
	@touch $@

run: setup
	$(BIN)/python -m bot run

demo: setup
	$(BIN)/python -m bot demo

test: $(VENV)/.ready-dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --junitxml=$(ARTEFACTS)/tests.xml

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.ready-dev
	$(BIN)/mypy

imports: $(VENV)/.ready-dev
	$(BIN)/lint-imports

audit: $(VENV)/.ready-dev
	$(BIN)/python .ci/audit.py

check: SOAK_MINUTES = 2
check: $(CHECKS)

bench: $(VENV)/.ready-dev
	$(BIN)/python -m benchmarks

chaos: $(VENV)/.ready-dev
	$(BIN)/python -m tests.chaos

soak: $(VENV)/.ready-dev
	$(BIN)/python -m tests.soak --minutes $(SOAK_MINUTES)

fuzz: $(VENV)/.ready-dev
	$(BIN)/python -m tests.fuzz.guided --seconds $(or $(SECONDS),60)

mutants: $(VENV)/.ready-dev
	$(BIN)/python -m tests.mutants

lock: $(VENV)/.ready-dev
	$(COMPILE) --output-file requirements.lock
	$(COMPILE) --extra dev --constraint requirements.lock --output-file requirements-dev.lock

words: $(VENV)/.ready
	@$(WORDS) extract --no-default-keywords -k _ -k N_ -k counted:1,2 --add-location=file \
		--sort-by-file --no-wrap --omit-header -o .words.pot bot handlers
	@for each in $(LANGUAGES); do $(WORDS) update --no-fuzzy-matching --ignore-obsolete --no-wrap \
		--ignore-pot-creation-date -l $$(basename $$each .po) -i .words.pot -o $$each; done
	@rm .words.pot

pictures: $(VENV)/.ready-dev
	$(BIN)/python -m tests.transcripts

map: $(VENV)/.ready-dev
	$(BIN)/python -m tests.import_map

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache artefacts
