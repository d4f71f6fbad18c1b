# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules run in this process, against an emulated organization over HTTP, and what has to hold of every such run."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from unittest import mock

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common import warnings
from ansible.release import __version__ as core

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.client import Client
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import Organization
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.survey import SINGLE_SIGN_ON, take_survey
from ansible_collections.orgops.elastic_cloud.plugins.modules import (
    org_access_review,
    org_api_key,
    org_domain,
    org_info,
    org_invitation,
    org_member,
    org_sso,
    org_team,
)
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Emulator
from ansible_collections.orgops.elastic_cloud.tests.unit.readings import READINGS

try:
    from ansible.module_utils.testing import patch_module_args
except ImportError:  # before ansible-core 2.19

    @contextlib.contextmanager
    def patch_module_args(args: dict[str, Any] | None = None) -> Iterator[None]:
        """Have a module find these arguments."""
        encoded = json.dumps({"ANSIBLE_MODULE_ARGS": args or {}}).encode()
        with mock.patch.object(basic, "_ANSIBLE_ARGS", encoded):
            yield


Result = dict[str, Any]
MODULES = {
    "org_access_review": org_access_review,
    "org_api_key": org_api_key,
    "org_domain": org_domain,
    "org_info": org_info,
    "org_invitation": org_invitation,
    "org_member": org_member,
    "org_sso": org_sso,
    "org_team": org_team,
}
SINCE_2_22 = tuple(map(int, core.split(".")[:2])) >= (2, 22)
# Modules echo their options, since ansible-core 2.22 only when they are told to.
ECHO = {"_ansible_inject_invocation": True} if SINCE_2_22 else {}
# What a result says of a run, apart from how it was called.
NOT_OF_THE_RUN = {"check_mode", "invocation", "warnings"}
# What differs between two access reviews of the same: ids and times.
OF_ONE_REVIEW = {"report", "document"}

PROVIDER = ("enabled", "login_identifier_prefix", "issuer", "sso_url", "public_certificates")

OWNER = {"organization": [{"role_id": "organization-admin"}]}
BILLING = {"organization": [{"role_id": "billing-admin"}]}
END_OF_ENFORCEMENT = '"enforce_authentication_method": null'
CONSOLE_ONLY: list[str] = []

masks_by_itself = pytest.mark.skipif(SINCE_2_22, reason="what a module returns is masked by the controller")
under_every_reading = pytest.mark.parametrize("site", READINGS, indirect=True, ids=str)


def result_in(output: str) -> Result:
    """What a module has printed, without what Ansible keeps to itself."""
    result: Result = json.loads(output)
    result.pop("_ansible_new_secrets", None)  # for the controller to mask, since ansible-core 2.22
    return result


def under(*readings: dict[str, Any]) -> pytest.MarkDecorator:
    """Run a test under the likeliest reading of the API, and under these."""
    return pytest.mark.parametrize("site", [{}, *readings], indirect=True, ids=str)


def viewer(*ids: str, **more: Any) -> dict[str, Any]:
    """Role assignments: viewer of some deployments, or with `all=True` of all of them."""
    block = {"role_id": "deployment-viewer", **({"deployment_ids": list(ids)} if ids else {})}
    return {"deployment": [block | more]}


@dataclass
class Site:
    """An organization of its own for each test, and the modules on the way to it.

    Whatever a module puts out is searched for secrets, each time.
    """

    emulator: Emulator
    url: str
    read_output: Callable[[], Any]

    def __post_init__(self) -> None:
        self.done_by: list[dict[str, Any]] = []  # the writes of the run that `converge` is about
        self.sent: Counter[str] = Counter()  # and the emails
        self.handed: str | None = None  # the API key that the last run has made and returned
        self.organization = self.emulator.add_organization("Example")
        self.id = self.organization.id
        self.key = self.emulator.add_key(self.organization)

    # Before and between runs

    def member(self, email: str | None, *assignments: dict[str, Any], **details: Any) -> str:
        """Somebody is a member; returns the user id."""
        return self.emulator.add_member(self.organization, email, _merged(assignments), **details).user_id

    def invitation(self, email: str, *assignments: dict[str, Any], **details: Any) -> None:
        """Somebody is invited."""
        self.emulator.add_invitation(self.organization, email, _merged(assignments), **details)

    def limited_key(self, *scope: tuple[str, str]) -> str:
        """The key of a member who administers some resources, all deployments unless it is said."""
        return self.emulator.add_key(self.organization, "limited", scope=scope or [("deployment", "*")])

    def let_lists_catch_up(self) -> None:
        """As after a while: what is read is what is there."""
        if not self.emulator.switches.list_lag:
            return
        organization = Organization(Client(self.url, self.key, clock=self.emulator.clock), self.id)
        for _turn in range(self.emulator.switches.list_lag + 1):
            take_survey(organization, ("members", "invitations", "api_keys", *SINGLE_SIGN_ON))

    # Running modules

    def run(self, module: str, *, check_mode: bool = False, **options: Any) -> Result:
        """Run a module, by default with an owner's key for this organization; returns its result."""
        arguments = {"endpoint": self.url, "api_key": self.key, "organization_id": self.id, **options}
        arguments |= {"_ansible_check_mode": check_mode, "_ansible_diff": True, "_ansible_remote_tmp": "/nonexistent"}
        arguments |= ECHO
        warnings._global_warnings.clear()
        self.let_lists_catch_up()
        self.emulator.log.clear()
        self.read_output()
        with as_on_a_managed_node(), patch_module_args(arguments), pytest.raises(SystemExit) as ended:
            MODULES[module].main()
        output = self.read_output()
        result = result_in(output.out)
        assert bool(ended.value.code) == bool(result.get("failed"))
        self.handed = (result.get("api_key") or {}).pop("secret", None)  # the one place where a secret may be
        for secret in self.secrets():
            assert secret not in json.dumps(result) + output.err
        # The emulator takes null for absent, for the sake of other clients; ours leave out what is. One null is meant.
        sent = json.dumps([entry["body"] for entry in self.writes]).replace(END_OF_ENFORCEMENT, "")
        assert ": null" not in sent
        result["warnings"] = [_text_of(warning) for warning in result.get("warnings", [])]
        return result

    def succeed(self, module: str, **options: Any) -> Result:
        """Run a module, which does not fail."""
        result = self.run(module, **options)
        assert not result.get("failed"), result["msg"]
        return result

    def refuse(self, module: str, **options: Any) -> Result:
        """Run a module in check mode and not: it fails in the same words each time, and writes nothing."""
        results = []
        for check_mode in (True, False):
            results.append(self.run(module, check_mode=check_mode, **options))
            assert not self.writes
        checked, result = results
        assert result["failed"]
        assert said(result) == said(checked)
        assert result["changed"] is False
        assert result["diff"] == []
        return result

    def reject(self, module: str, **options: Any) -> str:
        """Run a module, which finds the input wrong and asks the service nothing; returns the message."""
        result = self.refuse(module, **options)
        assert not self.requests
        return str(result["msg"])

    def converge(self, module: str, **options: Any) -> Result:
        """Check, do, do again and check again; returns the result of doing.

        What the check says is what is done, and then nothing is left to do.
        """
        checked = self.succeed(module, check_mode=True, **options)
        assert not self.writes
        done = self.succeed(module, **options)
        handed, writes, emails = self.handed, self.writes, self.emails
        assert said(done) == said(checked)
        assert done["warnings"] == checked["warnings"]
        assert done["changed"] == bool(done["plan"]) == bool(writes)
        for check_mode in (False, True):
            again = self.succeed(module, check_mode=check_mode, **options)
            assert not self.writes
            assert (again["changed"], again["plan"], again["diff"]) == (False, [], [])
        self.done_by, self.sent, self.handed = writes, emails, handed
        return done

    # Afterwards

    @property
    def requests(self) -> list[tuple[str, str]]:
        """Method and path of the requests of the last run, in order of the paths where they were side by side."""
        return [(entry["method"], entry["path"].removeprefix("/api/v1")) for entry in self.emulator.log]

    @property
    def writes(self) -> list[dict[str, Any]]:
        """The log's entries for the writes of the last run."""
        return [entry for entry in self.emulator.log if entry["method"] != "GET"]

    @property
    def emails(self) -> Counter[str]:
        """How many emails the last run had the service send, by address."""
        return Counter(email.lower() for entry in self.emulator.log for email in entry["mails"])

    @property
    def people(self) -> dict[str, str]:
        """Who is there, by email: `active`, `pending` or `expired`."""
        return {email: one["status"] for email, one in self.emulator.people(self.organization).items()}

    def user_id(self, email: str) -> str:
        """The user id of a member."""
        member = self.emulator.member(self.organization, email)
        assert member is not None
        return member.user_id

    def roles(self, who: str) -> dict[str, Any] | None:
        """The role assignments of somebody, normalised; None where nobody is there."""
        return self.emulator.roles(self.organization, who)

    def secrets(self) -> list[str]:
        """What nobody is to see: keys that are long enough to be told from other text, and tokens."""
        tokens = [token for one in self.emulator.organizations.values() for token in one.invitations]
        return [key.secret for key in self.emulator.keys if len(key.secret) > 15] + tokens


def actions(result: Result) -> list[tuple[str, str]]:
    """The plan in short."""
    return [(action["action"], action["email"]) for action in result["plan"]]


def counts(result: Result) -> dict[str, int]:
    """The summary without its zeros."""
    return {heading: count for heading, count in result["summary"].items() if count}


def codes(result: Result) -> dict[str, list[str]]:
    """The error codes of failures, by email."""
    return {failure["email"]: failure["error"]["codes"] for failure in result["failures"]}


def gained(result: Result) -> dict[str, str]:
    """How people are afterwards, by what the diff has over them."""
    return {one["after_header"]: one["after"] for one in result["diff"]}


def as_on_a_managed_node() -> contextlib.AbstractContextManager[Any]:
    """Have warnings in the result, although a test elsewhere may have imported the controller, which prints them."""
    try:
        from ansible.module_utils import _internal
    except ImportError:  # ansible-core before 2.19 makes no difference
        return contextlib.nullcontext()
    return mock.patch.object(_internal, "is_controller", False)


def _text_of(warning: Any) -> str:
    """A warning as people see it; since ansible-core 2.19 there is more to one than text."""
    return str(warning["event"]["msg"] if isinstance(warning, dict) else warning)


def _merged(assignments: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for one in assignments:
        for scope, blocks in one.items():
            merged[scope] = merged.get(scope, []) + blocks if isinstance(blocks, list) else blocks
    return merged


def said(result: Result) -> Result:
    """What a result says, but for times that a check cannot know and the ids of requests."""
    said = {name: value for name, value in result.items() if name not in NOT_OF_THE_RUN | OF_ONE_REVIEW}
    if "findings" in said:
        said["findings"] = [one | {"first_seen": None} for one in said["findings"]]
    if "error" in said:
        said["error"] = said["error"] | {"request_id": None}
    if "steps" in said:  # what is planned is what is done
        said["steps"] = [one | {"outcome": "done"} if one["outcome"] == "planned" else one for one in said["steps"]]
    if "sso" in said:
        changed = [action["action"] for action in said["plan"]]
        said["sso"] = dict(said["sso"])
        provider = said["sso"]["identity_provider"]
        if provider and "set_identity_provider" in changed:  # what the service makes of it is not known before
            said["sso"]["identity_provider"] = {name: provider[name] for name in PROVIDER}
        if any(action["name"] == "enforced" and action["before"] is None for action in said["plan"]):
            del said["sso"]["enforced"]
    if said.get("api_key") and any(action["action"] == "create_api_key" for action in said["plan"]):
        said["api_key"] = said["api_key"] | dict.fromkeys(("id", "user_id", "created_at", "expires_at"))
    if "invitations" in said and "plan" in said:
        sent = {email.lower() for action, email in actions(said) if action in ("invite", "reinvite")}
        said["invitations"] = [
            one | ({"created_at": None, "expires_at": None} if one["email"].lower() in sent else {})
            for one in said["invitations"]
        ]
    return said
