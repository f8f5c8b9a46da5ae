# The two commands: `make run` and `make test`. Everything they need is installed into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
WORLD ?= small
# The chapters build an empty database; every later migration meets full tables.
CHAPTERS := 0001 0002 0003 0004 0005
LATER := $(filter-out $(addsuffix %,$(CHAPTERS)),$(MIGRATIONS))
# Given on the command line, the list stands in place of the one in .squawk.toml.
ON_EMPTY_TABLES := prefer-text-field,prefer-bigint-over-int,prefer-bigint-over-smallint,prefer-robust-stmts,require-timeout-settings,adding-foreign-key-constraint,adding-required-field,constraint-missing-not-valid,require-concurrent-index-creation
MIGRATIONS = $(basename $(notdir $(wildcard skeletal/migrations/0*.py)))
PRODUCTION := DAIRA_PROFILE=production ALLOWED_HOSTS=daira.example SECRET_KEY=$$($(BIN)/python -c \
	'import secrets; print(secrets.token_urlsafe(64))') DATABASE_URL=postgresql://app@db/daira \
	REDIS_URL=redis://cache:6379/0 QUEUE_URL=redis://queue:6379/0

.PHONY: run test verify lint bench bench-seed stop clean format lock browser

run: $(VENV)/.run ## set up, start the embedded servers, initialise, seed, serve
	@echo "→ initialise"
	@$(MANAGE) init
	@echo "→ seed the $(WORLD) world"
	@$(MANAGE) seed --world $(WORLD) --until today
	@echo "→ serve"
	@exec $(MANAGE) serve

test: $(VENV)/.dev ## all fast tests
	$(BIN)/python -m pytest -q -n 2 -m "not slow"

verify: $(VENV)/.dev browser ## all slow tests: faults, speed, real data, browser
	$(BIN)/python -m pytest -q -m slow

lint: $(VENV)/.dev ## everything that reads the code without running the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy manage.py daira skeletal tests
	$(MANAGE) check --fail-level WARNING
	@$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING
	$(MANAGE) makemigrations --check --dry-run
	EXTRA_APPS=django_migration_linter $(MANAGE) lintmigrations skeletal --no-cache \
		--warnings-as-errors --exclude-migration-tests CREATE_INDEX CREATE_INDEX_EXCLUSIVE
	@for name in $(CHAPTERS); do $(MANAGE) sqlmigrate skeletal $$name; done > $(VENV)/chapters.sql
	$(BIN)/squawk --config .squawk.toml --exclude=$(ON_EMPTY_TABLES) $(VENV)/chapters.sql
	@for name in $(LATER); do $(MANAGE) sqlmigrate skeletal $$name; done > $(VENV)/later.sql
	$(BIN)/squawk --config .squawk.toml $(VENV)/later.sql
	$(MANAGE) spectacular --validate --fail-on-warn --file $(VENV)/openapi.yaml

bench: $(VENV)/.run ## the named reads and main writes against psycopg by hand and ordinary ORM code
	@$(MANAGE) init
	$(MANAGE) bench

bench-seed: $(VENV)/.dev ## rows/s of the medium world against bare COPY in one run
	$(BIN)/python -m tests.measure_seed medium

stop: ## stop the embedded servers of this clone
	@if [ -x $(BIN)/python ]; then $(MANAGE) services stop; fi

clean: stop ## stop the servers and remove everything that was set up, data included
	rm -rf $(VENV) .daira staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/.uv ## compile both lock files anew: hashes, no address, no path
	$(BIN)/uv pip compile pyproject.toml $(LOCK) -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --group dev $(LOCK) -o requirements-dev.lock

LOCK := --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q

browser: ## Debian's Chromium for the browser suite, where it can be installed
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && echo "→ install chromium" && \
		apt-get -o Acquire::Retries=5 update -q >/dev/null && \
		apt-get -o Acquire::Retries=5 install -qy --no-install-recommends chromium >/dev/null; } || \
		echo "no chromium here: install Debian's package chromium for the browser suite"

$(VENV)/.uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one by PYTHON=/path/to/python"; exit 1; }
	@echo "→ make $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { echo "install Debian's package python3-venv"; exit 1; }
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv
	@touch $@

$(VENV)/.run: $(VENV)/.uv requirements.lock
	@echo "→ install packages"
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	@echo "→ install development packages"
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@
