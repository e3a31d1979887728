# One place for what people and CI run. `make help` lists it.
PYTHON ?= python3
VENV   ?= .venv
EXTRAS ?= dev,docs,eval,hf,milvus,ray
INDEX  ?= .nutgraf
SEEDS  := .nutgraf-seeds
PATHS  ?= seeds
Q      ?= What did China agree to on sanctions?
export Q
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock

.DEFAULT_GOAL := help
.PHONY: help ask index serve test test-slow check format docs pictures container bench bench-quick linear lock clean

help: ## List these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "nutgraf needs Python 3.11 or newer; found " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(BIN)/python pyproject.toml requirements.lock
	@echo "setting up $(VENV) ..." >&2
	@$(PIP) --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "installing the extras $(EXTRAS) ..." >&2
	@$(PIP) --editable '.[$(EXTRAS)]'
	@touch $@

ask: $(VENV)/.installed ## Answer a question from seeds/: make ask Q="What did China agree to on sanctions?"
	@$(BIN)/nutgraf index seeds --index $(SEEDS) > /dev/null
	@$(BIN)/ask --index $(SEEDS) -- "$$Q" || [ $$? -eq 1 ]  # not answered is no failure of make

index: $(VENV)/.installed ## Index articles: make index PATHS="articles/ archive.jsonl.gz"
	@$(BIN)/nutgraf index $(PATHS) --index $(INDEX)

serve: $(VENV)/.installed ## Answer over HTTP on this machine: make serve INDEX=.nutgraf
	@$(BIN)/nutgraf serve --index $(INDEX)

check: $(VENV)/.installed-dev ## Formatting, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy examples/*.py
	$(BIN)/pytest -q tests/unit/test_architecture.py

# `check` has run the architecture's tests; in the order of their folders the longest files come first
test: check ## All tests but those of `test-slow`, after `check`
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --ignore tests/unit/test_architecture.py

test-slow: $(VENV)/.installed-dev ## The tests that take minutes each: int8 models against float32 ones, pipx, uvx
	$(BIN)/pytest -m slow

format: $(VENV)/.installed-dev ## Rewrite the code as `check` wants it
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(VENV)/.installed-dev ## Write the docs' made parts (help, docstrings), and all of them as a site to build/site
	$(BIN)/python -m benchmarks.help
	$(BIN)/python -m benchmarks.reference
	$(BIN)/python -m benchmarks.tutorial
	$(BIN)/python -m benchmarks.site

pictures: $(VENV)/.installed-dev ## Make the README's pictures anew, from real runs on seeds/ (needs chromium)
	$(BIN)/python -m benchmarks.pictures

container: ## Build the container's image and try it, with docker, podman, or buildah in a chroot (minutes)
	.ci/container

bench: $(VENV)/.installed-dev ## Measure what the README shows (needs $$NUTGRAF_DATA, see docs/data.md; some hours; PEERS=Python of benchmarks/peers)
	$(BIN)/python -m benchmarks $(if $(PEERS),--peers $(PEERS))

bench-quick: $(VENV)/.installed-dev ## The same on small samples, some minutes: shows that every command of `bench` works
	$(BIN)/python -m benchmarks --quick

linear: $(VENV)/.installed-dev ## Measure how the time of each stage grows with the text, on 4 MB of some 30 kinds
	$(BIN)/python -m benchmarks.linear

lock: $(VENV)/.installed-dev ## Pin the newest releases that pyproject.toml allows
	$(BIN)/python -m pip install --quiet uv
	echo 'torch==2.13.0' | $(BIN)/uv pip compile pyproject.toml --extra dev --extra docs --extra eval --extra hf --extra milvus --extra ray --universal \
	  --python-version 3.11 --constraint /dev/stdin --no-header --no-annotate --upgrade --output-file requirements.lock

clean: ## Remove the virtual environment, the index of the seeds, and what was built
	rm -rf $(VENV) $(SEEDS) build
