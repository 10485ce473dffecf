# Both commands set up their own environment, once: a second call installs
# nothing. Python 3.10 to 3.12; PYTHON=python3.12 chooses another.
PYTHON ?= python3
VENV ?= .venv
CONFIG ?= configs/fcc/resnet20_digitslt.py
ARGS ?=
BIN = $(VENV)/bin
STAMP = $(VENV)/.installed

.PHONY: train test lint docs
# A second call begins anew, and keeps what the first one left in earlier/.
# CONFIG is one word, whatever is in it; ARGS are words as in a shell.
train: export RECIPE = $(value CONFIG)
train: $(STAMP)
	$(BIN)/python tools/train.py "$$RECIPE" \
	    $(if $(filter --resume%,$(ARGS)),,--restart) $(ARGS)

test: $(STAMP)
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile $(ARGS)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/bandit -q -c bandit.yml -r mmlt tools configs benchmarks docs setup.py
	$(BIN)/codespell $$(git ls-files '*.py' '*.md' '*.sh' '*.yml')

# The site in site/, from the Markdown files and the docstrings. Builds and
# checks its links without a network once the tools are installed.
docs: $(VENV)/.docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build -q
	$(BIN)/linkchecker --no-status --no-warnings site/index.html
	@echo "Read it: $(BIN)/python -m http.server -d site"

$(VENV)/.docs: $(STAMP)
	$(BIN)/python -m pip install -q --disable-pip-version-check \
	    --no-build-isolation -c constraints.txt -e '.[docs]'
	@touch $@

$(STAMP): setup.py constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; \
	sys.exit(0 if (3, 10) <= v <= (3, 12) else "Expected Python 3.10 to \
	3.12, but got %d.%d. Name another: make $@ PYTHON=python3.11" % v)'
	@echo "Setting up $(VENV): torch is large, this takes some minutes."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check \
	    -U setuptools wheel
	$(BIN)/python -m pip install -q --disable-pip-version-check \
	    --no-build-isolation -c constraints.txt -e '.[dev]'
	$(BIN)/python -m pip install -q --disable-pip-version-check \
	    --no-deps -c constraints.txt onedl-mmdetection imaug
	@touch $@
