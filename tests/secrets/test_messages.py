# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each documented error code, caused: the message tells what was attempted, on whom, the answer, and what to do."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ADVICE
from ansible_collections.orgops.elastic_cloud.tests.emulator.refusals import MESSAGES
from ansible_collections.orgops.elastic_cloud.tests.unit.certificates import make, text_of
from ansible_collections.orgops.elastic_cloud.tests.unit.modules.running import OWNER, Site, viewer

ANA, NEW = "ana@example.com", "new@example.com"
GIVE = {"members": [{"email": ANA, "role_assignments": viewer("a", "b")}]}
TAKE = {"members": [{"email": ANA, "role_assignments": {}}]}
REMOVE = {"members": [{"email": ANA, "state": "absent"}]}
INVITE = {"members": [{"email": NEW, "role_assignments": viewer("a")}]}
REVOKE = {"members": [{"email": "bo@example.com", "state": "absent"}]}


@dataclass(frozen=True)
class Case:
    """One refusal. attempted: action and person, None where reading fails already; do: what the message says to do;
    options: of org_team; cause: brings the refusal about, and may return further options.
    """

    status: int
    code: str
    attempted: str | None
    do: str
    options: t.Mapping[str, t.Any]
    cause: Callable[[Site], t.Mapping[str, t.Any] | None]


def refusal(status: int, code: str, method: str, path: str) -> Callable[[Site], None]:
    """Let the service refuse all such requests, whatever it would have done."""

    def cause(site: Site) -> None:
        site.emulator.fail("status", status=status, code=code, method=method, path=path, from_nth=1)

    return cause


def hidden_deployment(site: Site) -> None:
    """A deployment that somebody has a role on is stopped and hidden."""
    site.emulator.add_resource(site.organization, "deployment", "a", "hidden")


def expired_key(site: Site) -> dict[str, t.Any]:
    """The API key was good once."""
    return {"api_key": site.emulator.add_key(site.organization, expired=True)}


CASES: dict[str, Case] = {
    "key expired": Case(401, "root.unauthorized", None, "create a new one in the console", GIVE, expired_key),
    "key revoked amid the run": Case(
        401,
        "root.unauthorized",
        f"update {ANA}",
        "create a new one in the console",
        GIVE,
        refusal(401, "root.unauthorized", "POST", "/role_assignments"),
    ),
    "key without the owner role": Case(
        403,
        "root.invalid_authentication",
        f"invite {NEW}",
        "key of an organization owner",
        INVITE,
        lambda site: {"api_key": site.limited_key()},
    ),
    "another organization's id": Case(
        403,
        "organization.invalid_access",
        None,
        "check organization_id",
        GIVE,
        refusal(403, "organization.invalid_access", "GET", "/members"),
    ),
    "no organization's id": Case(
        404, "organization.not_found", None, "check organization_id", GIVE, lambda site: {"organization_id": "7"}
    ),
    "member not found": Case(
        404,
        "organization.membership_not_found",
        f"remove {ANA}",
        "run again",
        REMOVE,
        refusal(404, "organization.membership_not_found", "DELETE", "/members/"),
    ),
    "user not found": Case(
        404,
        "user.not_found",
        f"update {ANA}",
        "run again",
        GIVE,
        refusal(404, "user.not_found", "POST", "/role_assignments"),
    ),
    "no target": Case(
        400,
        "role_assignments.invalid_target_user_id",
        f"update {ANA}",
        "run again",
        GIVE,
        refusal(400, "role_assignments.invalid_target_user_id", "POST", "/role_assignments"),
    ),
    "hidden deployment": Case(
        403,
        "role_assignments.unauthorized_role_assignments",
        f"update {ANA}",
        "stopped and hidden",
        TAKE,
        hidden_deployment,
    ),
    "bad address": Case(
        400,
        "organization.invitation_invalid_email",
        "invite new@localhost",
        "correct it",
        {"members": [{"email": "new@localhost"}]},
        lambda site: None,
    ),
    "invited already": Case(
        400,
        "organization.invitation_already_exists",
        f"invite {NEW}",
        "run again",
        INVITE,
        refusal(400, "organization.invitation_already_exists", "POST", "/invitations"),
    ),
    "member elsewhere": Case(
        400,
        "organization.user_organization_already_belongs",
        f"invite {NEW}",
        "leave it first",
        INVITE,
        lambda site: site.emulator.add_outsider(NEW),
    ),
    "invitation limit": Case(
        429,
        "organization.invitations_rate_limit_exceeded",
        f"invite {NEW}",
        "run again later",
        INVITE,
        lambda site: site.emulator.switch(invitation_limit=0),
    ),
    "too many pending": Case(
        400,
        "organization.invitations_pending_limit_exceeded",
        f"invite {NEW}",
        "revoke some",
        INVITE,
        lambda site: site.emulator.switch(max_pending_invitations=1),
    ),
    "invitation not found": Case(
        404,
        "organization.invitation_not_found",
        "uninvite bo@example.com",
        "run again",
        REVOKE,
        refusal(404, "organization.invitation_not_found", "DELETE", "/invitations/"),
    ),
    "token refused": Case(
        400,
        "root.invalid_data",
        "uninvite bo@example.com",
        "compare",
        REVOKE,
        refusal(400, "root.invalid_data", "DELETE", "/invitations/"),
    ),
    "sender is no member": Case(
        404,
        "organization.user_organization_does_not_belong",
        f"invite {NEW}",
        "use a key that an owner of this organization made",
        INVITE,
        refusal(404, "organization.user_organization_does_not_belong", "POST", "/invitations"),
    ),
    "role refused": Case(
        400,
        "root.invalid_data",
        f"invite {NEW}",
        "compare role ids",
        INVITE,
        refusal(400, "root.invalid_data", "POST", "/invitations"),
    ),
}


def cause(site: Site, name: str) -> dict[str, t.Any]:
    """Bring a refusal about; return the result."""
    case = CASES[name]
    site.member("owner@example.com", OWNER)
    site.member(ANA, viewer("a"))
    site.invitation("bo@example.com", viewer("a"))
    more = case.cause(site) or {}
    return site.run("org_team", max_removals="100%", **{**case.options, **more})


@pytest.mark.parametrize("name", CASES)
def test_the_message_tells_what_was_attempted_the_answer_and_what_to_do(site: Site, name: str) -> None:
    case, result = CASES[name], cause(site, name)
    assert result["failed"]
    message, error = result["msg"], result["error"]
    assert (error["status"], error["codes"]) == (case.status, [case.code])
    assert f"{case.status} {case.code}" in message
    assert MESSAGES[case.code] in message
    assert case.do in message
    assert f"{error['method']} {error['path']}" in message
    if case.attempted:
        assert case.attempted in message
        (failure,) = result["failures"]
        assert f"{failure['action']} {failure['email']}" == case.attempted
        assert failure["error"]["codes"] == [case.code]
        assert case.do in failure["error"]["message"]
        assert "Done and kept: nothing" in message
    else:
        assert "failures" not in result


@pytest.mark.parametrize(
    ("module", "options"),
    [
        ("org_member", {"email": NEW, "role_assignments": viewer("a")}),
        ("org_invitation", {"emails": [NEW], "role_assignments": viewer("a")}),
    ],
)
def test_the_other_modules_speak_alike(site: Site, module: str, options: dict[str, t.Any]) -> None:
    case = CASES["member elsewhere"]
    case.cause(site)
    site.member("owner@example.com", OWNER)
    result = site.run(module, **options)
    assert f"{case.attempted}: POST " in result["msg"]
    assert f"{case.status} {case.code}" in result["msg"]
    assert case.do in result["msg"]


def test_what_was_done_all_the_same_is_told(site: Site) -> None:
    site.emulator.add_outsider(NEW)
    site.member("owner@example.com", OWNER)
    site.member(ANA, viewer("a"))
    result = site.run("org_team", members=[*GIVE["members"], *INVITE["members"]])
    assert result["msg"].startswith("1 of 2 actions failed.")
    assert "Done and kept: 1 updated." in result["msg"]


# Of the other modules: options, code, and method and path of the request that is refused.
MAPPING = {"role_mappings": [{"name": "new", "any": [{"group": "a"}], "role_assignments": viewer("a")}]}
RENAME = {"role_mappings": [{"name": "viewers", "any": [{"group": "b"}], "role_assignments": viewer("a")}]}
CLAIM, GIVE_UP = {"name": "example.org"}, {"name": "example.com", "state": "absent"}
MAKE = {"name": "new", "role_assignments": viewer("a")}
RULE = "org.role_mapping_rule."
OTHERS: list[tuple[str, t.Mapping[str, t.Any], int, str, str, str]] = [
    ("org_api_key", {**MAKE, "dest": "key"}, 400, "api_keys.invalid_input", "POST", "/auth/keys"),
    ("org_domain", CLAIM, 400, "org.domain_claim.already_exists", "POST", "/_verify"),
    ("org_domain", CLAIM, 409, "org.domain_claim.concurrent_organization_modification", "POST", "/_verify"),
    ("org_domain", GIVE_UP, 400, "org.idp.idp_configured", "DELETE", "/domains"),
    ("org_sso", MAPPING, 400, f"{RULE}ambiguous_rule", "POST", "/role_mappings"),
    ("org_sso", MAPPING, 400, f"{RULE}empty_rule", "POST", "/role_mappings"),
    ("org_sso", MAPPING, 400, f"{RULE}syntax_error", "POST", "/role_mappings"),
    ("org_sso", MAPPING, 400, f"{RULE}email_syntax_error", "POST", "/role_mappings"),
    ("org_sso", MAPPING, 400, f"{RULE}too_many_role_mappings", "POST", "/role_mappings"),
    ("org_sso", RENAME, 404, f"{RULE}role_mapping_not_found", "PUT", "/role_mappings/viewers"),
    ("org_sso", {"enforced": True}, 400, "organization.invalid_name", "PUT", "/organizations/[0-9]+$"),
]


@pytest.mark.parametrize(
    ("module", "options", "status", "code", "method", "path"), OTHERS, ids=lambda one: str(one)[:40]
)
def test_the_ways_in_beside_people_speak_alike(
    site: Site,
    tmp_path: Path,
    module: str,
    options: dict[str, t.Any],
    status: int,
    code: str,
    method: str,
    path: str,
) -> None:
    site.member("owner@example.com", OWNER)
    site.emulator.add_domain(site.organization, "example.com")
    if module == "org_sso":
        site.emulator.put_provider(site.organization, public_certificate=[text_of(make())])
        for name, roles in (("owners", OWNER), ("viewers", viewer("a"))):
            site.emulator.add_mapping(site.organization, name, {"any": [{"group": name}]}, roles)
    refusal(status, code, method, path)(site)
    if "dest" in options:
        options = {**options, "dest": str(tmp_path / options["dest"])}
    result = site.run(module, **options)
    assert result["failed"]
    assert f"{status} {code}: {MESSAGES[code]} -- {ADVICE[code]}" in result["msg"]


def test_every_documented_code_is_caused() -> None:
    # What is left out belongs to joining with another account, which no module does, and to what is gone as it should.
    others = {
        "organization.user_organization_already_exists",
        "api_keys.key_not_found",
        "org.idp.idp_not_configured",
    }
    documented = set(list(MESSAGES)[: list(MESSAGES).index("user.not_found") + 1])
    assert {case.code for case in CASES.values()} | {other[3] for other in OTHERS} == documented - others
