# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The first target that needs it sets up $(VENV) with the pinned versions of tests/requirements.txt.
# PYTHON chooses the Python for that: make test PYTHON=python3.13

PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready
SELECTION := -m "not slow"
COLLECTION := .cache/collections/ansible_collections/orgops/elastic_cloud

export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.cache/collections
export ANSIBLE_HOME := $(CURDIR)/.cache/ansible
OUTER_PATH := $(PATH)
export PATH := $(CURDIR)/$(VENV)/bin:$(OUTER_PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Nothing here may reach a real organization.
unexport EC_API_KEY EC_ENDPOINT EC_ORGANIZATION_ID

help:  ## Show the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

demo: $(READY)  ## Apply the example inventory to a stand-in of the service
	@python -m tests.demo

test: lint unit sanity  ## Everything but what takes long
	@echo "All green: $^."

test-all: export HYPOTHESIS_PROFILE := thorough
test-all: SELECTION :=
test-all: lint unit docs-check importer molecule cores  ## Everything, with many more examples for hypothesis
	@echo "All green: $^."

lint: $(READY)  ## Style and types of Python, Ansible content, changelog fragments
	ruff check
	ruff format --check
	mypy
	ansible-lint
	antsibull-changelog lint
	reuse lint --lines

unit: $(READY)  ## The tests in pytest
	python -m pytest -q -n 2 $(SELECTION)

sanity: $(READY)  ## ansible-test sanity with the newest ansible-core for this Python
	python -m tests.tools.ansible_test sanity

# antsibull-docs looks at a copy in a folder with a random name. With our path set, that name gets into the pages, and if it
# ends with an underscore, it is taken for a reference.
docs-check: $(READY)  ## Markup and cross references of the documentation
	env -u ANSIBLE_COLLECTIONS_PATH antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs=all \
	  --check-extra-docs-refs --disallow-unknown-collection-refs .

site: $(READY)  ## The documentation as pages to look at
	@python -m tests.tools.site

pictures: $(READY)  ## The pictures of the README and the site, from real runs
	@python -m tests.tools.pictures
	@python -m tests.tools.screenshots

importer: $(READY)  ## What Galaxy says of the artifact
	@python -m tests.tools.importer

molecule: $(READY)  ## The scenarios of extensions/molecule
	@rm -rf $(ANSIBLE_HOME)/tmp/molecule.*
	molecule test --all --workers 2 --no-command-borders

cores: $(READY)  ## ansible-test, with each ansible-core for which there is a Python
	@python -m tests.tools.cores

page: $(READY)  ## The page of an access review in a browser, where there is one
	@python -m tests.tools.page

release: lint docs-check  ## Prepare a release: make release VERSION=1.2.3
	@python -m tests.tools.release $(VERSION)

bench: $(READY)  ## Measure, side by side with others, and write docs/benchmark.md; QUICK=1: less, ONLY=..: parts, to the screen
	@python -m tests.bench $(if $(QUICK),--quick) $(if $(ONLY),--only $(ONLY))

clean:  ## Remove all that the other targets have made
	rm -rf $(VENV) .cache .ansible .hypothesis dist tests/output changelogs/.plugin-cache.yaml
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): export PATH := $(OUTER_PATH)
$(READY): tests/requirements.txt tests/constraints.txt tests/emulator/requirements.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or later is needed: make PYTHON=...")'
	@echo "Setting up $(VENV), once, which takes about a minute ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(VENV)/bin/python -m pip install -qq -r tests/requirements.txt -c tests/constraints.txt
	@mkdir -p $(dir $(COLLECTION))
	@ln -sfn ../../../.. $(COLLECTION)
	@touch $@

.PHONY: help demo test test-all lint unit sanity docs-check site pictures importer molecule cores page release bench clean
