# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The people of an organization, and how they are named."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import (
    Invitation,
    Selection,
    email_key,
    split_addresses,
    what_is_wrong,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._texts import what_is_unsafe
from ansible_collections.orgops.elastic_cloud.tests.unit.samples import BILLING, OWNER, invitation, member, people

ANA = "ana@example.com"
ADDRESSES = st.sampled_from([ANA, "bo@example.com", "Cleo@Example.com", "dev+elastic@example.org"])


def split(value: t.Any) -> tuple[list[str], list[str]]:
    """Addresses, and what is wrong with the others."""
    findings = Findings()
    return split_addresses(value, findings), findings.problems


def selection(*names: t.Any) -> tuple[Selection, list[str]]:
    """A selection, and what is wrong with its names."""
    findings = Findings()
    return Selection.from_input(names, "ignore", findings), findings.problems


# --- Addresses


@pytest.mark.parametrize("email", [ANA, " Ana@Example.com ", "o'hara+tag@sub.example.com", "ünal@exämple.org", "a@b"])
def test_what_may_be_an_address_passes(email: str) -> None:
    assert what_is_wrong(email) is None


@pytest.mark.parametrize(
    "email",
    [
        "",
        " ",
        "ana",
        "ana@",
        "@example.com",
        "a@b@c",
        "ana@exa mple.com",
        "a,b@example.com",
        "<ana@example.com",
        "ana@example.com\u200b",
        "\u202eana@example.com",
    ],
)
def test_what_is_no_address_is_told_with_the_address(email: str) -> None:
    assert what_is_wrong(email) == f"{email.strip()!r} is not an email address"


@pytest.mark.parametrize("email", ["a\x00@b", "ana@exam\nple.com", "{{x}}@example.com", "#jinja2:x@example.com"])
def test_what_is_unsafe_is_told_as_such_though_it_is_no_address_either(email: str) -> None:
    assert what_is_unsafe(email)
    assert what_is_wrong(email) == f"no email address: {what_is_unsafe(email)}"


@pytest.mark.parametrize(
    "email", ["Ana Lopez <ana@example.com>", '"Lopez, Ana" < ana@example.com >', "<ana@example.com>"]
)
def test_a_name_with_an_address_is_told_with_the_address_alone(email: str) -> None:
    wrong = what_is_wrong(email)
    assert wrong is not None
    assert wrong.endswith(f"write {ANA}")


@pytest.mark.parametrize(("length", "fine"), [(254, True), (255, False)])
def test_an_address_has_at_most_254_characters(length: int, fine: bool) -> None:
    assert (what_is_wrong("a@example.com".rjust(length, "a")) is None) is fine


@given(addresses=st.lists(ADDRESSES), separators=st.lists(st.sampled_from([" ", ",", ";", "\n", ", ", "\t; "])))
def test_addresses_are_split_as_the_web_console_does(addresses: list[str], separators: list[str]) -> None:
    separators += [","] * len(addresses)
    text = "".join(f"{address}{separator}" for address, separator in zip(addresses, separators, strict=False))
    once = list(dict.fromkeys(addresses))
    assert split(text) == (once, [])
    assert split([text, None, "", *addresses]) == (once, [])


@pytest.mark.parametrize("value", [None, "", " , ;\n", [], [None, " "]])
def test_no_addresses_are_nothing_to_do(value: t.Any) -> None:
    assert split(value) == ([], [])


def test_a_person_who_is_named_twice_counts_once() -> None:
    assert split("Ana@example.com, ana@EXAMPLE.com") == (["Ana@example.com"], [])


def test_faulty_addresses_are_told_at_once_with_their_place() -> None:
    found, problems = split([f"{ANA} bo", 5, "Cleo Ray <cleo@example.com>, dev@example.com", {}])
    assert found == [ANA, "dev@example.com"]
    assert [problem.partition(":")[0] for problem in problems] == ["emails[0]", "emails[1]", "emails[2]", "emails[3]"]
    assert "'bo' is not an email address" in problems[0]
    assert "not a number" in problems[1]
    assert problems[2].endswith("is a name with an address; write cleo@example.com")
    assert "not a dictionary" in problems[3]


# --- Who is meant


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        (ANA, True),
        ("ANA@Example.COM", True),
        (" ana@example.com ", True),
        ("*@example.com", True),
        ("*@EXAMPLE.com", True),
        ("id-ana", True),
        ("ID-ANA", False),
        ("*@ample.com", False),
        ("*@sub.example.com", False),
        ("bo@example.com", False),
    ],
)
def test_people_are_named_by_email_domain_or_user_id(name: str, chosen: bool) -> None:
    found, problems = selection(name)
    assert problems == []
    assert found.has("Ana@example.com", "id-ana") is chosen


def test_a_domain_is_not_that_of_a_longer_one() -> None:
    assert not selection("*@example.com")[0].has("ana@sub.example.com")


def test_somebody_without_an_email_is_named_by_user_id() -> None:
    assert selection("id-1")[0].has(None, "id-1")
    assert not selection("*@example.com", ANA)[0].has(None, "id-1")


@pytest.mark.parametrize(
    "name", ["", " ", 5, None, "*", "*@", "ana@*", "*ana@example.com", "*@*.com", "ana@", "Ana <a@b>"]
)
def test_what_names_nobody_is_told_with_its_index(name: t.Any) -> None:
    found, problems = selection("id-1", name)
    assert len(problems) == 1
    assert problems[0].startswith("ignore[1]: ")
    assert found.has(None, "id-1")


# --- Who is there


def test_people_are_found_without_regard_to_case() -> None:
    there = people(member("Ana@Example.com"), invitation("BO@example.com"))
    assert [one.user_id for one in there.find(" aNa@example.com").members] == ["id-ana"]
    assert [one.email for one in there.find("bo@EXAMPLE.com").invitations] == ["BO@example.com"]
    assert there.find("bo@example.com").members == []


def test_the_invitation_that_counts_is_the_latest_of_the_pending_ones() -> None:
    several = [
        invitation(ANA, expired=True, created=4),
        invitation(ANA, created=2),
        invitation(ANA.upper(), created=3),
        invitation(ANA, expired=True, created=1),
    ]
    found = [one.created_at for one in people(*several).find(ANA).invitations]
    assert found == ["2026-05-03T00:00:00Z", "2026-05-02T00:00:00Z", "2026-05-04T00:00:00Z", "2026-05-01T00:00:00Z"]


def test_an_invitation_without_a_date_is_older_than_any_other() -> None:
    undated = Invitation(ANA, "token", None, None, False, frozenset())
    assert people(undated, invitation(ANA)).find(ANA).invitations[-1] is undated


def test_owners_are_members_with_the_owner_role() -> None:
    there = people(member(ANA, OWNER), member("bo@example.com", BILLING), invitation("cleo@example.com", OWNER))
    assert there.owners == {"id-ana"}


def test_an_invitation_shows_no_token() -> None:
    assert "token-" not in repr(invitation(ANA))


@given(text=st.text(st.characters(codec="utf-8"), max_size=8))
def test_the_key_of_an_email_is_its_own_key(text: str) -> None:
    assert email_key(email_key(text)) == email_key(text)


def test_a_selection_tells_by_which_entry_it_has_somebody() -> None:
    ignored, _problems = selection("*@sso.example.com", "Ana@Example.com", "u1")
    assert ignored.entry_for("bo@SSO.example.com", "u9") == "*@sso.example.com"
    assert ignored.entry_for("ana@example.com", "u1") == "ana@example.com"
    assert ignored.entry_for(None, "u1") == "u1"
    assert ignored.entry_for("bo@example.com", "u2") is None
    assert ignored.sparing([("bo@sso.example.com", None)]).entry_for("bo@sso.example.com") is None
