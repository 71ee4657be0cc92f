# Each command does all its own set-up from a fresh clone. Windows: `uv run firstbell demo`.
PYTHON := $(shell command -v python3 || command -v python)
VENV := .venv/bin

.PHONY: demo sandbox test azurite check check-infra package proof fuzz torture lock golden

demo: ## a whole school morning on this computer
	@$(PYTHON) bootstrap.py demo
	@$(VENV)/python -m firstbell demo

sandbox: ## a Microsoft 365 of pretence on this computer, until Ctrl-C
	@$(PYTHON) bootstrap.py test
	@$(VENV)/python -m firstbell sandbox microsoft

test: ## every test
	@$(PYTHON) bootstrap.py test
	@$(VENV)/python -m pytest -n 3 --dist worksteal # two cores have time for a third: many tests wait for a process

azurite: .azurite/ready ## fetch Microsoft's emulator of its storage, for the tests in tests/storage; needs Node and npm

.azurite/ready: requirements/azurite/package-lock.json
	@mkdir -p .azurite
	@cp requirements/azurite/package.json requirements/azurite/package-lock.json .azurite
	@npm ci --prefix .azurite --ignore-scripts --no-fund --no-audit --loglevel=error
	@touch $@

# Names of secrets, and made-up ones of tests and of the sandbox.
MADE_UP := ^(teams|app|wrong|old|new|nowhere|not-to-be-told|absence@hill.example|pw|eyJhY2Nlc3NfdG9rZW4iOnt9fQ==)$$
check: ## what CI checks besides the tests
	@$(PYTHON) bootstrap.py test
	@$(VENV)/ruff check .
	@$(VENV)/ruff format --check .
	@$(VENV)/mypy
	@$(VENV)/lint-imports
	@$(VENV)/codespell
	@$(VENV)/deptry . --no-ansi
	@$(VENV)/pip-licenses --summary >/dev/null
	@git ls-files -z | xargs -0 $(VENV)/detect-secrets-hook --exclude-files '\.cdx\.json$$' \
		--exclude-secrets 'correct horse|long one|$(MADE_UP)' --exclude-lines '(password_secret"?|UPN_LETTERS|passwordAuth) ?[=:]'
	@$(VENV)/python -m pytest -q tests/docs

check-infra: .venv-checkov/ready ## what checkov, which has an environment of its own, says of infra/
	@$(PYTHON) bootstrap.py test
	@$(VENV)/python infra/check.py .venv-checkov/bin/checkov

.venv-checkov/ready: requirements/checkov.txt
	@$(PYTHON) bootstrap.py test
	@$(VENV)/uv venv --quiet --clear --python $(VENV)/python .venv-checkov
	@$(VENV)/uv pip install --quiet --require-hashes --python .venv-checkov/bin/python -r requirements/checkov.txt
	@touch $@

package: ## dist/firstbell.zip, to be deployed: libraries and all, compiled
	@$(PYTHON) bootstrap.py test
	@$(VENV)/python infra/package.py

proof: ## the three engines agree on a hundred thousand made-up pupils
	@$(PYTHON) bootstrap.py test
	@$(VENV)/python -m pytest tests/engine -n 2 --pupils 100000

CASES ?= 2000
fuzz: ## bad input without end: CASES of each property, the families' mornings among them, and a fault at every request of a drawing
	@$(PYTHON) bootstrap.py test
	@$(VENV)/python -m pytest -n 2 --timeout 0 --fuzz $(CASES) tests/bad_inputs tests/rules/contact/test_families.py tests/workflows/morning/test_any_family.py tests/connectors/microsoft365/test_workbook_faults.py

torture: ## a million simulated mornings full of faults, two thousand killed processes, and killed hosts: an hour and more
	@$(PYTHON) bootstrap.py test
	@$(VENV)/python -m tests.faults.torture
	@$(VENV)/python -m tests.faults.cloudy_torture
	@$(VENV)/python -m tests.faults.served_torture

lock: ## after a change of dependencies
	@$(PYTHON) bootstrap.py test
	@$(VENV)/uv lock
	@$(VENV)/uv export --quiet --frozen --no-emit-project --no-default-groups --extra azure --extra microsoft365 --extra postgres -o requirements.txt
	@$(VENV)/uv export --quiet --frozen --no-emit-project --no-default-groups --group build -o requirements/demo.txt
	@$(VENV)/uv export --quiet --frozen --no-emit-project --no-default-groups --extra google --extra postgres -o requirements/google.txt
	@$(VENV)/uv export --quiet --frozen --no-emit-project --all-extras --group dev -o requirements/test.txt
	@$(VENV)/uv pip compile --quiet --python-version 3.13 --generate-hashes --no-emit-index-url requirements/checkov.in -o requirements/checkov.txt
	@$(VENV)/uv export --quiet --frozen --no-emit-project --no-default-groups --extra azure --extra microsoft365 --extra postgres --preview-features sbom-export \
		--format cyclonedx1.5 -o requirements/deployed.cdx.json

golden: ## draw the golden files again; read the difference before you commit it
	@$(VENV)/python -m pytest -q --golden
