# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replies of a service that knows more than this version: kept and shown. Replies that make no sense: never a crash."""

from __future__ import annotations

import itertools
import json
import typing as t

import pytest

from ansible_collections.orgops.elastic_cloud.tests.secrets.serving import (
    HOME,
    READING,
    VIEWER,
    Call,
    Result,
    Service,
    invitation,
    member,
)


def warnings(result: Result) -> list[str]:
    """The warnings of a result as people see them; since ansible-core 2.19 there is more to one than text."""
    return [str(one["event"]["msg"] if isinstance(one, dict) else one) for one in result.get("warnings", [])]


every_module = pytest.mark.parametrize("module", READING)

# --- What is not known

NEWER: dict[str, t.Any] = {
    "deployment": [
        {"role_id": "deployment-viewer", "all": True},
        {"role_id": "deployment-editor", "deployment_ids": ["a"], "only_on": ["monday"]},
    ],
    "project": {"workplace": [{"role_id": "workplace-admin", "project_ids": ["w"]}]},
    "planet": [{"role_id": "planet-ruler", "planets": ["mars"]}],
}
# The same without the one grant that this version understands.
UNKNOWN = {**NEWER, "deployment": NEWER["deployment"][1:]}
ADMIN = {"deployment": [{"role_id": "deployment-admin", "all": True}]}


def known_block(role: str) -> dict[str, t.Any]:
    """Return role assignments as they are sent for a role on all deployments."""
    return {"deployment": [{"role_id": role, "organization_id": HOME.rpartition("/")[2], "all": True}]}


def test_what_is_unknown_is_shown(service: Service, call: Call) -> None:
    service.members.append(member(1, role_assignments=NEWER, shoe_size=43))
    service.invitations.append(invitation(1, role_assignments=NEWER, shoe_size=43))
    result = call("org_info", gather=["members", "invitations", "team"])
    for one in (result["members"][0], result["invitations"][0]):
        shown = one["role_assignments"]
        assert {scope: shown[scope] for scope in ("project", "planet")} == {
            scope: NEWER[scope] for scope in ("project", "planet")
        }
        assert sorted(shown["deployment"], key=str) == sorted(NEWER["deployment"], key=str)


@pytest.mark.parametrize(
    ("module", "options"),
    [
        ("org_member", {"email": "m1@example.com", "role_assignments": ADMIN}),
        ("org_member", {"user_id": "u1", "role_assignments": ADMIN}),
        ("org_team", {"members": [{"email": "m1@example.com", "role_assignments": ADMIN}]}),
    ],
)
def test_what_is_unknown_is_never_taken_away(
    service: Service, call: Call, module: str, options: dict[str, t.Any]
) -> None:
    service.members.append(member(1, role_assignments=NEWER))
    result = call(module, **options)
    path = "/api/v1/users/u1/role_assignments"
    assert service.writes == [
        (f"POST {path}", known_block("deployment-admin")),
        (f"DELETE {path}", known_block("deployment-viewer")),
    ]
    (action,) = result["plan"]
    assert {scope: action["after"][scope] for scope in ("project", "planet")} == {
        scope: NEWER[scope] for scope in ("project", "planet")
    }
    assert UNKNOWN["deployment"][0] in action["after"]["deployment"]


@pytest.mark.parametrize("assignments", [{}, {"deployment": []}, {"deployment": None}], ids=str)
def test_all_that_is_understood_is_taken_away_and_no_more(
    service: Service, call: Call, assignments: dict[str, t.Any]
) -> None:
    service.members.append(member(1, role_assignments=NEWER))
    call("org_member", user_id="u1", role_assignments=assignments)
    ((line, body),) = service.writes
    assert line.startswith("DELETE /api/v1/users/u1/")
    assert body == known_block("deployment-viewer")


@pytest.mark.parametrize("module", ["org_invitation", "org_member", "org_team"])
def test_promise_23_an_invitation_that_is_replaced_keeps_unknown_scopes_and_loses_unknown_fields(
    service: Service, call: Call, module: str
) -> None:
    service.invitations.append(invitation(1, role_assignments=NEWER))
    options: dict[str, t.Any] = {
        "org_invitation": {"emails": "i1@example.com", "role_assignments": ADMIN},
        "org_member": {"email": "i1@example.com", "role_assignments": ADMIN},
        "org_team": {"members": [{"email": "i1@example.com", "role_assignments": ADMIN}]},
    }[module]
    result = call(module, **options)
    assert not result.get("failed")
    (sent,) = [body["role_assignments"] for line, body in service.writes if line.startswith("POST")]
    assert "workplace-admin" in json.dumps(sent["project"])
    assert "mars" in json.dumps(sent["planet"])
    assert [block["role_id"] for block in sent["deployment"]] == ["deployment-admin"]
    (kept,) = result["not_understood"]
    assert (kept["email"], kept["user_id"]) == ("i1@example.com", None)
    assert kept["role_assignments"] == {scope: NEWER[scope] for scope in ("project", "planet")}
    assert (
        len([text for text in warnings(result) if "loses what this version does not understand: only_on" in text]) == 1
    )


@pytest.mark.parametrize("module", ["org_invitation", "org_member", "org_team"])
def test_promise_23_no_invitation_is_replaced_for_what_is_not_understood(
    service: Service, call: Call, module: str
) -> None:
    service.invitations.append(invitation(1, role_assignments={**NEWER, "deployment": NEWER["deployment"]}))
    roles = {"role_assignments": {"deployment": NEWER["deployment"][:1]}}
    options: dict[str, t.Any] = {
        "org_invitation": {"emails": "i1@example.com", **roles},
        "org_member": {"email": "i1@example.com", **roles},
        "org_team": {"members": [{"email": "i1@example.com", **roles}]},
    }[module]
    result = call(module, **options)
    assert (result["changed"], result["plan"], service.writes) == (False, [], [])
    (kept,) = result["not_understood"]
    assert (kept["email"], kept["user_id"], kept["role_assignments"]) == ("i1@example.com", None, UNKNOWN)
    assert len([text for text in warnings(result) if "does not understand it" in text]) == 1


def test_promise_23_an_invitation_with_exactly_what_is_defined_is_replaced_without_the_field(
    service: Service, call: Call
) -> None:
    ends = [{"role_id": "deployment-viewer", "all": True, "ends": "2030-01-01"}]
    service.invitations.append(invitation(1, role_assignments={"deployment": ends}, expired=True))
    result = call("org_team", members=[{"email": "i1@example.com", "role_assignments": VIEWER}])
    (sent,) = [body["role_assignments"] for line, body in service.writes if line.startswith("POST")]
    assert sent == known_block("deployment-viewer")
    assert result["not_understood"] == []
    assert len([text for text in warnings(result) if "loses" in text]) == 1


# --- Half a picture


def with_pages(service: Service, kind: str) -> None:
    """Have the service name a further page of members or of invitations."""
    reply = {kind: getattr(service, kind), "next_page": "2"}
    service.replies[f"/{kind}"] = json.dumps(reply).encode()


@pytest.mark.parametrize("kind", ["members", "invitations"])
@pytest.mark.parametrize(
    "options",
    [
        READING["org_team"],
        {"members": [{"email": "m1@example.com", "state": "absent"}]},
        {"members": [{"email": "i1@example.com", "role_assignments": ADMIN}]},
        {"members": [{"email": "i1@example.com", "state": "absent"}]},
    ],
    ids=["purge", "removal", "replacement", "revocation"],
)
def test_promise_24_where_there_is_a_further_page_nobody_is_stripped(
    service: Service, call: Call, kind: str, options: dict[str, t.Any]
) -> None:
    service.members.append(member(1))
    service.invitations.append(invitation(1))
    with_pages(service, kind)
    for check_mode in (True, False):
        result = call("org_team", check_mode=check_mode, **options)
        assert result["guard"]["name"] == "visibility"
        assert "several pages" in result["msg"]
        assert "API key of an organization owner" not in result["msg"]
        assert service.writes == []


@pytest.mark.parametrize("kind", ["members", "invitations"])
def test_promise_24_who_is_seen_can_be_changed_and_others_be_invited(service: Service, call: Call, kind: str) -> None:
    service.members.append(member(1))
    with_pages(service, kind)
    entries = [{"email": "m1@example.com", "role_assignments": ADMIN}, {"email": "new@example.com"}]
    result = call("org_team", members=entries)
    assert [action["action"] for action in result["plan"]] == ["invite", "update"]
    assert len([text for text in warnings(result) if "several pages" in text]) == 1


@pytest.mark.parametrize("kind", ["members", "invitations"])
def test_promise_24_half_a_picture_is_no_team(service: Service, call: Call, kind: str) -> None:
    with_pages(service, kind)
    result = call("org_info", gather=["members", "invitations", "team"])
    assert "team" not in result
    assert len(result["members"]) == 1
    assert len([text for text in warnings(result) if "several pages" in text]) == 1
    assert len([text for text in warnings(result) if "No team is returned" in text]) == 1


@every_module
def test_further_fields_disturb_nothing(service: Service, call: Call, module: str) -> None:
    members = [*service.members, member(1, more={"deep": [{}]}, email_2="other@example.com")]
    service.replies["/members"] = json.dumps({"members": members, "total": 2, "next_page": None, "x": []}).encode()
    service.replies["/invitations"] = json.dumps({"invitations": [], "total": {}}).encode()
    assert not call(module, check_mode=True, **READING[module]).get("failed")


# --- What makes no sense

NO_ROLES: list[t.Any] = [
    None,
    [],
    "viewer",
    7,
    {"deployment": "viewer"},
    {"deployment": {"role_id": "deployment-viewer"}},
    {"deployment": [None, 5, [], {}, {"role_id": None}, {"role_id": 5}, {"role_id": ""}]},
    {"deployment": [{"role_id": "deployment-viewer", "deployment_ids": [None, 3, {"a": 1}, [], "a", "a"]}]},
    {"deployment": [{"role_id": "deployment-viewer", "all": "yes", "deployment_ids": "a"}]},
    {"deployment": [{"role_id": "deployment-viewer", "all": True, "application_roles": [None, 1, {}, []]}]},
    {"organization": {}, "project": [], "planet": 5, "": None},
    {"project": {"security": [{"role_id": "security-viewer", "all": True}], "search": None}},
    {"organization": [{"role_id": "billing-admin", "organization_id": 5}]},
    VIEWER,
]
EMAILS: list[t.Any] = [
    None,
    "",
    7,
    [],
    {"a": "b"},
    True,
    "Twice@example.com",
    "twice@EXAMPLE.com",
    " twice@example.com",
]
NO_PEOPLE: list[t.Any] = [
    None,
    [],
    {},
    "somebody",
    7,
    True,
    {"user_id": None},
    {"email": "x@example.com", "user_id": ""},
]
NO_TEXTS: list[t.Any] = [None, 5, [], {}, "yesterday", "2026-01-01T00:00:00Z"]


def odd_people(count: int) -> tuple[list[t.Any], list[t.Any]]:
    """Return lists of members and invitations in which each oddity meets many others, and others are as usual."""
    roles, emails, texts = itertools.cycle(NO_ROLES), itertools.cycle(EMAILS), itertools.cycle(NO_TEXTS)
    members: list[t.Any] = []
    invitations: list[t.Any] = []
    for number, nobody in zip(range(count // 4), itertools.cycle(NO_PEOPLE), strict=False):
        odd = {"email": next(emails), "name": next(texts), "role_assignments": next(roles)}
        times = {"created_at": next(texts), "expires_at": next(texts), "expired": next(texts)}
        members += [nobody, member(number, **odd, member_since=next(texts)), member(number), member(count + number)]
        members[-3]["user_id"] = 1_000_000 + number  # a number, as no contract has it
        invitations += [nobody, invitation(number, **odd, **times), invitation(number), invitation(number)]
    return members, invitations


@every_module
def test_ten_thousand_odd_people_are_read(service: Service, call: Call, module: str) -> None:
    members, invitations = odd_people(10_000)
    service.members += members
    service.invitations += invitations
    result = call(module, check_mode=True, **READING[module])
    assert not result.get("failed"), result["msg"]
    assert service.writes == []
    if module == "org_info":
        ids = [one["user_id"] for one in result["members"]]
        assert {"1", "u0", "u2499", "u10000", "1000000", "1002499"} <= set(ids)
        assert [one["email"] for one in result["invitations"]].count("i7@example.com") == 2


def test_odd_people_are_left_alone_by_who_speaks_of_others(service: Service, call: Call) -> None:
    members, invitations = odd_people(400)
    service.members += members
    service.invitations += invitations
    entries = [{"email": "m7@example.com", "role_assignments": ADMIN}, {"email": "i7@example.com", "state": "absent"}]
    result = call("org_team", members=entries)
    assert not result.get("failed"), result["msg"]
    assert {line for line, _body in service.writes} == {
        "POST /api/v1/users/u7/role_assignments",
        "DELETE /api/v1/users/u7/role_assignments",
        f"DELETE {HOME}/invitations/token-7",
    }


def nested(depth: int) -> bytes:
    """Return JSON with so many lists in each other."""
    return b"[" * depth + b"]" * depth


# Each in place of the list of members or of invitations.
NO_LISTS = {
    "null": b"null",
    "number": b"5",
    "text": b'"members"',
    "list": b"[]",
    "empty": b"",
    "nothing": b"{}",
    "no utf-8": b'{"members": [], "invitations": [{"email": "\xff"}]}',
    "utf-16": '{"members": 5, "invitations": 5}'.encode("utf-16"),
    "numbers": b'{"members": 1e999, "invitations": -Infinity}',
    "digits": b'{"members": ' + b"9" * 10_000 + b"}",
    "deep": b'{"members": ' + nested(100_000) + b', "invitations": ' + nested(100_000) + b"}",
    "objects": b'{"members": {"a": {}}, "invitations": {"a": {}}}',
}


@pytest.mark.parametrize("name", NO_LISTS)
@pytest.mark.parametrize("part", ["members", "invitations"])
@every_module
def test_what_is_no_list_is_an_error_and_no_traceback(
    service: Service, call: Call, module: str, part: str, name: str
) -> None:
    service.replies[f"/{part}"] = NO_LISTS[name]
    result = call(module, retries=0, **READING[module])
    assert result["failed"]
    assert part in result["msg"]
    assert result["error"]["path"] == f"{HOME.removeprefix('/api/v1')}/{part}"
    assert service.writes == []


@pytest.mark.parametrize("depth", [100, 900, 5000])
@every_module
def test_roles_that_are_nested_without_end_are_an_error_at_most(
    service: Service, call: Call, module: str, depth: int
) -> None:
    roles = b'{"a":' * depth + b"[]" + b"}" * depth
    everybody = json.dumps([*service.members, member(1, role_assignments="ROLES")]).encode()
    service.replies["/members"] = b'{"members": ' + everybody.replace(b'"ROLES"', roles) + b"}"
    result = call(module, check_mode=True, retries=0, **READING[module])
    assert "bug in the collection" not in result.get("msg", "")
    assert service.writes == []


@pytest.mark.parametrize(
    "listed", [None, 5, True, "text", {}, {"id": "1"}, [None, 5, [], {}, {"id": None}, {"id": []}]], ids=str
)
@every_module
def test_no_sensible_list_of_organizations_is_no_organization(
    service: Service, call: Call, module: str, listed: t.Any
) -> None:
    service.replies["/organizations"] = json.dumps({"organizations": listed}).encode()
    options = {**READING[module], **({"purge": False} if module == "org_team" else {})}
    result = call(module, organization_id=None, **options)
    assert result["failed"]
    assert "sees no organization" in result["msg"]
    assert service.reads == ["/api/v1/organizations"]


@pytest.mark.parametrize(
    "answer",
    [
        b"null",
        b"[]",
        b"{}",
        b'{"invitations": null}',
        b'{"invitations": 5}',
        b'{"invitations": [null, 5, {}, {"email": null}, {"email": {"a": 1}}]}',
        b'{"invitations": [{"email": "new@example.com", "role_assignments": 5, "token": {}, "expires_at": 7}]}',
    ],
    ids=bytes.decode,
)
@pytest.mark.parametrize("module", ["org_invitation", "org_member", "org_team"])
def test_an_answer_to_an_invitation_that_says_nothing_is_settled_by_reading(
    service: Service, call: Call, module: str, answer: bytes
) -> None:
    service.answer = answer
    options: dict[str, t.Any] = {
        "org_invitation": {"emails": "new@example.com"},
        "org_member": {"email": "new@example.com"},
        "org_team": {"members": [{"email": "new@example.com"}]},
    }[module]
    result = call(module, **options)
    assert [line for line, _body in service.writes] == [f"POST {HOME}/invitations"]
    if b"new@" in answer:
        assert result["changed"]
    else:
        (failure,) = result["failures"]
        assert failure["error"]["codes"][0] == "outcome_unknown"
