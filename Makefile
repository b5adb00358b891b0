# The two commands: `make run` serves the product, `make test` runs every check. Both do all set-up.
PY := .venv/bin/python
SQLITE := env -u DATABASE_URL
.PHONY: run test bench lint migrations deploy-check test-sqlite test-postgres journeys screenshots lock

run: .venv/.run
	@$(PY) manage.py prepare
	@exec .venv/bin/gunicorn --config compliance/gunicorn.py compliance.wsgi

test: lint migrations deploy-check test-sqlite test-postgres journeys

bench: .venv/.dev
	@$(PY) -m tests.bench

lint: .venv/.dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

migrations: .venv/.dev
	$(SQLITE) $(PY) manage.py makemigrations --check --dry-run

deploy-check: .venv/.dev
	@PRODUCTION=1 SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))') \
	  ALLOWED_HOSTS=tenken.example.jp PUBLIC_URL=https://tenken.example.jp \
	  $(PY) manage.py check --deploy --fail-level WARNING

test-sqlite: .venv/.dev
	$(SQLITE) $(PY) -m pytest -n 2 -m "not journey"

test-postgres: .venv/.dev
	@if [ -n "$$DATABASE_URL" ]; then echo "PostgreSQL:"; $(PY) -m pytest -n 2 -m "not journey"; \
	else echo "DATABASE_URL is not set: no tests on PostgreSQL."; fi

journeys: .venv/.dev
	$(SQLITE) $(PY) -m pytest -n 2 -m journey

# Every screen at two widths, to be looked at: build/screenshots/index.html
screenshots: .venv/.dev
	@$(SQLITE) $(PY) -m tests.screenshots

# Developers: resolve the dependencies of pyproject.toml again, with hashes.
lock: .venv/.dev
	.venv/bin/pip install --quiet uv
	for each in "run.txt" "dev.txt --group dev" "build.txt --group build"; do set -- $$each; file=$$1; shift; \
	  source=pyproject.toml; [ "$$file" = build.txt ] && source=; \
	  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-emit-index-url --no-emit-find-links $$source $$@ -o requirements/$$file; done

.venv/.run: requirements/build.txt requirements/run.txt bin/setup
	@bin/setup run
	@touch $@

.venv/.dev: requirements/build.txt requirements/dev.txt bin/setup
	@bin/setup dev
	@touch $@ .venv/.run
