# All commands work on a machine with only Python 3.11 or 3.12 and make.
SHELL := /bin/sh
.DEFAULT_GOAL := help

PYTHON ?= $(firstword $(shell command -v python3) $(shell command -v python3.12) $(shell command -v python3.11) python3)
VENV := .venv
# the number of processes that run tests, each with its own servers; two suit two cores
JOBS ?= 2
BOOTSTRAP := $(PYTHON) -m deploy.local.bootstrap
PIP_COMPILE := CUSTOM_COMPILE_COMMAND="make requirements" $(VENV)/bin/pip-compile --quiet --strip-extras \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --resolver=backtracking

.PHONY: help run test disguises check format messages picture bench requirements clean clean-data

help: ## Show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Start the demo alliance (PORT=8000); Ctrl-C stops it
	@$(BOOTSTRAP) run
	@exec $(VENV)/bin/python -m deploy.local.run

test: ## Run every test with real servers and a real browser (ARGS="-k name", JOBS=0 for one process)
	@$(BOOTSTRAP) test
	@exec $(VENV)/bin/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

disguises: ## Try N rosters in random disguise from SEED (N=2000 SEED=1)
	@$(BOOTSTRAP) test
	@exec $(VENV)/bin/python -m tests.rosters.disguises $(or $(N),2000) $(or $(SEED),1)

check: ## Check formatting, style, types, import contracts and translations
	@$(BOOTSTRAP) check
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/python -m deploy.check_translations

format: ## Format the code and fix what the linter can fix
	@$(BOOTSTRAP) check
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

messages: ## Collect the texts of the source files into the English catalogue
	@$(BOOTSTRAP) check
	@exec $(VENV)/bin/python -m deploy.check_translations --update

picture: ## Draw docs/images/architecture.svg from the import contracts and the packages
	@$(BOOTSTRAP) check
	@exec $(VENV)/bin/python -m deploy.draw_architecture

bench: ## Run the benchmarks and write bench/results.json
	@$(BOOTSTRAP) test
	@exec $(VENV)/bin/python -m bench $(ARGS)

requirements: ## Pin the versions of requirements*.in again (UPGRADE=1 for newer ones)
	@$(BOOTSTRAP) check
	$(PIP_COMPILE) $(if $(UPGRADE),--upgrade) -o requirements.txt requirements.in
	$(PIP_COMPILE) $(if $(UPGRADE),--upgrade) --allow-unsafe -o requirements-demo.txt requirements-demo.in
	$(PIP_COMPILE) $(if $(UPGRADE),--upgrade) -o requirements-node.txt requirements-node.in
	$(PIP_COMPILE) $(if $(UPGRADE),--upgrade) -o requirements-dev.txt requirements-dev.in

clean: ## Remove everything that the other commands built, except the demo's data
	rm -rf $(VENV) node_modules app/static/dist .mypy_cache .ruff_cache .import_linter_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

clean-data: ## Remove the demo's data; the next `make run` starts from scratch
	@$(PYTHON) -m deploy.local.places
