# Every command of the project. `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
UV := .venv/bin/uv
UV_VERSION := 0.13.9
BIN := .venv/bin
READY := .venv/.ready
COMPILE := $(UV) pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock" --quiet

.PHONY: help
help:  ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

$(BIN)/uv:
	@echo "environment 1/3: creating .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(READY): $(BIN)/uv requirements-dev.txt pyproject.toml
	@echo "environment 2/3: installing and compiling the locked packages (1.3 GB the first time)"
	@$(UV) pip sync --compile-bytecode --require-hashes requirements-dev.txt
	@echo "environment 3/3: linking breakwater"
	@$(UV) pip install --quiet uv==$(UV_VERSION)
	@$(UV) pip install --quiet --no-deps --editable .
	@touch $@

.PHONY: environment
environment: $(READY)  ## make .venv with every package of the lock

.PHONY: demo
demo: $(READY)  ## simulate 42 days, close them, leave Airflow running
	$(BIN)/breakwater demo run

.PHONY: stop
stop:  ## end everything that `make demo` left running
	@if [ -x $(BIN)/breakwater ]; then $(BIN)/breakwater demo stop; else echo "nothing is running"; fi

.PHONY: check
check: $(READY)  ## lint, format, types, import rules, configuration, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/breakwater check
	$(BIN)/breakwater schemas --check

.PHONY: test
test: check  ## everything `check` does, then the whole test suite
	$(BIN)/pytest

# Starting Spark counts to the first test: on a machine that has other work it takes minutes.
.PHONY: test-spark
test-spark: $(READY)  ## the same models on Spark, two executors on this machine; needs Java 17
	@java -version 2>&1 | head -1
	$(UV) pip install --compile-bytecode --require-hashes --requirement requirements-spark.txt
	$(BIN)/pytest --numprocesses=0 --timeout=1800 tests/spark tests/engine/test_engines.py

.PHONY: fuzz
fuzz: $(READY)  ## try damaged files of every format, a minute each
	BREAKWATER_FUZZ_SECONDS=60 $(BIN)/pytest tests/landing/test_fuzz_readers.py

MUTATION := .local/mutation
.PHONY: mutate
mutate: $(READY)  ## change calendar, rules and models word by word: which changes does no test notice?
	rm -rf $(MUTATION) && mkdir -p $(MUTATION)
	cp -r include $(MUTATION)/src && cp -r tests pyproject.toml $(MUTATION)
	left=0; (cd $(MUTATION) && $(CURDIR)/$(BIN)/python tests/mutate_python.py) || left=1; \
		$(BIN)/python tests/mutate_models.py || left=1; exit $$left

.PHONY: bench
bench: $(READY)  ## run the benchmarks; product and peers in one run
	$(BIN)/python bench/run.py

.PHONY: lock
lock: $(BIN)/uv  ## resolve the packages anew and export requirements*.txt
	$(COMPILE) --extra embedded --extra server --output-file requirements.txt
	$(COMPILE) --extra embedded --extra server --group dev --output-file requirements-dev.txt
	$(COMPILE) --extra embedded --extra server --extra spark --constraint requirements-dev.txt \
		--output-file requirements-spark.txt
