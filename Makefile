# Two commands matter: `make run` starts Linli, `make test` runs all tests. Both set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CONSTRAINTS := $(wildcard constraints.txt)
# `make test DATABASE=postgresql` plays all that needs a database on PostgreSQL; with SHARE=8 every eighth of the
# dialogues, PART=3 the fourth of each eight.
DATABASE ?= sqlite
SHARE ?= 1
PART ?= 0
PIP_FLAGS := --disable-pip-version-check --quiet $(if $(CONSTRAINTS),-c $(CONSTRAINTS))

.PHONY: run test check format clean bench lock audit help

help: ## This list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: .make/run ## Set up and start: the web chat on this machine, Telegram if its token is set
	@$(BIN)/linli run

test: .make/dev ## Set up and run all tests
	@$(BIN)/python -m pytest -q -n 2 --dist loadscope --database $(DATABASE) --share $(SHARE) --part $(PART)

check: .make/dev ## Format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports

format: .make/dev ## Put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Names and versions alone: no path and no host, whatever they were installed from.
lock: .make/dev ## Write the versions in use to constraints.txt
	{ echo '# The versions that are tested together ("make lock" writes them).'; \
	  $(BIN)/pip list --disable-pip-version-check --format=freeze --exclude-editable --exclude linli --exclude pip --exclude setuptools; } > constraints.txt

audit: ## Known weaknesses of the pinned versions
	@.ci/audit

clean: ## Remove what was set up (the data folder stays)
	rm -rf $(VENV) .make .ruff_cache .hypothesis

.make/run: pyproject.toml $(CONSTRAINTS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Linli needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make run PYTHON=python3.12")'
	@test -x $(BIN)/python || { echo "Setting up the environment (once, about a minute) ..."; $(PYTHON) -m venv $(VENV); }
	@$(BIN)/pip install $(PIP_FLAGS) -e .
	@mkdir -p .make && touch $@

.make/dev: .make/run
	@$(BIN)/pip install $(PIP_FLAGS) -e '.[dev]'
	@touch $@
