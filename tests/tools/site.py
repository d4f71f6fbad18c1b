# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the documentation site: the guides of docs/docsite, and a page for each module and role.

    .venv/bin/python -m tests.tools.site

antsibull-docs writes pages from what ansible-doc knows, and Sphinx makes HTML of them and of the guides. A warning
fails the build, and nothing is fetched. The result is .cache/site/html/index.html.

Beside the pages stand the schemas of documents, pictures, and a sample of what access reviews leave. Guides name all of
these by their addresses on the project's pages, which hold wherever a guide is read.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import typing as t
import zlib
from pathlib import Path

import yaml
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.console import strip_colors

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = "orgops.elastic_cloud"
REPOSITORY = "https://github.com/orgops/ansible-elastic-cloud"
PAGES = "https://orgops.github.io/ansible-elastic-cloud"
PICTURES = ROOT / "docs/pictures"
START = ROOT / "docs/docsite/index.rst"
GUIDES = ROOT / "docs/docsite/extra-docs.yml"
# Pages of what is in the collection, by kind
REFERENCE = {"Roles": ["role"], "Modules": ["module"], "Inside of the roles": ["filter", "lookup"]}
# What pages of antsibull-docs refer to on the page that ours stands in for
OTHER_LABELS = ("plugins_in_orgops.elastic_cloud", "communication_for_orgops.elastic_cloud")
TURN_TO = f"""
Questions
---------

Ask in the `Ansible forum <https://forum.ansible.com/c/help/6>`__, with the tag ``elastic-cloud``, report bugs in the
`issue tracker <{REPOSITORY}/issues>`__, and see `how to contribute <{REPOSITORY}/blob/main/CONTRIBUTING.md>`__.
"""

SETTINGS: dict[str, t.Any] = {
    "project": COLLECTION,
    "project_copyright": "2026, Orgops",
    "extensions": ["sphinx.ext.intersphinx", "sphinx_antsibull_ext"],
    # antsibull-docs lists environment variables of plugins there, and modules cannot declare theirs.
    "exclude_patterns": ["environment_variables.rst"],
    "highlight_language": "yaml+jinja",
    "nitpicky": True,
    "pygments_style": "ansible",
    "html_theme": "sphinx_ansible_theme",
    "html_theme_options": {
        "documentation_home_url": REPOSITORY,
        "topbar_links": {
            "Galaxy": "https://galaxy.ansible.com/ui/repo/published/orgops/elastic_cloud/",
            "Issues": f"{REPOSITORY}/issues",
        },
    },
    "html_title": f"Ansible collection {COLLECTION}",
    "html_short_title": COLLECTION,
    "html_css_files": ["narrow.css"],
    "html_copy_source": False,
    "html_show_sphinx": False,
    "html_use_index": False,
}

# In narrow windows, the theme breaks no line of a table and no long word of a title, but lines of code.
STYLE = """\
.rst-content .wy-table-responsive table :is(td, th) { white-space: normal !important; }
.rst-content h1 { overflow-wrap: anywhere; }
.rst-content img { max-width: 100%; height: auto; }
.side-by-side { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 0 1.5rem; }
.side-by-side, .side-by-side .side { margin-bottom: 1rem; }
.side-by-side > .side { min-width: 0; }
.rst-content .highlight pre { white-space: pre !important; overflow-x: auto; }
"""

# Pages of modules refer to these in Ansible's own documentation. Sphinx would fetch a list of all that can be referred
# to there; this is what is needed of it.
ANSIBLE = "https://docs.ansible.com/projects/ansible/devel/"
LABELS = {
    "action_plugins": "plugins/action.html Action plugins",
    "ansible_configuration_settings": "reference_appendices/config.html Ansible Configuration Settings",
    "common_return_values": "reference_appendices/common_return_values.html Return Values",
}
INVENTORY_HEADER = """\
# Sphinx inventory version 2
# Project: Ansible
# Version: devel
# The remainder of this file is compressed using zlib.
"""


def build(folder: Path) -> Path:
    """Build the site in a folder, in place of what was there, and return the folder of its pages.

    Raises CalledProcessError where antsibull-docs fails, and SphinxError where Sphinx does, or with all that it has
    warned of.
    """
    shutil.rmtree(folder, ignore_errors=True)
    source = folder / "rst"
    folder.mkdir(parents=True)
    source.mkdir(mode=0o755)  # antsibull-docs refuses a folder that others may write to
    write_pages(source)
    write_start(source)
    use_own_pictures(source)
    inventory = folder / "ansible.inv"
    entries = "".join(f"{label} std:label -1 {page_and_title}\n" for label, page_and_title in LABELS.items())
    inventory.write_bytes(INVENTORY_HEADER.encode() + zlib.compress(entries.encode()))
    (folder / "static").mkdir()
    (folder / "static/narrow.css").write_text(STYLE, encoding="utf-8")
    settings = {
        **SETTINGS,
        "html_static_path": [str(folder / "static")],
        "intersphinx_mapping": {"ansible": (ANSIBLE, str(inventory))},
    }
    pages = folder / "html"
    warnings = io.StringIO()
    Sphinx(source, None, pages, folder / "doctrees", "html", settings, status=None, warning=warnings).build()
    if warnings.getvalue():
        raise SphinxError(strip_colors(warnings.getvalue()))
    _copy_pictures(pages)
    for schema in (ROOT / "docs").glob("*.schema.json"):
        shutil.copy(schema, pages)
    write_sample(pages / "sample")
    return pages


def write_start(folder: Path) -> None:
    """Write the page to begin with, in place of the one of antsibull-docs: docs/docsite/index.rst, and the contents in
    the order in which readers need them, under short titles.
    """
    parts = [
        (part["title"], part["toctree"]) for part in yaml.safe_load(GUIDES.read_text(encoding="utf-8"))["sections"]
    ]
    contents = [(title, [f"docsite/{guide}" for guide in guides]) for title, guides in parts]
    for title, kinds in REFERENCE.items():
        pages = [page for kind in kinds for page in sorted(folder.glob(f"org_*_{kind}.rst"))]
        contents.append((title, [f"{_short(page.stem)} <{page.stem}>" for page in pages]))
    contents.append(("Releases", ["Release notes <changelog>"]))
    text = START.read_text(encoding="utf-8")
    for title, entries in contents:
        lines = "".join(f"   {entry}\n" for entry in entries)
        text += f"\n.. toctree::\n   :maxdepth: 1\n   :caption: {title}\n\n{lines}"
    labels = "".join(f".. _{label}:\n" for label in OTHER_LABELS)
    (folder / "index.rst").write_text(f"{labels}\n{text}\n{TURN_TO}", encoding="utf-8")


def _short(page: str) -> str:
    name, _separator, kind = page.rpartition("_")
    return f"{name} ({kind})" if kind in ("filter", "lookup") else name


def use_own_pictures(folder: Path) -> None:
    """Let guides take pictures from this checkout, and not from the pages that are published already."""
    _copy_pictures(folder)
    for guide in (folder / "docsite").glob("*.rst"):
        text = guide.read_text(encoding="utf-8")
        guide.write_text(text.replace(f":: {PAGES}/pictures/", ":: /pictures/"), encoding="utf-8")


def _copy_pictures(folder: Path) -> None:
    shutil.copytree(PICTURES, folder / "pictures", ignore=shutil.ignore_patterns("*.license"))


def write_sample(folder: Path) -> Path:
    """Write the sample of access reviews into a folder, and return the path of its page. CalledProcessError where that
    fails.
    """
    command = [sys.executable, "-m", "ansible_collections.orgops.elastic_cloud.tests.tools.sample", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / ".cache/collections")}
    return Path(subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout.strip())


def write_pages(folder: Path) -> None:
    """Write the guides, and the pages of modules and roles, as reStructuredText."""
    command = ["antsibull-docs", "collection", "--use-current", "--squash-hierarchy", "--fail-on-error"]
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache/collections"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    subprocess.run([*command, "--dest-dir", str(folder), COLLECTION], env=environment, check=True)


def main() -> int:
    """Build the site; return the exit code."""
    try:
        pages = build(ROOT / ".cache/site")
    except (SphinxError, subprocess.CalledProcessError) as error:
        print(f"The site was not built: {error}", file=sys.stderr)
        return 1
    print(pages / "index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
