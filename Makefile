# `make help` lists the targets. On a fresh machine only two are needed: `make demo` and `make test`.
.DEFAULT_GOAL := help
.PHONY: help demo test check bench leakbench clean

PYTHON ?= python3
VENV := .venv
LEAKBENCH ?= ../shared/leakbench
SOURCES := pyproject.toml $(wildcard setup.py) $(shell find src csrc -type f \( -name '*.py' -o -name '*.pyi' -o -name '*.json' -o -name '*.[ch]' \) 2>/dev/null)
DEMO_NEEDS := examples/shop/requirements.txt

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.installed ## Find the leaks planted in examples/shop (makes .venv)
	@$(PYTHON) tools/demo.py $(VENV)

test: ## Build the wheel, test it on every interpreter found, and run the checks
	@$(PYTHON) tools/test.py

check: ## Lint, format, types, layers, docstrings; C warnings and sanitizers
	@$(PYTHON) tools/check.py

bench: ## Compare the heap walker with its peers
	@$(PYTHON) tools/bench.py

leakbench: ## Score `stopper check` against apps with a known truth (LEAKBENCH=folder)
	@$(PYTHON) tools/leakbench.py --leakbench $(LEAKBENCH) $(LEAKBENCH_ARGS)

clean: ## Remove what the targets made
	rm -rf .venv .venv-test .venv-leakbench build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests tools csrc -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf src/*.egg-info

$(VENV)/.installed: $(SOURCES) $(wildcard $(DEMO_NEEDS))
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV) || { echo "no venv: install Debian's python3-venv"; exit 1; }
	@$(VENV)/bin/python -m pip install -qq --disable-pip-version-check . $(if $(wildcard $(DEMO_NEEDS)),-r $(DEMO_NEEDS))
	@touch $@
