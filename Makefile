# Two commands do everything: `make run` and `make test`. Each sets up .venv first, if need be.
#
#   make run            open the app                make check   the fast tests, for the inner loop
#   make test           all tests                   make bench   timings, side by side
#                                                  make layers  which layer stops what
#
# PYTHON=python3.12 chooses another interpreter. On Linux without a GPU,
# TORCH_INDEX=<the CPU index URL that pytorch.org shows under "Get Started"> saves gigabytes.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Extra memory of what is installed: setup runs again when one of these files changes.
READY := $(VENV)/.ready
TEST_READY := $(VENV)/.ready-test
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
WORKERS ?= 2

.PHONY: run test check bench layers lint clean

run: $(READY)
	@$(BIN)/tutor $(ARGS)

test: $(TEST_READY) lint
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

check: $(TEST_READY)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -m "not slow" -q $(ARGS)

bench: $(TEST_READY)
	$(BIN)/python -m benchmarks $(ARGS)

# Each layer of the sandbox left out in turn, in a place that may be harmed: which stops what. As root.
layers: $(TEST_READY)
	$(BIN)/python -m benchmarks layers

lint: $(TEST_READY)
	$(BIN)/ruff format --check tutor tests benchmarks
	$(BIN)/ruff check tutor tests benchmarks
	$(BIN)/mypy tutor
	$(BIN)/lint-imports

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv $(VENV)

$(READY): $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Setting up (PyTorch is large; the first time takes some minutes) ..."
	$(if $(TORCH_INDEX),$(PIP) install -c constraints.txt --index-url $(TORCH_INDEX) torch)
	$(PIP) install -c constraints.txt -e .
	@touch $@

$(TEST_READY): $(READY)
	$(PIP) install -c constraints.txt -e '.[test]'
	@touch $@

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
