# phistream: `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(or $(shell command -v python3.11),$(shell command -v python3))
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_TEST := $(VENV)/.ready-test
LOCKS := $(wildcard requirements.lock)
TEST_LOCKS := $(wildcard requirements-test.lock)

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

# --- environment ------------------------------------------------------------------------------------------------------
# A stamp says that the environment holds what pyproject.toml and the lock files name; a failed install leaves none.
# With a lock file every package comes by its hash; the project itself is then added without looking at the network.

$(BIN)/python:
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || { echo "Python 3.11, 3.12 or 3.13 is missing. Fix: install one, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(READY): pyproject.toml $(LOCKS) | $(BIN)/python
	@echo "Installing phistream into $(VENV) ..."
ifneq ($(LOCKS),)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
else
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
endif
	@touch $@

$(READY_TEST): $(READY) $(TEST_LOCKS)
	@echo "Installing what the tests need into $(VENV) ..."
ifneq ($(TEST_LOCKS),)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
else
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group test --group lint -e '.[monitor]'
endif
	@touch $@

.PHONY: venv
venv: $(READY_TEST) ## Make the environment with everything the tests need

# --- demo -------------------------------------------------------------------------------------------------------------

.PHONY: demo
demo: $(READY) ## Redact sample traffic on this machine, without a server, and show what came of it
	@$(BIN)/phistream demo

.PHONY: demo-stack
demo-stack: export PHISTREAM_STACK_DIR := $(CURDIR)/.demo/servers
demo-stack: export PHISTREAM_KAFKA_PORT := 19392
demo-stack: export PHISTREAM_OPENSEARCH_PORT := 19500
demo-stack: $(READY) ## The same traffic through real Kafka, the redactor, the Faust monitor and OpenSearch
	@mkdir -p $(PHISTREAM_STACK_DIR)
	@$(BIN)/python -m tests.stack.down
	@$(BIN)/python -m tests.stack.up
	@$(BIN)/python -m tests.demo_stack; status=$$?; $(BIN)/python -m tests.stack.down; exit $$status

# --- tests ------------------------------------------------------------------------------------------------------------

.PHONY: test
test: $(READY_TEST) ## Lint, types and all tests; with Java and Maven also on the real stack (REQUIRE_STACK=1: or fail)
	@tests/run

.PHONY: lint
lint: $(READY_TEST) ## Lint, format and types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/codespell --toml pyproject.toml *.md

.PHONY: unit
unit: $(READY_TEST) ## The tests that need no server
	@$(BIN)/python -m pytest -q -m "not integration and not secure and not nightly"

.PHONY: tables
tables: $(READY) ## Write the committed figures into the README and the page of identifiers
	@$(BIN)/python -m benchmarks.accuracy.tables

.PHONY: schemas
schemas: $(READY) ## Write the JSON Schemas of schemas/json anew
	@$(BIN)/python -m tests.write_schemas

.PHONY: lock
lock: $(READY_TEST) ## Resolve the locked dependencies anew
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile -q pyproject.toml --extra monitor --extra aws --extra hcvault --extra postgres \
	  --generate-hashes --no-annotate --no-emit-index-url --python-version 3.11 --custom-compile-command "make lock" \
	  -o requirements.lock
	@$(BIN)/uv pip compile -q pyproject.toml --extra monitor --group test --group lint --generate-hashes --no-annotate \
	  --no-emit-index-url --python-version 3.11 --custom-compile-command "make lock" -c requirements.lock \
	  -o requirements-test.lock

# --- real stack -------------------------------------------------------------------------------------------------------
# Kafka and OpenSearch on loopback, from Maven jars: tests/stack/README.md.

.PHONY: stack-up
stack-up: $(READY) ## Start Kafka and OpenSearch on loopback and wait for them (SECURE=1: TLS, passwords, ACLs, roles)
	@$(BIN)/python -m tests.stack.up $(if $(filter 1 yes true,$(SECURE)),--secure)

.PHONY: stack-down
stack-down: $(READY) ## Stop whichever stack runs and remove its data
	@$(BIN)/python -m tests.stack.down

.PHONY: compose-env
compose-env: $(READY) ## Make certificates and passwords for docker-compose.yml in .stack/compose
	@$(BIN)/python -m tests.stack.compose_env .stack/compose

# --- benchmarks -------------------------------------------------------------------------------------------------------

.PHONY: accuracy
accuracy: $(READY) ## Score the detector on the newest exam (the committed figures are from before anybody read it)
	@$(BIN)/python -m benchmarks.accuracy.run benchmarks/accuracy/exams/exam_j.txt --json benchmarks/results/accuracy.json

.PHONY: peers
peers: $(READY_TEST) ## Score the detector beside Presidio, scrubadub and DataFog on the newest exam
	@test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	@.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check 'pip>=25.1'
	@.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check --group peers
	@$(BIN)/python -m benchmarks.accuracy.peers benchmarks/accuracy/exams/exam_j.txt --python .venv-peers/bin/python \
	  --json benchmarks/results/peers.json

.PHONY: throughput
throughput: $(READY_TEST) ## Events a second and latency on the running stack, beside a plain copy (make stack-up)
	@$(BIN)/python -m benchmarks.throughput.end_to_end --json benchmarks/results/end_to_end.json

.PHONY: campaign
campaign: $(READY) ## Kill workers and indexer at random under load and account for every record (SEED=1)
	@$(BIN)/python -m benchmarks.campaign.run --seed $(or $(SEED),1)

.PHONY: nightly
nightly: $(READY_TEST) ## What is too long for every change: new examples, a million fuzzed inputs, a real Collector, the campaign (SEED=1)
	@PHISTREAM_EXAMPLES=nightly $(BIN)/python -m pytest -q -m "not integration and not secure and not nightly"
	@$(BIN)/python -m benchmarks.fuzz.run --inputs 1000000 --seed $(or $(SEED),1) --json benchmarks/results/fuzz.json
	@$(BIN)/python -m tests.stack.up
	@REQUIRE_STACK=1 $(BIN)/python -m pytest -q -m nightly || { $(BIN)/python -m tests.stack.down; exit 1; }
	@$(BIN)/python -m benchmarks.campaign.run --seed $(or $(SEED),1) --records 100000 --kills 100 --outage 60 \
	  --json benchmarks/results/campaign.json; status=$$?; $(BIN)/python -m tests.stack.down; exit $$status
