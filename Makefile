# `make help` lists the targets. On a fresh machine only two are needed: `make demo` and `make test`.
.DEFAULT_GOAL := help
.PHONY: help demo test check surface bench leakbench clean python

PYTHON ?= python3
LEAKBENCH ?= ../shared/leakbench

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

demo: python ## Find the leaks planted in examples/shop (installs into .venv)
	@$(PYTHON) tools/demo.py

test: python ## Build the wheel, test it on every interpreter found, and run the checks
	@$(PYTHON) tools/test.py

check: python ## Lint, format, types, layers, docstrings; C warnings and sanitizers
	@$(PYTHON) tools/check.py

surface: python ## Write down the public surface anew (tests/arch/public_surface.txt)
	@$(PYTHON) tools/demo.py --run tools/surface.py

bench: python ## Compare the heap walker with its peers (BENCH="--objects 200000")
	@$(PYTHON) tools/bench.py $(BENCH)

leakbench: python ## Score `stopper check` on apps with a known truth (LEAKBENCH=folder CASES="--case name")
	@$(PYTHON) tools/leakbench.py --leakbench $(LEAKBENCH) $(CASES)

clean: ## Remove what the targets made
	rm -rf .venv .venv-* .venv.lock build dist src/*.egg-info
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

python:
	@$(PYTHON) -c 'import sys; sys.exit("make PYTHON=python3.N: 3.11 or later is needed, this is " + sys.version \
	  if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "no venv here: apt-get install python3-venv"; exit 1; }
