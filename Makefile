# `make demo` and `make test` do everything from a bare python3 with pip; a second call installs nothing.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Where pip finds PyTorch's CPU wheels, if your package index does not have them: make test TORCH_INDEX=<url>
TORCH_INDEX ?=
WORKERS ?= 2

.PHONY: help setup demo test slow interop lint format clean
help:     ## this list
	@grep -hE '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 12

setup: $(VENV)/installed  ## a virtual environment with everything, versions held by constraints.txt

demo: setup  ## train a small model by GRPO with verifiable rewards and show that it got better
	@OMP_WAIT_POLICY=passive $(BIN)/assay demo $(ARGS)

test: setup  ## the default test suite
	@OMP_WAIT_POLICY=passive OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1 $(BIN)/python -m pytest -n $(WORKERS) -m "not slow and not gpu and not interop" $(ARGS)

slow: setup  ## the long tests: stress, leaks, every data set
	@OMP_WAIT_POLICY=passive OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1 $(BIN)/python -m pytest -m "slow" $(ARGS)

lint: setup  ## style and types
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy

format: setup  ## put the code in shape
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

clean:  ## remove the virtual environment and what the tools left
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist

# Torch first and apart: on a machine without an NVIDIA driver its CPU build is asked for by name, so that no CUDA libraries
# are fetched; where the index has no such build, the pinned version is taken as the index has it.
$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	@version=$$(sed -n 's/^torch==//p' constraints.txt); \
	pip="$(BIN)/python -m pip --disable-pip-version-check install -q $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))"; \
	if $(BIN)/python -c "import torch" 2>/dev/null; then :; \
	elif [ -e /proc/driver/nvidia/version ] || nvidia-smi >/dev/null 2>&1; then $$pip "torch==$$version"; \
	else $$pip "torch==$$version+cpu" 2>/dev/null || { \
	  echo "No CPU build of torch $$version in your package index; taking the default build, which brings CUDA libraries."; \
	  echo "To avoid that: make TORCH_INDEX=<url of PyTorch's CPU wheels> ..."; $$pip "torch==$$version"; }; fi
	$(BIN)/python -m pip --disable-pip-version-check install -q -c constraints.txt -e ".[dev]"
	@touch $@
