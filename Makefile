# make demo    install, evaluate and train the movie example, print one person's page
# make test    install what the tests need and run everything but the slow tests
# make help    the other commands
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: help demo test test-long bench clean

BIN := .venv/bin
BASE := .venv/.installed
TEST := .venv/.installed-test
BENCH := .venv/.installed-bench
MOVIES := examples/movies/movies.py
TAMIS_DATA ?= $(abspath $(wildcard ../shared/data))
ifneq ($(TAMIS_DATA),)
export TAMIS_DATA
endif

help: ## say what each command does
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /make \1\t/' | expand -t 18

demo: $(BASE) ## train the movie example and print one person's page
	$(BIN)/tamis evaluate $(MOVIES) --report build/movies.html
	$(BIN)/tamis train $(MOVIES)
	$(BIN)/tamis recommend $(MOVIES) --user 42

test: $(TEST) ## style, types and all tests but the slow ones
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto --dist loadgroup -m "not slow"

test-long: $(TEST) ## the slow tests only
	$(BIN)/python -m pytest -n auto --dist loadgroup -m slow

bench: $(BENCH) ## speed and quality beside peers; minutes
	@for file in $$(grep -l '^if __name__' benchmarks/*.py); do \
	  module="benchmarks.$$(basename $$file .py)"; \
	  echo "== python -m $$module"; \
	  $(BIN)/python -m "$$module"; \
	done

clean: ## remove what the commands made; .venv stays
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find examples -name '*.tamis' -prune -exec rm -rf {} +
	find src tests benchmarks docs examples scripts -name __pycache__ -prune -exec rm -rf {} +

$(BASE): pyproject.toml constraints.txt scripts/install.sh
	scripts/install.sh
	touch $@

$(TEST): pyproject.toml constraints.txt scripts/install.sh
	scripts/install.sh test
	touch $@ $(BASE)

$(BENCH): pyproject.toml constraints.txt scripts/install.sh
	scripts/install.sh bench
	touch $@ $(BASE)
