# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""What a result of the module org_sso says in words.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import KEY_ENDS, plain
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._report import Result, length, names_of

ACTIONS = {
    "stop_enforcing_sso": "stop enforcing single sign-on",
    "set_identity_provider": "set the identity provider",
    "add_role_mapping": "add the role mapping {name}",
    "update_role_mapping": "change the role mapping {name}",
    "remove_role_mapping": "remove the role mapping {name}",
    "remove_identity_provider": "remove the identity provider",
    "enforce_sso": "enforce single sign-on",
}


def report(result: Result, host: str) -> list[str]:
    """Return how a run went: a line with numbers, one for each action, and whom single sign-on is about."""
    lines = [f"{host}: {_headline(result)}", *_steps(result)]
    if shut_out := result.get("locked_out"):
        lines.append(f"shut out while single sign-on is enforced: {names_of(shut_out, length(result, 'locked_out'))}")
    if overwritten := result.get("overwritten"):
        told = names_of(overwritten, length(result, "overwritten"))
        lines.append(f"roles are overwritten at a login by single sign-on: {told}")
    lines += [warning for warning in map(str, result.get("warnings", [])) if warning.startswith(KEY_ENDS)]
    return [plain(line) for line in lines]


def _headline(result: Result) -> str:
    planned, failed = length(result, "plan"), length(result, "failures")
    words = [f"refused by the guard {result['guard']['name']}"] if "guard" in result else []
    if result.get("check_mode"):
        words.append(_changes(planned, "would be made") if planned else "nothing to do")
    else:
        made = sum(outcome == "done" for outcome, _step in _outcomes(result))
        words.append(_changes(made, "made") if made else "nothing was changed" if "msg" in result else "nothing to do")
    return ", ".join([*words, f"{failed} failed"] if failed else words)


def _changes(number: int, what: str) -> str:
    return f"{number} {'change' if number == 1 else 'changes'} {what}"


def _steps(result: Result) -> Iterator[str]:
    errors = {(one["action"], one["name"]): one["error"]["message"] for one in result.get("failures", [])}
    for outcome, step in _outcomes(result):
        line = f"{outcome}: {ACTIONS[step['action']].format(name=step['name'])}, {step['reason']}"
        error = errors.get((step["action"], step["name"]))
        yield f"{line}. {error}" if error else line


def _outcomes(result: Result) -> Iterator[tuple[str, Result]]:
    """Yield what became of each action of the plan: planned, done, failed, ...; what took effect is in the diff."""
    codes = {(one["action"], one["name"]): one["error"]["codes"] for one in result.get("failures", [])}
    changed = {one["after_header"] for one in result.get("diff", [])}
    for step in result.get("plan", []):
        key = step["action"], step["name"]
        if result.get("check_mode"):
            yield "planned", step
        elif key in codes:
            known = [code for code in ("not_attempted", "outcome_unknown") if code in codes[key]]
            yield (known[0].replace("_", " ") if known else "failed"), step
        else:
            yield "done" if plain(step["name"]) in changed else "not attempted", step
