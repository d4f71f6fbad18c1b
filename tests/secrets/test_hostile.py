# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Data that nobody expects, from the service and from the input: no traceback, and no request but those that are meant.

A module that crashes raises something else than SystemExit here, and the test fails with it.
"""

from __future__ import annotations

import json
import re
import typing as t
import urllib.parse

import pytest

from ansible_collections.orgops.elastic_cloud.tests.secrets.serving import (
    HOME,
    PURGE,
    READING,
    Call,
    Service,
    invitation,
    member,
)

every_module = pytest.mark.parametrize("module", READING)

TEXTS = {
    "quotes": "o\"'`hara@example.com",
    "lines": "two\r\nlines@example.com",
    "direction": "ab\u202ecd@example.com",
    "emoji": "\N{GRINNING FACE}@example.com",
    "long": "x" * 10_000 + "@example.com",
    "nul": "a\0b@example.com",
    "terminal": "\x1b[2Jgone@example.com",
    "surrogate": "\ud83d@example.com",
    "template": "{{ lookup('pipe', 'id') }}@example.com",
    "yaml": "- &a !!python/name:os.system [x]: @example.com",
    "comma": "a,b@example.com",
    "slash": "a/../b?c#d%2Fe@example.com",
    "space": "  ana@example.com ",
    "no address": "nobody",
}
IDS = {
    "slash": "a/b",
    "up": "a/../../users/b",
    "dots": "..",
    "dot": ".",
    "comma": "a,b",
    "encoded": "a%2Fb",
    "half encoded": "%2e%2e",
    "query": "a?b=c",
    "fragment": "a#b",
    "semicolon": "a;b",
    "space": "a b",
    "blank": " ",
    "line": "a\r\nDELETE /api/v1/x HTTP/1.1",
    "direction": "a\u202eb",
    "emoji": "\N{GRINNING FACE}",
    "backslash": "..\\..\\x",
    "long": "x" * 10_000,
    "surrogate": "\ud83d",
    "quotes": "\"'<>",
}
# What somebody can write in a playbook: YAML has no lone surrogates.
TYPED_TEXTS, TYPED_IDS = TEXTS.keys() - {"surrogate"}, IDS.keys() - {"surrogate"}
# Those cannot stand in a list of ids in a path, in whatever way they are encoded.
UNSENDABLE = {IDS[name] for name in ("dots", "dot", "comma", "line", "direction", "surrogate")}


def ids_in(line: str, before: str, after: str = "") -> list[str]:
    """Return the ids in a request line, which has nothing else in their place and is one that can be sent."""
    found = re.fullmatch(rf"{re.escape(before)}([!-~]+){re.escape(after)}", line)
    assert found, line
    assert not set("/?#") & set(found[1]), line
    return [urllib.parse.unquote(part, errors="strict") for part in found[1].split(",")]


# --- Names and addresses from the service


def spelt_out(text: str) -> str:
    """A text as results have it: as it is, but for half of a surrogate pair, which cannot be encoded."""
    return text.replace("\ud83d", "\\ud83d")


def test_promise_27_hostile_names_are_shown_as_they_are_where_they_can_be_encoded(service: Service, call: Call) -> None:
    service.members += [member(number, email=text, name=text) for number, text in enumerate(TEXTS.values())]
    service.invitations += [invitation(number, email=text) for number, text in enumerate(TEXTS.values())]
    result = call("org_info", gather=["members", "invitations"])
    shown = {one["user_id"]: (one["email"], one["name"]) for one in result["members"]}
    for number, text in enumerate(TEXTS.values()):
        assert shown[f"u{number}"] == (spelt_out(text), spelt_out(text))
    assert sorted(one["email"] for one in result["invitations"]) == sorted(map(spelt_out, TEXTS.values()))


@every_module
def test_promise_27_every_result_can_be_encoded(service: Service, call: Call, module: str) -> None:
    half = {"role_id": "deployment-viewer", "deployment_ids": ["\ud83d"], "application_roles": ["\udc00"], "\ud83e": 1}
    service.members += [
        member(number, email=f"{text}x", name=text, role_assignments={"deployment": [half]})
        for number, text in enumerate(TEXTS.values())
    ]
    service.replies[HOME] = json.dumps({"id": "x", "\ud83d": ["\ud83d"]}).encode()
    result = call(module, **READING[module])
    json.dumps(result, ensure_ascii=False).encode()
    if module in ("org_info", "org_team"):
        assert "\\ud83d@example.com" in json.dumps(result, ensure_ascii=False).replace("\\\\", "\\")


def test_promise_27_names_of_organizations_do_not_confuse_a_terminal(service: Service, call: Call) -> None:
    listed = [{"id": f"{number}\x1b[2J", "name": text} for number, text in enumerate(TEXTS.values())]
    service.replies["/organizations"] = json.dumps({"organizations": listed}).encode()
    result = call("org_info", organization_id=None)
    assert result["failed"]
    assert result["msg"].isprintable()


@pytest.mark.parametrize("check_mode", [True, False])
def test_promise_27_no_diff_and_no_reason_confuses_a_terminal(service: Service, call: Call, check_mode: bool) -> None:
    service.members += [
        member(number, email=text, role_assignments={"deployment": [{"role_id": text, "deployment_ids": [text]}]})
        for number, text in enumerate(TEXTS.values())
    ]
    service.invitations += [
        invitation(number, email=f"{text}x", expired=True, expires_at=text)
        for number, text in enumerate(TEXTS.values())
    ]
    result = call("org_team", check_mode=check_mode, **PURGE)
    assert len(result["diff"]) == 2 * len(TEXTS)
    words = [text for one in result["diff"] for text in one.values()] + [one["reason"] for one in result["plan"]]
    assert [text for text in words if not text.replace("\n", "").isprintable()] == []


@every_module
def test_hostile_names_disturb_no_module(service: Service, call: Call, module: str) -> None:
    service.members += [member(number, email=text, name=text) for number, text in enumerate(TEXTS.values())]
    service.invitations += [invitation(number, email=text) for number, text in enumerate(TEXTS.values())]
    checked = call(module, check_mode=True, **READING[module])
    assert service.writes == []
    assert not checked.get("failed"), checked
    assert not call(module, **READING[module]).get("failed")


def test_people_with_hostile_names_go_like_others(service: Service, call: Call) -> None:
    service.members += [member(number, email=text) for number, text in enumerate(TEXTS.values())]
    service.invitations += [invitation(number, email=text) for number, text in enumerate(TEXTS.values(), 100)]
    call("org_team", **PURGE)
    lines = sorted(line for line, _body in service.writes)
    revoked, removed = lines
    assert sorted(ids_in(revoked, f"DELETE {HOME}/invitations/")) == [f"token-{100 + n}" for n in range(len(TEXTS))]
    assert sorted(ids_in(removed, f"DELETE {HOME}/members/")) == sorted(f"u{n}" for n in range(len(TEXTS)))


def test_nothing_that_confuses_a_terminal_is_in_messages_and_warnings(service: Service, call: Call) -> None:
    """Ansible prints these two as they are, everything else as JSON."""
    for number, text in enumerate(TEXTS.values()):
        service.members.append(member(number, email=text, user_id=f"a,{number}"))
        service.invitations.append(invitation(number, email=f"{text}x", token=f"a,{number}"))
    result = call("org_team", **PURGE)
    assert len(result["failures"]) > len(TEXTS)
    for text in (result["msg"], *(str(warning) for warning in result.get("warnings", []))):
        assert all(letter.isprintable() or letter == "\n" for letter in text)


def test_what_guards_say_does_not_confuse_a_terminal_either(service: Service, call: Call) -> None:
    for name, text in TEXTS.items():
        service.members[1:] = [member(1, email=text, name=name)]
        result = call("org_team", **PURGE | {"max_removals": "0"})
        assert result["guard"]["emails"] == [spelt_out(text)]
        assert all(letter.isprintable() for letter in result["msg"]), name


# --- Ids and tokens from the service


def test_members_with_hostile_ids_are_removed_by_no_other_request(service: Service, call: Call) -> None:
    service.members += [member(number, user_id=one) for number, one in enumerate(IDS.values())]
    service.members.append(member(100))
    result = call("org_team", **PURGE)
    sent = [one for line, _body in service.writes for one in ids_in(line, f"DELETE {HOME}/members/")]
    assert sorted(sent) == sorted({*IDS.values(), "u100"} - UNSENDABLE)
    failed = {failure["email"] for failure in result["failures"]}
    assert failed == {f"m{number}@example.com" for number, one in enumerate(IDS.values()) if one in UNSENDABLE}
    assert result["summary"]["removed"] == len(IDS) + 1 - len(UNSENDABLE)


def test_roles_of_members_with_hostile_ids_are_changed_by_no_other_request(service: Service, call: Call) -> None:
    service.members += [member(number, user_id=one) for number, one in enumerate(IDS.values())]
    entries = [{"email": f"m{number}@example.com", "role_assignments": {}} for number in range(len(IDS))]
    result = call("org_team", members=entries, max_removals="100%")
    lines = [line for line, _body in service.writes]
    sent = {ids_in(line, "DELETE /api/v1/users/", "/role_assignments")[0] for line in lines}
    # Alone in its place, a comma does no harm.
    unsendable = UNSENDABLE - {IDS["comma"]}
    assert sent == set(IDS.values()) - unsendable
    assert len(lines) == len(sent)
    assert {failure["email"] for failure in result["failures"]} == {
        f"m{number}@example.com" for number, one in enumerate(IDS.values()) if one in unsendable
    }


def test_invitations_with_hostile_tokens_are_revoked_by_no_other_request(service: Service, call: Call) -> None:
    service.invitations += [invitation(number, token=one) for number, one in enumerate(IDS.values())]
    service.invitations.append(invitation(100))
    emails = [one["email"] for one in service.invitations]
    result = call("org_invitation", emails=emails, state="absent")
    sent = [one for line, _body in service.writes for one in ids_in(line, f"DELETE {HOME}/invitations/")]
    assert sorted(sent) == sorted({*IDS.values(), "token-100"} - UNSENDABLE)
    assert {failure["email"] for failure in result["failures"]} == {
        f"i{number}@example.com" for number, one in enumerate(IDS.values()) if one in UNSENDABLE
    }


@pytest.mark.parametrize("token", ["", None])
def test_invitations_without_a_token_are_failures_each(service: Service, call: Call, token: str | None) -> None:
    service.invitations += [invitation(number, token=token) for number in range(3)] + [invitation(3)]
    emails = [f"i{number}@example.com" for number in range(4)]
    result = call("org_invitation", emails=emails, state="absent")
    assert [line for line, _body in service.writes] == [f"DELETE {HOME}/invitations/token-3"]
    assert [failure["email"] for failure in result.get("failures", [])] == emails[:3]


def test_a_hostile_id_of_the_organization_is_no_other_path(service: Service, call: Call) -> None:
    for one in IDS.values():
        service.reads.clear()
        service.replies["/organizations"] = json.dumps({"organizations": [{"id": one, "name": one}]}).encode()
        result = call("org_info", organization_id=None, gather=["members"])
        assert service.reads[0] == "/api/v1/organizations"
        if result.get("failed"):
            assert service.reads[1:] == []
            assert one in UNSENDABLE
        else:
            (read,) = service.reads[1:]
            assert ids_in(f"GET {read}", "GET /api/v1/organizations/", "/members") == [one]


# --- Input


@pytest.mark.parametrize("name", sorted(TYPED_TEXTS))
@pytest.mark.parametrize("module", ["org_invitation", "org_member", "org_team"])
def test_a_hostile_address_is_refused_or_invited_as_it_is(service: Service, call: Call, module: str, name: str) -> None:
    text = TEXTS[name]
    options: dict[str, t.Any] = {
        "org_invitation": {"emails": [text]},
        "org_member": {"email": text},
        "org_team": {"members": [{"email": text}]},
    }[module]
    result = call(module, **options)
    if result.get("failed"):
        assert name != "emoji"
        assert "email" in result["msg"] or "address" in result["msg"]
        assert (service.reads, service.writes) == ([], [])
        assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", result["msg"])
    else:
        assert [body["emails"] for _line, body in service.writes] == [[text.strip()]]


@pytest.mark.parametrize("name", sorted(TYPED_IDS))
@pytest.mark.parametrize("there", [False, True])
def test_a_hostile_user_id_is_that_member_or_nobody(service: Service, call: Call, name: str, there: bool) -> None:
    one = IDS[name]
    service.members += [member(1, user_id=one)] if there else [member(1)]
    result = call("org_member", user_id=one, state="absent")
    removed = [ids for line, _body in service.writes for ids in ids_in(line, f"DELETE {HOME}/members/")]
    assert removed == ([one] if there and result.get("changed") else [])
    assert bool(result.get("failed")) == (name in ("blank", "line") or (there and one in UNSENDABLE))


@pytest.mark.parametrize("name", sorted(TYPED_IDS))
@every_module
def test_a_hostile_organization_id_is_refused_or_encoded(service: Service, call: Call, module: str, name: str) -> None:
    one = IDS[name]
    result = call(module, check_mode=True, organization_id=one, **READING[module])
    if not service.reads:
        assert result["failed"]
        assert "organization_id" in result["msg"]
    for path in service.reads if one != IDS["blank"] else []:  # which is as good as none
        assert ids_in(re.sub("/(members|invitations)$", "", path), "/api/v1/organizations/") == [one]
