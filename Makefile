# The two commands: `make run` serves the product, `make test` runs every check. Both do all set-up.
PY := .venv/bin/python
SQLITE := env -u DATABASE_URL
# Tests make tens of thousands of small files and commit as often: in memory where there is room, without waiting for a disk.
MEMORY := $(shell [ -w /dev/shm ] && [ "$$(df --output=avail -k /dev/shm | tail -1)" -gt 2000000 ] && echo TMPDIR=/dev/shm)
UNSAVED := PGOPTIONS="-c synchronous_commit=off"
.PHONY: run test bench coverage scoreboard lint migrations deploy-check test-sqlite test-postgres journeys screenshots lock sbom licences audit

run: .venv/.run
	@$(PY) manage.py prepare
	@exec .venv/bin/gunicorn --config compliance/gunicorn.py compliance.wsgi

test: lint migrations deploy-check test-sqlite test-postgres journeys

bench: .venv/.dev
	@$(PY) -m tests.bench

# Which branches the tests reach, on SQLite and, where DATABASE_URL names one, PostgreSQL: all of what keeps
# clinics apart and data whole, and nine of ten of the rest. Journeys are left out.
COVER := COVERAGE_FILE=build/coverage/data
KEPT := compliance/tenancy.py,compliance/access.py,compliance/walls.py,compliance/policies.py,compliance/tokens.py,$\
  compliance/links.py,vendors/linking.py,compliance/uploads.py,compliance/files.py,checklist/models/assessment.py,$\
  vendors/models/answers.py,compliance/audit/*,compliance/backup/*
coverage: .venv/.dev
	@rm -rf build/coverage && mkdir -p build/coverage
	@$(SQLITE) $(MEMORY) $(COVER) $(PY) -m pytest -n 2 -m "not journey and not scoreboard" --cov --cov-report=
	@if [ -n "$$DATABASE_URL" ]; then env $(UNSAVED) $(MEMORY) $(COVER) $(PY) -m pytest -n 2 -m "not journey and not scoreboard" --cov --cov-append --cov-report=; fi
	@$(COVER) $(PY) -m coverage report --skip-covered --sort=cover --fail-under=90
	@$(COVER) $(PY) -m coverage report --show-missing --precision=2 --include="$(KEPT)" --fail-under=100

# Every promise of safety at its full size, on both databases, within 45 minutes: build/scoreboard.json
scoreboard: .venv/.dev
	@$(PY) -m tests.scoreboard

lint: .venv/.dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

migrations: .venv/.dev
	$(SQLITE) $(PY) manage.py makemigrations --check --dry-run

deploy-check: .venv/.dev
	@PRODUCTION=1 SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))') \
	  AUDIT_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))') \
	  ALLOWED_HOSTS=tenken.example.jp PUBLIC_URL=https://tenken.example.jp \
	  $(PY) manage.py check --deploy --fail-level WARNING

test-sqlite: .venv/.dev
	$(SQLITE) $(MEMORY) $(PY) -m pytest -n 2 -m "not journey and not scoreboard"

test-postgres: .venv/.dev
	@if [ -n "$$DATABASE_URL" ]; then echo "PostgreSQL:"; env $(UNSAVED) $(MEMORY) $(PY) -m pytest -n 2 -m "not journey and not scoreboard"; \
	else echo "DATABASE_URL is not set: no tests on PostgreSQL."; fi

journeys: .venv/.dev
	$(SQLITE) $(MEMORY) $(PY) -m pytest -n 2 -m "journey and not scoreboard"

# Every screen at two widths, to be looked at: build/screenshots/index.html
screenshots: .venv/.dev
	@$(SQLITE) $(PY) -m tests.screenshots

# Where what we install comes from: build/sbom.json (CycloneDX), docs/licences.md, known vulnerabilities.
# The audit asks the network; where nobody answers it says so, and fails only with STRICT=1.
licences: .venv/.dev
	@$(PY) bin/supply.py licences

sbom: .venv/.dev .venv/.tools
	@$(PY) bin/supply.py sbom

audit: .venv/.dev .venv/.tools
	@$(PY) bin/supply.py audit $(if $(STRICT),--strict)

# Developers: resolve the dependencies of pyproject.toml again, with hashes.
lock: .venv/.dev
	.venv/bin/pip install --quiet uv
	for each in "run.txt" "dev.txt --group dev" "build.txt --group build" "tools.txt --group tools"; do set -- $$each; file=$$1; shift; \
	  source=pyproject.toml; case "$$file" in build.txt|tools.txt) source=;; esac; \
	  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-emit-index-url --no-emit-find-links $$source $$@ -o requirements/$$file; done

.venv/.run: requirements/build.txt requirements/run.txt bin/setup
	@bin/setup run
	@touch $@

.venv/.dev: requirements/build.txt requirements/dev.txt bin/setup
	@bin/setup dev
	@touch $@ .venv/.run

# Apart from what runs and what tests: these bring XML libraries along that openpyxl would use where it finds them.
.venv/.tools: requirements/tools.txt | .venv/.dev
	@$(PY) -m venv .venv/tools
	@.venv/tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
