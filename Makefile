# make reproduce   the main job: check the data, export it, train and score the baselines
# make test        the whole test suite
# Both set up what they need: a virtual environment in .venv and, for the tests, Debian's chromium.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
CORPORA ?= $(wildcard ../shared/corpora)

.PHONY: reproduce test lint format browser build clean

reproduce: .venv/.base
	$(BIN)/attrib-bench reproduce $(if $(CORPORA),--corpora $(CORPORA))

test: .venv/.test browser
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

build: .venv/.test
	$(BIN)/attrib-bench build $(if $(TEXTS),--texts $(TEXTS))

browser:
	@command -v chromium >/dev/null || { \
	  $$( [ "$$(id -u)" = 0 ] || echo sudo ) apt-get update -qq && \
	  $$( [ "$$(id -u)" = 0 ] || echo sudo ) apt-get install -y -qq --no-install-recommends chromium; }

.venv/.base: pyproject.toml constraints.txt hatch_build.py
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	touch $@

.venv/.test: .venv/.base
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test,dev,data,transformer]'
	touch $@

clean:
	rm -rf .venv build dist
