# Two commands do everything on a fresh machine: `make demo` and `make test`.
# `make test` is the gate of every change. `make coverage` says what no test reaches, at nearly three times the
# cost; `make nightly` does that, then searches for as long as a night allows.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed.stamp
DEMO_INSTALLED := $(VENV)/demo.stamp
RUN_INSTALLED := $(VENV)/run.stamp
# The files name every package, so there is nothing to resolve. Python compiles what it uses when it is used first, the
# tests when they are collected: half a minute and 140 MB less than compiling all of it now.
PIP := $(BIN)/python -m pip install --disable-pip-version-check --require-hashes --no-deps --no-compile
export OPENBLAS_NUM_THREADS ?= 1
export OMP_NUM_THREADS ?= 1
# Hundreds of processes are started by a run of the tests: none compiles the product anew.
unexport PYTHONDONTWRITEBYTECODE

# Tests wait for servers, browsers and processes for half of their time: two workers for each of two cores.
WORKERS ?= 4
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder
# A gate gives the same answer for the same commit: the order of the files, the same random numbers. Nights shuffle.
GATE := --randomly-seed=1 --randomly-dont-reorganize

.PHONY: demo test tested coverage nightly lint collect run bench pictures fuzz requirements docs docs-serve clean

# One .venv for all: what the tests install is put on top of what the demo or a running bot has. The pip that came with
# Python may be years old, and then takes more than twice as long for the same packages.
$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tastemap needs Python 3.11 or newer: make PYTHON=python3.13")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) --quiet -r requirements-pip.txt

$(INSTALLED): requirements-dev.txt | $(BIN)/python
	$(PIP) --quiet -r requirements-dev.txt
	touch $(DEMO_INSTALLED) $(RUN_INSTALLED) $@

$(DEMO_INSTALLED): requirements-demo.txt | $(BIN)/python
	@echo "Installing what the demo needs into $(VENV): 60 packages, 450 MB, this once."
	$(PIP) -r requirements-demo.txt
	touch $@

$(RUN_INSTALLED): requirements.txt | $(BIN)/python
	$(PIP) -r requirements.txt
	touch $@

demo: $(DEMO_INSTALLED)
	$(BIN)/python -m bot demo $(ARGS)

# Tests wait for half of their time; the checks of the code take what is left of two cores meanwhile.
test: $(INSTALLED)
	$(MAKE) --no-print-directory --jobs 2 lint tested

# What fails beside three other processes is tried again alone, which tells a fault from a machine that was too busy;
# nights don't forgive.
tested: collect
	$(PYTEST) $(GATE) $(ARGS) || $(BIN)/python -m pytest --last-failed --last-failed-no-failures none $(GATE) $(ARGS)

# Compiled once for all workers.
collect: $(INSTALLED)
	mkdir -p build
	$(BIN)/python -m pytest --collect-only -qq >build/collected.txt 2>&1 || { tail -n 50 build/collected.txt; exit 1; }

coverage: lint collect
	$(BIN)/python -m coverage erase
	$(PYTEST) --cov --cov-report=term:skip-covered --cov-fail-under=85 $(ARGS)

nightly: coverage
	TASTEMAP_NIGHT=1 $(PYTEST) --timeout 7200 $(ARGS)

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	nice $(BIN)/mypy
	nice $(BIN)/lint-imports

run: $(RUN_INSTALLED)
	$(BIN)/python -m bot run

bench: $(INSTALLED)
	$(BIN)/python -m benchmarks

# The pictures of README and tour, drawn by the real bot, in 256 colours to be light.
SCENES := card group charts-profiles quality optimize sound group-result group-blend server-map
PHONE_PICTURES := $(foreach scene,$(filter-out card,$(SCENES)),build/demo/$(scene)-phone.png)
pictures: $(INSTALLED)
	$(BIN)/python -m bot demo --once build/demo $(foreach scene,$(SCENES),--only $(scene))
	$(BIN)/python -m bot analyze sandbox/playlists/late-drive.csv --offline --charts build/demo
	$(BIN)/python -c 'import sys; from pathlib import Path; from PIL import Image; [Image.open(path).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(Path("docs/pictures") / Path(path).name, optimize=True) for path in sys.argv[1:]]' \
	  build/demo/card.png build/demo/poster-feed.png $(PHONE_PICTURES)

# The documentation in build/site; a link that leads nowhere ends it.
docs: $(INSTALLED)
	$(BIN)/zensical build --strict

docs-serve: $(INSTALLED)
	$(BIN)/zensical serve

# Search for inputs that break a parser: SECONDS for each target, or TARGETS="upload links" only.
SECONDS ?= 120
TARGETS ?= $(shell $(BIN)/python -c "from tests.fuzz.targets import TARGETS; print(*TARGETS)")
fuzz: $(INSTALLED)
	$(PIP) --quiet -r requirements-fuzz.txt
	$(BIN)/python -m tests.fuzz.pages
	for target in $(TARGETS); do $(BIN)/python -m tests.fuzz $$target $(SECONDS) build/fuzz || exit 1; done

# Versions agree in all of them, because the tests' file is made first and binds the others. Delete it to look for
# newer versions of everything.
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
  --no-header --no-strip-extras
requirements:
	$(COMPILE) pyproject.toml --extra dev --output-file requirements-dev.txt
	echo pip | $(COMPILE) - --constraint requirements-dev.txt --output-file requirements-pip.txt
	$(COMPILE) pyproject.toml --constraint requirements-dev.txt --extra postgres --output-file requirements.txt
	$(COMPILE) pyproject.toml --constraint requirements-dev.txt --extra demo --output-file requirements-demo.txt
	$(COMPILE) pyproject.toml --constraint requirements-dev.txt --extra dev --extra fuzz --output-file requirements-fuzz.txt

clean:
	rm -rf $(VENV) .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .cache build/site
