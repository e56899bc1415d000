# chapterkit: everything runs in .venv, which the first command makes.

PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
CHAPTERKIT := $(BIN)/chapterkit

EDITION :=
OF_EDITION := $(if $(EDITION),.$(EDITION))

MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help
.PHONY: help setup book preview test attacks faults fuzz coverage check golden schemas script-tables reference-docx rules templates-page docs lock dist release audit bench clean
.DELETE_ON_ERROR:
.PRECIOUS: build/chapter%$(OF_EDITION).built

help: ## Show this help
	@grep -hE '^[a-z%0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | \
	  while IFS="$$(printf '\t')" read -r target text; do printf '  make %-10s %s\n' "$$target" "$$text"; done

# --- set up

INSTALLED := .venv/.installed

setup: $(INSTALLED) ## Make .venv with all dependencies, pinned and hashed

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'chapterkit needs Python 3.11 or newer; say which: make PYTHON=python3.12 $(MAKECMDGOALS)' >&2; exit 2; }
	@echo 'Setting up .venv (once) ...'
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@$(BIN)/python -m compileall -q src
	@touch $@

# --- chapters: `make chapterN` for every chapter that book.yaml lists, EDITION=NAME for an edition

BUILD := $(CHAPTERKIT) build $(if $(EDITION),--edition $(EDITION))

MANUSCRIPT := $(wildcard book/. book/* book/exhibits/* experiments experiments/* templates templates/* \
  templates/*/* templates/*/*/* refs.bib)
CODE := $(shell find src/chapterkit -type f ! -name '*.pyc')

-include $(wildcard build/chapter*.mk build/book*.mk)

chapter%: build/chapter%$(OF_EDITION).built ## Check chapter N and write it as HTML, EPUB, PDF and DOCX (make chapter7, make chapter7 EDITION=zh-Hant-TW)
	@:

build/chapter%$(OF_EDITION).built: $(MANUSCRIPT) $(CODE) $(INSTALLED)
	@$(BUILD) $* --depfile build/chapter$*$(OF_EDITION).mk
	@rm -f $@ && touch $@

book: build/book$(OF_EDITION).built ## Check all chapters and write them as one book
	@:

build/book$(OF_EDITION).built: $(MANUSCRIPT) $(CODE) $(INSTALLED)
	@$(BUILD) --book --depfile build/book$(OF_EDITION).mk
	@rm -f $@ && touch $@

preview: $(INSTALLED) ## Show the book in a browser, and follow it as it changes
	@$(CHAPTERKIT) preview --open

# --- quality

test: $(INSTALLED) ## Run every test, or those of RULE=name alone; those that need a missing system package say so
	@$(BIN)/python -m pytest -rs $(if $(RULE),tests/test_rules.py -k '[$(RULE)')

attacks: $(INSTALLED) ## Try every attack, or ATTACKS=0/3 of them (make test: one in eight); print hostile trees for a minute
	@CHAPTERKIT_ATTACKS=$(or $(ATTACKS),all) CHAPTERKIT_ATTACK_SECONDS=60 $(BIN)/python -m pytest --dist worksteal tests/test_attacks.py tests/test_attack_trees.py

faults: $(INSTALLED) ## Kill builds, verifications and mendings 200 times at any moment, and fill disks
	@CHAPTERKIT_KILLS=200 $(BIN)/python -m pytest -rs -n 0 tests/faults

FUZZING := build/fuzzing/engine

$(FUZZING): requirements-fuzz.lock $(INSTALLED)
	@rm -rf $@
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --target $@ -r $< || mkdir -p $@
	@touch $@

fuzz: $(INSTALLED) $(FUZZING) ## Look for texts that break what is promised: SECONDS=600 for all, TARGET=name for one, SEED=1 for the same texts again
	@PYTHONPATH=$(FUZZING) $(BIN)/python -m fuzzing.campaign --seconds $(or $(SECONDS),600) $(if $(TARGET),--only $(TARGET)) $(if $(SEED),--seed $(SEED))

coverage: $(INSTALLED) ## Run every test and list the lines that none of them runs
	@$(BIN)/python -m coverage erase
	@$(BIN)/python -m coverage run -m pytest
	@$(BIN)/python -m coverage combine -q
	@$(BIN)/python -m coverage report

OF_SCRIPTS := --noEmit --allowJs --checkJs --strict --target es2022 --module es2022 --moduleResolution bundler --lib es2023,dom,dom.iterable

check: $(INSTALLED) ## Lint the manuscript and the code
	@$(CHAPTERKIT) check
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@if tsc --version 2>/dev/null | grep -q 'Version [5-9]'; then tsc $(OF_SCRIPTS) src/chapterkit/assets/page/main.js; \
	  else echo 'Types of the page'"'"'s scripts are not checked: there is no tsc (TypeScript 5).'; fi

golden: $(INSTALLED) ## Rewrite the expected outputs of the tests, or of RULE=name alone; read the diff as code
	@CHAPTERKIT_GOLDEN=1 $(BIN)/python -m pytest -q $(if $(RULE),tests/test_rules.py -k 'test_case[$(RULE)/',tests)
	@git --no-pager diff --stat -- tests || true
	@$(if $(RULE),cat tests/rules/$(RULE)/*.expected)

schemas: $(INSTALLED) ## Write the JSON Schemas anew from the models
	@$(BIN)/python -m chapterkit.schemas

script-tables: $(INSTALLED) ## Write the tables of Traditional and Simplified characters anew
	@$(BIN)/python tests/script_tables.py

reference-docx: $(INSTALLED) ## Write the styles of the DOCX anew
	@$(BIN)/python tests/reference_docx.py

rules: $(INSTALLED) ## Write docs/rules.md anew from the rules' docstrings
	@$(CHAPTERKIT) rule --format markdown > docs/rules.md

templates-page: $(INSTALLED) ## Write docs/templates.md anew: what templates may use, with examples that are run
	@$(BIN)/python tests/templates_page.py

DOCS := README.md CONTRIBUTING.md SECURITY.md CHANGELOG.md src/chapterkit/README.md \
  $(wildcard docs/*.md docs/*.png) .github/page.png

docs: $(INSTALLED) ## Build the documentation as a site, build/docs/book/site
	@rm -rf build/docs/source
	@for file in $(DOCS); do \
	  mkdir -p "build/docs/source/book/$$(dirname $$file)" && cp $$file build/docs/source/book/$$file || exit 1; done
	@cp docs/book.yaml build/docs/source/book/book.yaml && touch build/docs/source/refs.bib
	@cd build/docs/source && ../../../$(CHAPTERKIT) build --book --format site --output ..

lock: ## Pin the dependencies anew (needs uv)
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --python-version 3.11 --group pyproject.toml:dev pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --python-version 3.11 --group pyproject.toml:release -o requirements-release.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --python-version 3.11 --group pyproject.toml:fuzz -o requirements-fuzz.lock

RELEASING := build/releasing/.installed

$(RELEASING): requirements-release.lock $(INSTALLED)
	@rm -rf $(@D) && $(BIN)/python -m venv $(@D)
	@$(BIN)/python -m pip --python $(@D) install -qq --disable-pip-version-check --require-hashes -r $<
	@touch $@

dist: $(INSTALLED) $(RELEASING) ## Build sdist and wheel into dist/, try the wheel in an empty environment, list materials and licences
	@$(BIN)/python -m releasing.dist --tools $(dir $(RELEASING))$(notdir $(BIN))/python

release: $(INSTALLED) $(RELEASING) ## The same for what is a release: a dated section in CHANGELOG.md, nothing uncommitted, a new version
	@$(BIN)/python -m releasing.dist --release --tools $(dir $(RELEASING))$(notdir $(BIN))/python

audit: $(RELEASING) ## Ask the package index for known weaknesses of all that is pinned
	@$(dir $(RELEASING))$(notdir $(BIN))/python -m releasing.audit

bench: $(INSTALLED) ## Measure everything into benchmarks/RESULTS.md (a quarter of an hour), or print BENCH=build alone
	@$(BIN)/python benchmarks $(BENCH)

clean: ## Remove everything generated
	rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
