# Two commands do everything on a machine with Python 3.11 (pip, venv) and make:  make demo   and   make test
PY ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
INSTALL_OPTIONS := -q --require-hashes --only-binary :all:
PYTEST_ARGS ?=
# Python keeps what it compiled, also where the environment says otherwise: compiling is half of a process's start, and
# demo and tests start many.
export PYTHONDONTWRITEBYTECODE :=

# What production sets: `check --deploy` is judged with these and not with the developer's .env.
PRODUCTION := DEBUG=false HTTPS=true ALLOWED_HOSTS=campaigns.example ENABLE_INTELLIGENCE=true ENABLE_ACTION_EXECUTOR=true \
  VAR_DIR=$(CURDIR)/var/lint META_GRAPH_URL= DATABASE_URL= REDIS_URL= Q_BROKER=

.PHONY: demo test lint format bench lock clean help

help:
	@echo "make demo    everything against the shipped sandbox: web, workers, a simulated Meta with 30 days of history"
	@echo "make test    the test suite        make lint   style, types, contracts, deploy checks"
	@echo "make bench   measures into docs    make lock   compile the lock files anew"

.venv/bin/uv: requirements-boot.lock
	$(PY) -m venv --without-pip .venv
	$(PY) -m pip --python $(BIN)/python install $(INSTALL_OPTIONS) -r requirements-boot.lock
	@touch $@

# uv does not read pip's own configuration, hence the second line of each recipe.
.venv/.runtime: requirements.lock | .venv/bin/uv
	$(BIN)/uv pip install $(INSTALL_OPTIONS) --python $(BIN)/python -r requirements.lock \
	  || $(PY) -m pip --python $(BIN)/python install $(INSTALL_OPTIONS) -r requirements.lock
	@touch $@

.venv/.dev: requirements-dev.lock requirements.lock | .venv/bin/uv
	$(BIN)/uv pip install $(INSTALL_OPTIONS) --python $(BIN)/python -r requirements-dev.lock \
	  || $(PY) -m pip --python $(BIN)/python install $(INSTALL_OPTIONS) -r requirements-dev.lock
	@touch $@ .venv/.runtime

demo: .venv/.runtime
	$(BIN)/python manage.py demo

test: .venv/.dev
	$(BIN)/pytest -n auto --dist loadfile $(PYTEST_ARGS)

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/djlint --lint --quiet templates
	@mkdir -p var/lint
	@export $(PRODUCTION) SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	  FIELD_ENCRYPTION_KEYS=$$($(BIN)/python -c 'import base64, os; print("lint:" + base64.b64encode(os.urandom(32)).decode())'); \
	  $(BIN)/python manage.py check --deploy --fail-level WARNING && \
	  $(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python docs/check_features.py

format: .venv/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.dev
	$(BIN)/python -m tests.benchmarks

LOCK_OPTIONS := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate
lock: .venv/bin/uv
	$(BIN)/uv pip compile -q pyproject.toml $(LOCK_OPTIONS) -o requirements.lock
	$(BIN)/uv pip compile -q pyproject.toml $(LOCK_OPTIONS) --group dev -o requirements-dev.lock

clean:
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
