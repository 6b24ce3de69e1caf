# Every target sets up what it needs first (config/bootstrap.py) and says what it is doing.
#   make demo [PORT=8000] [BANK_PORT=8001]     make test     make lint     make smoke
#   make contract PROVIDER=sandbox     tries one provider against what every provider must keep
#   make replay [DATA=folder MONTHS=2010-12] [RECONCILE=1] [DROP_ONE=1]
#   make mutation     changes the money core line by line: a test must notice (an hour; goes on where it was)
#   make chaos [SEED=… CHECKOUTS=500 START=0 PROVIDER=sandbox|stripe CONCURRENCY=1]     needs PostgreSQL
#   make bench [ONLY=cart_page_10] [ROUNDS=1]     (worker_memory: a quarter of an hour, only where named)
#   make reconcile-bench [LINES=1000000 DB=sqlite SEED=r1]     needs PostgreSQL, or DB=sqlite
#   make screenshots [TO=folder]
#   make diagrams     writes docs/states.md from the tables of states, waits and reviews
#   make messages     gathers the strings of every app for translation and compiles the catalogues
# PYTHON=… names another Python, VENV=… another environment folder.
SHELL := /bin/sh
VENV ?= .venv
PY := $(VENV)/bin/python
PYTEST_ARGS ?=

.PHONY: demo test pytest lint contract smoke replay chaos screenshots bench reconcile-bench mutation diagrams messages setup
.NOTPARALLEL:

demo: setup
	@$(PY) -m config.demo

test: pytest lint

pytest: setup
	@echo "Running the tests …"
	@$(PY) -m pytest -n auto --dist loadgroup -q $(PYTEST_ARGS)

lint: setup
	@echo "Running the judges: ruff, mypy, import-linter, djlint, migrations …"
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(VENV)/bin/lint-imports
	@$(PY) -m djlint --lint --quiet templates demo payments
	@$(PY) manage.py makemigrations --check --dry-run

contract: setup
	@$(PY) -m tests.contract "$(PROVIDER)" $(PYTEST_ARGS)

smoke: setup
	@$(PY) -m benchmarks.smoke

replay: setup
	@$(PY) -m benchmarks.replay $(if $(DATA),--data "$(DATA)") $(if $(MONTHS),--months "$(MONTHS)") \
	  $(if $(RECONCILE),--reconcile) $(if $(DROP_ONE),--drop-one)

chaos: setup
	@SEED="$(SEED)" CHECKOUTS="$(CHECKOUTS)" START="$(START)" PROVIDER="$(PROVIDER)" CONCURRENCY="$(CONCURRENCY)" \
	  $(PY) -m benchmarks.chaos

screenshots: setup
	@$(PY) -m benchmarks.screenshots $(if $(TO),"$(TO)")

bench: setup
	@$(PY) -m benchmarks.bench $(if $(ONLY),--only $(ONLY)) $(if $(ROUNDS),--rounds $(ROUNDS))

reconcile-bench: setup
	@$(PY) -m benchmarks.reconcile $(if $(LINES),--lines "$(LINES)") $(if $(DB),--db "$(DB)") $(if $(SEED),--seed "$(SEED)")

mutation: setup
	@$(PY) -m benchmarks.mutation

diagrams: setup
	@$(PY) -m config.diagrams

messages: setup
	@$(PY) -m config.messages

setup:
	@for python in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    exec "$$python" -S -E config/bootstrap.py "$(VENV)"; \
	  fi; \
	done; \
	if command -v python3 >/dev/null; then echo "Your python3 is $$(python3 -V 2>&1); Till needs Python 3.11 or newer." >&2; \
	else echo "Python is missing; Till needs Python 3.11 or newer." >&2; fi; \
	echo "Install it: package python3 with python3-venv (Debian, Ubuntu), python3.13 (Fedora), python@3.13 (Homebrew)." >&2; \
	exit 1
