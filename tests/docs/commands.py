# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with commands that people are going to copy into a shell: Ansible's own parsers say so."""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import shlex
import subprocess
import typing as t
from collections.abc import Callable, Iterator

import yaml
from ansible.cli.adhoc import AdHocCLI
from ansible.cli.doc import DocCLI
from ansible.cli.galaxy import GalaxyCLI
from ansible.cli.inventory import InventoryCLI
from ansible.cli.playbook import PlaybookCLI
from ansible.cli.vault import VaultCLI
from ansible.errors import AnsibleError
from ansible.parsing.splitter import parse_kv

from ansible_collections.orgops.elastic_cloud.tests.docs.checking import COLLECTION, faults_of_task, faults_of_variables
from ansible_collections.orgops.elastic_cloud.tests.docs.guides import ROOT

PROGRAMS: dict[str, t.Any] = {
    "ansible": AdHocCLI,
    "ansible-doc": DocCLI,
    "ansible-galaxy": GalaxyCLI,
    "ansible-inventory": InventoryCLI,
    "ansible-playbook": PlaybookCLI,
    "ansible-vault": VaultCLI,
}
# Their arguments are none of ours.
OTHERS = frozenset(
    {
        ".",
        ".venv/bin/python",
        "ansible-builder",
        "ansible-runner",
        "cd",
        "echo",
        "export",
        "git",
        "python",
        "read",
        "sha256sum",
    }
)
TARGETS = frozenset(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
REPOSITORY = f"git+{yaml.safe_load((ROOT / 'galaxy.yml').read_text(encoding='utf-8'))['repository']}"
OPERATORS = frozenset({";", "&", "&&", "|", "||"})


def faults_of_shell(text: str) -> list[str]:
    """Return what is wrong with lines for a shell."""
    syntax = subprocess.run(["bash", "-n"], input=text, stderr=subprocess.PIPE, text=True, check=False)
    if syntax.returncode:
        return [syntax.stderr]
    return [fault for command in _commands(text) for fault in _faults_of_command(command)]


def _commands(text: str) -> Iterator[list[str]]:
    """Yield the words of each command; what stands before it to set variables is left out."""
    for line in text.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=";&|")
        lexer.whitespace_split = True
        words: list[str] = []
        for word in [*lexer, ";"]:
            if word not in OPERATORS:
                if words or not re.match(r"\w+=", word):
                    words.append(word)
            elif words:
                yield words
                words = []


def _faults_of_command(words: list[str]) -> list[str]:
    program, arguments = words[0], words[1:]
    if program in PROGRAMS:
        return _faults_of_ansible(program, arguments)
    if program == "make":
        return [f"there is no target {name}" for name in arguments if "=" not in name and name not in TARGETS]
    return [] if program in OTHERS else [f"not known what this is: {' '.join(words)}"]


def _faults_of_ansible(program: str, arguments: list[str]) -> list[str]:
    said = io.StringIO()
    try:
        cli = PROGRAMS[program]([program, *arguments])
        cli.init_parser()
        with contextlib.redirect_stderr(said):
            parsed = cli.parser.parse_args(arguments)
    except (AnsibleError, SystemExit) as error:
        return [f"{program}: {said.getvalue() or error}"]
    return [*_CHECKS.get(program, _nothing)(parsed), *_faults_of_extra_variables(getattr(parsed, "extra_vars", []))]


def _faults_of_extra_variables(settings: list[str]) -> list[str]:
    variables = [parse_kv(setting) for setting in settings if not setting.startswith("@")]
    return [fault for some in variables for fault in faults_of_variables(some)]


def _faults_of_module(parsed: argparse.Namespace) -> list[str]:
    return faults_of_task({parsed.module_name: parse_kv(parsed.module_args)})


def _faults_of_playbooks(parsed: argparse.Namespace) -> list[str]:
    ours = [name.removeprefix(COLLECTION) for name in parsed.args if name.startswith(COLLECTION)]
    return [f"there is no playbook {name}" for name in ours if not (ROOT / f"playbooks/{name}.yml").exists()]


def _faults_of_galaxy(parsed: argparse.Namespace) -> list[str]:
    names = parsed.args if (parsed.type, parsed.action) == ("collection", "install") else []
    ours = (COLLECTION.rstrip("."), f"{COLLECTION.replace('.', '-', 1).rstrip('.')}-")
    return [f"there is no collection {name}" for name in names if name != REPOSITORY and not name.startswith(ours)]


def _nothing(_parsed: argparse.Namespace) -> list[str]:
    return []


_CHECKS: dict[str, Callable[[argparse.Namespace], list[str]]] = {
    "ansible": _faults_of_module,
    "ansible-galaxy": _faults_of_galaxy,
    "ansible-playbook": _faults_of_playbooks,
}
