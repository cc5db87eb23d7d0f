# `make` lists what there is. Every target sets up what it needs, in .venv and target, and nothing outside.

PYTHON ?= python3
BIN := .venv/bin
# Folders too, so that a file taken away counts as a change.
RUST := $(shell find src) Cargo.toml Cargo.lock
NEED_CARGO := command -v cargo >/dev/null || { echo "cargo not found: install Rust 1.89 or newer from https://rustup.rs"; exit 1; }
# pyo3 asks this interpreter which Python it builds for; plain `cargo test` does not build pyo3 at all.
export PYO3_PYTHON := $(CURDIR)/$(BIN)/python

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo test test-rust test-python test-notebooks test-full lint format bench notebooks picture wheel clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-15s %s\n", $$1, $$2 }'

setup: .venv/.built ## build the extension into .venv

demo: .venv/.built ## a portfolio of made-to-stock parts, simulated; writes out/
	$(BIN)/maketo demo

test: lint test-rust test-python test-notebooks ## everything: lint, Rust tests, Python tests, notebooks

test-rust: ## the core alone; needs no Python
	@$(NEED_CARGO)
	cargo test

test-python: .venv/.built ## the Python tests
	$(BIN)/pytest -m "not full"

test-notebooks: .venv/.built ## execute the notebooks, change nothing
	$(BIN)/python tools/notebooks.py

test-full: .venv/.built ## the slow cases at full precision as well
	cargo test -- --include-ignored
	$(BIN)/pytest

lint: .venv/.built ## format, clippy with and without Python, ruff, mypy, the stub, the links
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	cargo clippy --all-targets --features python -- -D warnings
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m mypy.stubtest maketo._core
	$(BIN)/python tools/links.py

format: .venv/.dev ## put Rust and Python into the house format
	cargo fmt
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: .venv/.built ## the workloads, each beside its sampling floor
	$(BIN)/maketo bench w1
	$(BIN)/maketo bench w2
	$(BIN)/maketo bench w4 --n 1000
	$(BIN)/maketo bench w5 --n 1000 --t 10000
	$(BIN)/maketo bench w6
	$(BIN)/maketo bench jobshop --n 64 --t 10000 --repeat 3

notebooks: .venv/.built ## execute the notebooks and write their output
	$(BIN)/python tools/notebooks.py --write

picture: .venv/.built ## draw the picture in README again
	$(BIN)/python tools/readme_picture.py

wheel: .venv/.dev ## a wheel for this machine, in dist/
	$(BIN)/maturin build --release --out dist

clean: ## remove all that was built
	rm -rf .venv target build dist out .pytest_cache .mypy_cache .ruff_cache .hypothesis
	rm -f python/maketo/_core*.so python/maketo/_core*.pyd
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps: each step is redone when what it reads has changed.

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "maketo needs Python 3.11 or newer and $(PYTHON) is not; name one: make PYTHON=python3.13"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@touch $@

.venv/.dev: .venv/.python pyproject.toml
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@

.venv/.built: .venv/.dev $(RUST) pyproject.toml
	@$(NEED_CARGO)
	$(BIN)/maturin develop --release
	@touch $@
