# Thin: each target sets up what it needs and calls one command.
# Needs Python 3.11 or newer and make; everything else is fetched below this folder.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run test lint lint-python lint-sql format dev serve bench setup browser clean

PYTHON ?= python3
UV_VERSION := 0.13.9
UV := $(or $(shell command -v uv 2>/dev/null),.tools/uv/bin/uv)
BIN := .venv/bin

DEMO := out/demo
LANDING ?= $(DEMO)
# The demo has a home of its own, or its people would be counted with yours.
STATE ?= $(if $(filter $(DEMO),$(LANDING)),out/demo-home,out/home)

export UV_COMPILE_BYTECODE := 1
export FAIRLEAD_SKIP_BROWSER

help:
	@echo "make run              the demo organisation, from extracts to sites"
	@echo "make run LANDING=DIR  your own extracts (STATE=DIR for where to keep the results)"
	@echo "make serve            read the sites in a browser (with the LANDING or STATE of the run)"
	@echo "make dev              Dagster's user interface over the same folders"
	@echo "make test             all tests"
	@echo "make lint             style and types of Python and SQL, architecture, documents"
	@echo "make bench            what each part costs, beside DuckDB alone (BENCH=options)"
	@echo "make clean            remove environments, tools and results"

run: setup
ifeq ($(LANDING),$(DEMO))
	@$(BIN)/fairlead demo --landing $(DEMO)
endif
	@$(BIN)/fairlead run --landing $(LANDING) --home $(STATE)

serve: setup
	@$(BIN)/fairlead serve --home $(STATE)

dev: setup
	@$(BIN)/fairlead dev --landing $(LANDING) --home $(STATE)

# Side by side where there are processors; every whole run takes one and 2 GB.
test: setup browser
	@$(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 --dist loadgroup

lint: setup
	@$(MAKE) --no-print-directory -j 2 lint-python lint-sql

lint-python: setup
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/python -m pytest --durations=0 --durations-min=30 tests/docs

lint-sql: setup
	@$(BIN)/python -m orchestration.warehouse.project
	@$(BIN)/python -m pytest --durations=0 --durations-min=30 tests/architecture
	@$(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models dbt_project/tests

# For example: make bench BENCH="--only load gate --pull-requests 20000"
bench: setup
	@$(BIN)/python -m benchmarks $(BENCH)

format: setup
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

setup: .venv/.complete

# The lock decides every version; an environment that matches it is left alone.
.venv/.complete: pyproject.toml uv.lock | $(UV)
	@echo "Setting up the Python environment (a minute or two the first time)"
	@$(UV) sync --locked --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')"
	@touch $@

.tools/uv/bin/uv:
	@echo "Fetching uv $(UV_VERSION)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Fairlead needs Python 3.11 or newer; call make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action ignore \
		--target .tools/uv "uv==$(UV_VERSION)" 2>.tools-uv.log \
	|| { rm -rf .tools/uv .tools/uv-env \
		&& $(PYTHON) -m venv .tools/uv-env 2>>.tools-uv.log \
		&& .tools/uv-env/bin/pip install --quiet --disable-pip-version-check \
			"uv==$(UV_VERSION)" 2>>.tools-uv.log \
		&& mkdir -p .tools/uv/bin && ln -sf ../../uv-env/bin/uv .tools/uv/bin/uv; } \
	|| { cat .tools-uv.log; rm -f .tools-uv.log; \
		echo "uv could not be installed: install pip or venv for Python, or uv itself"; exit 1; }
	@rm -f .tools-uv.log

# Browser tests use the system's Chromium; where it is missing and may be installed, it is.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null \
	|| command -v google-chrome >/dev/null || [ -n "$$FAIRLEAD_SKIP_BROWSER" ] \
	|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
		&& echo "Installing Chromium for the browser tests" \
		&& apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } \
	|| { echo "The browser tests need Chromium: install it (Debian: apt-get install chromium)"; \
		echo "or leave them out with FAIRLEAD_SKIP_BROWSER=1"; exit 1; }

clean:
	rm -rf .venv .tools out reports/node_modules dbt_project/target
