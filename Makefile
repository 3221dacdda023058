# Two commands matter: `make demo` and `make test`. Everything else is for developers.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PIP = .venv/bin/pip --disable-pip-version-check --quiet
ARGS ?=
# Most tests wait for real processes: more workers than cores is right. A file stays with one worker.
WORKERS ?= 3

# A station is many processes, and the tests start it often: what is compiled is kept, whatever the
# environment says.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test check unit reliability format bench lock clean help

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 10

demo: .venv/run.stamp ## run Hohhot East on its real day (ARGS="--at 06:00 --speed 60")
	@.venv/bin/station demo $(ARGS)

test: .venv/dev.stamp ## set up all that the tests need, and run them all
	@tests/system-packages
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory unit

check: .venv/dev.stamp ## format, lint, types, import law
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache

unit: .venv/dev.stamp ## all tests, without the set-up (ARGS="tests/protocol -x" for some)
	.venv/bin/pytest $(if $(ARGS),$(ARGS),--numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder)

reliability: .venv/dev.stamp ## every fault on both brokers, 24 hours alone; prints docs/reliability.md's table
	@mkdir -p var && rm -f var/reliability.jsonl
	STATION_RELIABILITY=all STATION_RELIABILITY_RESULTS=var/reliability.jsonl .venv/bin/pytest $(ARGS) \
		$(addprefix tests/end_to_end/test_,autonomy.py bad_network.py cold_boot.py two_hubs.py)

format: .venv/dev.stamp ## format the code
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

bench: .venv/dev.stamp ## every benchmark, one JSON object a line
	.venv/bin/station bench all --json

# What is installed is locked by name, version and hash; `make lock` renews it.
.venv/run.stamp: lock/run.txt pyproject.toml
	@echo "Setting up .venv (once) ..."
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: apt-get install python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv module is needed: apt-get install python3-venv" >&2; exit 1; }
	@test -x .venv/bin/pip || $(PYTHON) -m venv .venv
	@$(PIP) install --require-hashes --requirement lock/run.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: lock/dev.txt .venv/run.stamp
	@echo "Setting up the development tools (once) ..."
	@$(PIP) install --require-hashes --requirement lock/dev.txt
	@touch $@

lock: ## renew lock/*.txt from pyproject.toml
	@test -x .venv/bin/pip || $(PYTHON) -m venv .venv
	@$(PIP) install pip-tools
	@for kind in run dev; do \
		test $$kind = dev && extra="--extra dev" || extra=""; \
		.venv/bin/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
			--no-annotate --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
			--all-build-deps $$extra --output-file lock/$$kind.txt pyproject.toml || exit 1; done

clean: ## remove what was made here
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
