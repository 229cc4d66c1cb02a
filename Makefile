# `make demo` makes everything from nothing; `make test` runs all tests. `make help` lists the rest.
PYTHON ?= python3
CORES ?= all
EXTRA ?= cpu
CONFIG ?=
WORKERS ?= 2

BIN := .venv/bin
LOCK := requirements/lock-$(EXTRA).txt
ARGUMENTS := --cores $(CORES) $(if $(CONFIG),--configfile $(CONFIG))

.DEFAULT_GOAL := help
.PHONY: help env demo unlock test test-full lint bench lock clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

env: .venv/installed ## make the environment in .venv (EXTRA=gpu for TensorFlow with CUDA)

.venv/installed: $(LOCK) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
		|| { echo "blastvote needs Python 3.11, 3.12 or 3.13; '$(PYTHON)' is $$($(PYTHON) -V 2>&1). Try: make $(or $(MAKECMDGOALS),env) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: env ## run the whole study on simulated smears and print Tables 1 and 2
	@$(BIN)/blastvote run $(ARGUMENTS)
	@$(BIN)/blastvote summary $(if $(CONFIG),--config $(CONFIG))

unlock: ## after a crash: free the working directory, then go on with the same command as before
	$(BIN)/snakemake $(ARGUMENTS) --unlock

test: env ## run all tests, in WORKERS processes (2)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

test-full: env ## run the tests that take many minutes too: every kill, a real SLURM
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "full or not full"

lint: env ## check style, types and the workflow
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/mypy
	$(BIN)/snakemake --lint

bench: env ## measure speed and memory beside peers (long; see benchmarks/README.md)
	$(BIN)/python -m benchmarks

lock: ## resolve the dependencies anew (needs uv)
	for extra in cpu gpu; do uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
		--no-emit-index-url --extra $$extra --extra workflow --extra dev --extra export --custom-compile-command "make lock" \
		pyproject.toml -o requirements/lock-$$extra.txt; done
	$(PYTHON) envs/write_pins.py

clean: ## remove the results and caches (keeps .venv)
	rm -rf results .snakemake .pytest_cache .ruff_cache .mypy_cache .hypothesis
