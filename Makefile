# Footnote: `make run` and `make test` need nothing but Python 3.11 or newer and a package index.
PYTHON ?= python3
PORT ?= 7860
DEMO_PORT ?= 7870
VENV := .venv
BIN := $(VENV)/bin
# PyPI's Linux builds of torch bring several GB of CUDA. The "+cpu" build is taken wherever pip can
# find one; to point pip at one, see "A light install" in the README.
TORCH ?= 2.13.0
PIP := $(BIN)/python -m pip install --disable-pip-version-check -q
SOURCES := pyproject.toml constraints.txt

.PHONY: run demo fragments test check widget bench eval gate release train train-cross-encoder train-safety clean
.DELETE_ON_ERROR:

run: $(VENV)/.run
	$(BIN)/footnote ingest
	$(BIN)/footnote serve --port $(PORT)

# A small blog on a port of its own that embeds the chat by its one line.
demo: $(VENV)/.run
	$(BIN)/footnote demo --port $(PORT) --blog-port $(DEMO_PORT)

# How many of the demo blog's sentences a browser finds and highlights when a citation is followed.
fragments: $(VENV)/.test
	$(BIN)/python tests/support/fragments.py

# In two processes, a file's tests in one of them. Browser tests apart: see tests/conftest.py. In order of the folders:
# sorted by the number of tests, files with few slow ones would be left for the end, and for one process.
TEST = $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
test: $(VENV)/.test
	$(TEST)
	$(TEST) -m browser

check: $(VENV)/.check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/deptry .
	$(BIN)/pydoclint --quiet bot/pipeline.py bot/types.py bot/langchain.py ingest/sync.py
	$(BIN)/codespell *.md Makefile pyproject.toml ui.py docs bot footnote ingest tests

# What the server sends of the widget, from what is read of it (bot/server/widget/minify.py).
widget: $(VENV)/.check
	$(BIN)/python -m bot.server.widget.minify

bench: $(VENV)/.bench
	$(BIN)/footnote bench

eval: $(VENV)/.run
	$(BIN)/footnote eval

# Fails if a figure fell through its floor (data/eval/baseline.json). After a change for the better:
# `footnote eval --pin`.
gate: $(VENV)/.run
	$(BIN)/footnote eval --gate

# Trains the weights anew from data/train: `make train` the sentence network, `make train-cross-encoder` the
# cross-encoder and its calibration, `make train-safety` the urgent-message classifier.
train: $(VENV)/.train
	$(BIN)/python -m bot.train.sentence_net

# ALSO: folders of question sets outside this repository (corpus.jsonl, queries.jsonl, qrels.tsv). COLLECTION: a folder of
# public question sets. docs/reader.md says which of both the weights in the package were trained with.
train-cross-encoder: $(VENV)/.train
	@test -n "$(ALSO)$(COLLECTION)" || echo "Training on data/train/reading alone. COLLECTION=DIR and ALSO='DIR DIR' name folders of public question sets."
	$(BIN)/python -m bot.train.cross_encoder $(if $(COLLECTION),--collection $(COLLECTION)) $(if $(ALSO),--also $(ALSO))
	$(BIN)/python -m bot.train.calibrate

train-safety: $(VENV)/.train
	$(BIN)/python -m bot.train.safety_classifier

# Wheel, sdist and Space folder in dist/, checked; and the container, where a program that makes one works. It sets no
# version and no tag. BUILD_ARGS: for the container, such as BUILD_ARGS="--build-arg PIP_EXTRA_INDEX_URL=...".
CONTAINER ?= docker podman
BUILD_ARGS ?=
release: $(VENV)/.check
	rm -rf dist
	$(BIN)/python -m hatchling build --directory dist
	$(BIN)/python tests/support/release.py dist
	$(BIN)/python -m bot deploy space dist/space --wheel "$$(ls dist/*.whl)"
	@for tool in $(CONTAINER); do \
	  if $$tool info >/dev/null 2>&1; then \
	    $$tool build $(BUILD_ARGS) --tag footnote . && echo "Container: footnote, made with $$tool." && exit; \
	    echo "Container: $$tool could not make it. CONTAINER= leaves it out."; exit 1; \
	  fi; \
	done; echo "Container: not made. Looked for a program that works: $(or $(CONTAINER),none)."
	@ls -d dist/*

clean:
	rm -rf $(VENV) data/index data/demo-index dist

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Footnote needs Python 3.11 or newer; set PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.torch: $(VENV)/.made
	@echo "Installing torch $(TORCH): its CPU build if there is one for pip here, else the default build."
	@$(PIP) "torch==$(TORCH)+cpu" 2>/dev/null || $(PIP) "torch==$(TORCH)"
	@touch $@

$(VENV)/.run: $(VENV)/.torch $(SOURCES)
	@echo "Installing Footnote; the first time takes a minute or two."
	@$(PIP) -c constraints.txt -e .
	@touch $@

$(VENV)/.bench: $(VENV)/.torch $(SOURCES)
	@$(PIP) -c constraints.txt -e '.[bench]'
	@touch $@ $(VENV)/.run

$(VENV)/.train: $(VENV)/.torch $(SOURCES)
	@$(PIP) -c constraints.txt -e '.[train]'
	@touch $@ $(VENV)/.run

$(VENV)/.test: $(VENV)/.torch $(SOURCES)
	@$(PIP) -c constraints.txt -e '.[test]'
	@touch $@ $(VENV)/.run

$(VENV)/.check: $(VENV)/.torch $(SOURCES)
	@$(PIP) -c constraints.txt -e '.[test,dev]'
	@touch $@ $(VENV)/.run $(VENV)/.test
