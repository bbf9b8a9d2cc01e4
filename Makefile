# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed.stamp
export OPENBLAS_NUM_THREADS ?= 1
export OMP_NUM_THREADS ?= 1

.PHONY: demo test lint run bench pictures fuzz requirements clean

$(INSTALLED): requirements-dev.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

demo: $(INSTALLED)
	$(BIN)/python -m bot demo $(ARGS)

test: lint
	$(BIN)/python -m coverage erase
	$(BIN)/python -m pytest -n 2 --dist loadgroup --cov --cov-report=term:skip-covered --cov-fail-under=85 $(ARGS)

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

run: $(INSTALLED)
	$(BIN)/python -m bot run

bench: $(INSTALLED)
	$(BIN)/python -m benchmarks

# The pictures of the README, drawn by the real bot.
pictures: $(INSTALLED)
	$(BIN)/python -m bot demo --once build/demo
	mkdir -p docs/pictures
	cp build/demo/card.png build/demo/group-phone.png docs/pictures/

# Search for inputs that break a parser: SECONDS for each target, or TARGETS="upload links" only.
SECONDS ?= 120
TARGETS ?= $(shell $(BIN)/python -c "from tests.fuzz.targets import TARGETS; print(*TARGETS)")
fuzz: $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-fuzz.txt
	$(BIN)/python -m tests.fuzz.pages
	for target in $(TARGETS); do $(BIN)/python -m tests.fuzz $$target $(SECONDS) build/fuzz || exit 1; done

requirements:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --no-strip-extras \
	  --extra postgres pyproject.toml -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --no-strip-extras \
	  --extra dev pyproject.toml -o requirements-dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --no-strip-extras \
	  --constraint requirements-dev.txt --extra dev --extra fuzz pyproject.toml -o requirements-fuzz.txt

clean:
	rm -rf $(VENV) .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
