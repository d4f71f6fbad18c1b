# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every module through every kind of failure, with everything shown: API keys and invitation tokens are nowhere.

The key in use is in the environment, and the service repeats it and the tokens in its refusals.
"""

from __future__ import annotations

import json
import typing as t
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from ansible_collections.orgops.elastic_cloud.tests.playbooks.running import OWNER, VIEWER, Ansible
from ansible_collections.orgops.elastic_cloud.tests.secrets.running import KEY_ENDING, files_below, leaks, play
from ansible_collections.orgops.elastic_cloud.tests.unit.serving import Local, local_server

pytestmark = pytest.mark.playbook
KEY = f"a-key-that-nobody-is-to-see-{KEY_ENDING}"
BO = "bo@example.com"
NEW = "new@example.com"
LEAVER = "leaver@example.com"  # whose API keys are revoked first
# What each module does where nothing goes wrong. Those that write revoke an invitation, by its token, or an API key.
CALLS: dict[str, dict[str, t.Any]] = {
    "org_access_review": {"members": [{"email": "ana@example.com"}], "fail_on": "never", "incomplete": "warn"},
    "org_api_key": {"name": "old", "state": "absent"},
    "org_domain": {"name": "example.com", "state": "absent"},
    "org_info": {"gather": ["members", "invitations", "team", "api_keys", "sso", "resources"]},
    "org_invitation": {"emails": BO, "state": "absent"},
    "org_member": {"email": BO, "state": "absent"},
    "org_sso": {"role_mappings": [{"name": "viewers", "state": "absent"}]},
    "org_team": {"members": [{"email": BO, "state": "absent"}], "max_removals": "100%"},
}
INVITING: dict[str, dict[str, t.Any]] = {
    "org_invitation": {"emails": NEW},
    "org_member": {"email": NEW},
    "org_team": {"members": [{"email": NEW}]},
}
WRITERS = list(INVITING)
LIMIT = "organization.invitations_rate_limit_exceeded"


@dataclass(frozen=True)
class Failure:
    """One way to fail: what is wrong with the request, and what a result holds then.

    kind, status, code, more: the fault, see the emulator; options: of the module, over those of its call; calls: what
    is called; shows: a text in the message.
    """

    shows: str
    kind: str = ""
    status: int | None = None
    code: str = "root.unavailable"
    more: t.Mapping[str, t.Any] | None = None
    options: t.Mapping[str, t.Any] | None = None
    calls: t.Mapping[str, dict[str, t.Any]] | None = None


FAILURES: dict[str, Failure] = {
    "input": Failure("organization_id", options={"organization_id": "..", "timeout": 0}),
    "guard": Failure("visibility", calls={name: CALLS[name] for name in WRITERS}),
    "401": Failure("401 root.unauthorized", "status", 401, "root.unauthorized"),
    "403": Failure("403 root.invalid_authentication", "status", 403, "root.invalid_authentication"),
    "404": Failure("404 organization.not_found", "status", 404, "organization.not_found"),
    "429": Failure("429 root.rate_limit_exceeded", "status", 429, "root.rate_limit_exceeded", {"retry_after": 0}),
    "limit": Failure(f"429 {LIMIT}", "status", 429, LIMIT, calls=INVITING),
    "503": Failure("503", "status", 503, more={"retry_after": 0}),
    "cut": Failure("no answer", "cut_before", calls={"org_info": CALLS["org_info"], "org_member": CALLS["org_member"]}),
    "html": Failure("no JSON object (text/html", "html", more={"headers": {"Retry-After": "0"}}),
    "redirect": Failure("redirects are not followed", "status", 307),
    "crash": Failure("cannot send"),
}
CASES = {
    f"{module}-{name}": (module, failure) for name, failure in FAILURES.items() for module in (failure.calls or CALLS)
}
# A fault of ours at the worst place: amid the sending of the key, with the key in its words.
CRASH = """
import os
if os.environ.get("TEST_CRASH"):
    import http.client

    def putheader(self, name, *values):
        if name == "Authorization":
            raise RuntimeError(f"cannot send {values}")

    http.client.HTTPConnection.putheader = putheader
"""


@dataclass
class Shown:
    """What came of a run: results by case, and the texts in which a secret could be."""

    results: dict[str, dict[str, t.Any]]
    secrets: list[str]
    places: dict[str, str]
    elsewhere: Local


def add_single_sign_on(ansible: Ansible, organization: t.Any) -> None:
    """Let the organization have a domain, a provider, a mapping that makes owners, and another one."""
    ansible.emulator.add_domain(organization, "example.com")
    ansible.emulator.put_provider(organization)
    for name, roles in (("owners", OWNER), ("viewers", VIEWER)):
        ansible.emulator.add_mapping(organization, name, {"any": [{"group": name}]}, roles)


def prepare(ansible: Ansible, case: str, elsewhere: str) -> dict[str, t.Any]:
    """Make an organization that a case is about; return the task."""
    module, failure = CASES[case]
    emulator = ansible.emulator
    organization = emulator.add_organization(case[:30])
    if failure is not FAILURES["guard"]:
        emulator.add_member(organization, "owner@example.com", OWNER)
    emulator.add_member(organization, "ana@example.com", VIEWER)
    add_single_sign_on(ansible, organization)
    token = emulator.add_invitation(organization, BO, VIEWER).token
    emulator.add_key(organization, name="old", role_assignments=VIEWER)
    where: dict[str, t.Any] = {"path": f"{organization.id}/", "from_nth": 1}
    if module == "org_api_key":  # whose path does not tell which organization it is about
        where = {"path": "auth/keys$", "nth": 1 + sum(fault.path == "auth/keys$" for fault in emulator.faults)}
    if failure.kind:
        words = f"{KEY} and {urllib.parse.quote(KEY, safe='')}"
        reading = module in ("org_access_review", "org_info")
        method = "GET" if reading else "POST" if failure.calls is INVITING else "DELETE"
        if module in WRITERS:  # they have read it before; nobody can take out of an answer what nobody knows
            words += f", {token}"
        emulator.fail(
            failure.kind,
            status=failure.status,
            reply={"errors": [{"code": failure.code, "message": words}]},
            method=method,
            **where,
            **{"headers": {"Location": f"{elsewhere}/{token}"}, **(failure.more or {})},
        )
    options = {**(failure.calls or CALLS)[module], "organization_id": organization.id, "retries": 0}
    task: dict[str, t.Any] = {f"orgops.elastic_cloud.{module}": {**options, **(failure.options or {})}}
    return task | ({"environment": {"TEST_CRASH": "1"}} if failure is FAILURES["crash"] else {})


def prepare_success(ansible: Ansible, module: str) -> dict[str, t.Any]:
    """Make an organization in which there is something to do, with tokens going to and fro; return the task."""
    organization = ansible.emulator.add_organization(f"{module} works")
    ansible.emulator.add_member(organization, "owner@example.com", OWNER)
    add_single_sign_on(ansible, organization)
    if module == "org_domain":  # beside a provider, no domain is given up
        ansible.emulator.drop_provider(organization)
    ansible.emulator.add_invitation(organization, BO, VIEWER, expired=True)
    ansible.emulator.add_member(organization, LEAVER, VIEWER)
    ansible.emulator.add_key(organization, "limited", email=LEAVER)
    leaver = {"email": LEAVER, "state": "absent"}
    working = {
        "org_team": {"members": [{"email": BO}, {"email": NEW}, leaver], "leavers_api_keys": "revoke"},
        "org_api_key": {"name": "new", "role_assignments": VIEWER, "dest": str(ansible.folder / "key")},
    }
    options = {**INVITING, **CALLS, **working}[module]
    return {f"orgops.elastic_cloud.{module}": {**options, "organization_id": organization.id}}


# Which cases are run at which verbosity: all of them where everything is shown.
CASES_AT = {
    5: list(CASES),
    3: ["org_team-html", "org_member-401", "org_info-crash"],
    0: ["org_team-crash", "org_invitation-404", "org_info-cut"],
}


@pytest.fixture(scope="module", params=CASES_AT, ids=lambda verbosity: f"verbosity {verbosity}")
def shown(request: pytest.FixtureRequest, new_ansible: Callable[[], Ansible]) -> Shown:
    """The cases in one playbook; where everything is shown, also what each module does when nothing goes wrong."""
    names = CASES_AT[request.param]
    working = list(CALLS) if names == list(CASES) else []
    ansible = new_ansible()
    folder = ansible.folder
    (folder / "sitecustomize.py").write_text(CRASH, encoding="utf-8")
    with local_server() as elsewhere:
        tasks = [prepare(ansible, name, elsewhere.url) for name in names]
        tasks += [prepare_success(ansible, module) for module in working]
        organizations = list(ansible.emulator.organizations.values())
        ansible.emulator.add_key(organizations, secret=KEY)
        tokens = [token for organization in organizations for token in organization.invitations]
        run, results = play(
            ansible,
            tasks,
            "--diff",
            EC_API_KEY=KEY,
            ANSIBLE_VERBOSITY=str(request.param),
            PYTHONPATH=str(folder),
            ANSIBLE_KEEP_REMOTE_FILES="true",
            ANSIBLE_LOG_PATH=str(folder / "log.txt"),
            ANSIBLE_DISPLAY_TRACEBACK="always",
        )
        tokens += [token for one in organizations for token in one.invitations]
        tokens += [key.secret for key in ansible.emulator.keys if key.name == "new"]
        assert len(working) < len(CALLS) or (folder / "key").read_text() == tokens[-1]
    return Shown(
        dict(zip([*names, *working], results, strict=True)),
        [KEY, *tokens],
        {
            "output": run.output,
            "log": (folder / "log.txt").read_text(encoding="utf-8"),
            "results": json.dumps(results, ensure_ascii=False),
            "temporary files": files_below(folder / "remote") + files_below(folder / "access-review"),
        },
        elsewhere,
    )


@pytest.mark.parametrize("place", ["output", "log", "results", "temporary files"])
def test_no_secret_is_there(shown: Shown, place: str) -> None:
    assert shown.places[place]
    assert leaks(shown.places[place], shown.secrets) == []


def test_nothing_is_seen_where_a_redirect_leads(shown: Shown) -> None:
    assert shown.elsewhere.seen == []


def test_every_failure_has_happened(shown: Shown) -> None:
    found = {name: (result["failed"], result["msg"]) for name, result in shown.results.items() if name in CASES}
    for name, (failed, message) in found.items():
        assert failed, name
        assert CASES[name][1].shows in message, name


def test_what_does_not_fail_has_happened_too(shown: Shown) -> None:
    for module in CALLS.keys() & shown.results.keys():
        writes = module not in ("org_access_review", "org_info")
        assert shown.results[module]["changed"] == writes, shown.results[module]
