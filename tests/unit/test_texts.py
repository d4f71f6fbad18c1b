# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts that must not become variables, and every place of the input that refuses them."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import SCOPES, from_input
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import Selection, split_addresses
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings, plain
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._texts import what_is_unsafe
from ansible_collections.orgops.elastic_cloud.tests.unit.samples import CONTROLS, TEMPLATES, UNSAFE, parsed

each_template = pytest.mark.parametrize("text", TEMPLATES.values(), ids=TEMPLATES)
each_unsafe_text = pytest.mark.parametrize("text", UNSAFE.values(), ids=UNSAFE)


@each_template
def test_a_template_is_unsafe(text: str) -> None:
    assert "would be a template for Ansible" in (what_is_unsafe(text) or "")
    assert what_is_unsafe(text, lines=True) == what_is_unsafe(text)


@pytest.mark.parametrize("text", CONTROLS.values(), ids=CONTROLS)
def test_a_control_character_is_unsafe_where_there_are_no_lines(text: str) -> None:
    half = text == CONTROLS["surrogate"]  # there is no place for it
    assert ("holds half of a surrogate" if half else "contains a control character") in (what_is_unsafe(text) or "")
    assert what_is_unsafe(text, lines=True) == (what_is_unsafe(text) if half else None)


@pytest.mark.parametrize(
    "text",
    ["", " \n", "ana@example.com", "kibana_user\n", "{a} {", "}} %} #}", "a #jinja2:", "# jinja2:", "\u202e"],
)
def test_other_texts_are_safe(text: str) -> None:
    assert what_is_unsafe(text) is None


@each_unsafe_text
@pytest.mark.parametrize("length", [0, 10_000])
def test_what_is_said_of_it_is_short_and_disturbs_no_terminal(text: str, length: int) -> None:
    said = what_is_unsafe(text + "x" * length) or ""
    assert said.isprintable()
    assert 10 < len(said) < 300


@given(st.text())
def test_plain_texts_are_printable_and_whole(text: str) -> None:
    shown = plain(text)
    assert shown.isprintable()
    assert plain(shown) == shown
    assert (shown == text) == text.isprintable()


def test_what_disturbs_a_terminal_is_spelt_out() -> None:
    assert plain("a\x1b[2J\n\u202eb\ud83d\U000e0001\u00e9") == "a\\u001b[2J\\u000a\\u202eb\\ud83d\\U000e0001\u00e9"


# --- Each place of a definition


def problems_of(entry: dict[str, t.Any], groups: dict[str, t.Any] | None = None) -> list[str]:
    """What is wrong with a definition whose first entry has nothing wrong with it."""
    return parsed([{"email": "ana@example.com"}, entry], groups)[1].problems


@each_unsafe_text
def test_an_email_is_refused(text: str) -> None:
    (problem,) = problems_of({"email": f"{text}@example.com"})
    assert problem == f"members[1]: no email address: {what_is_unsafe(f'{text}@example.com')}"


@each_unsafe_text
@pytest.mark.parametrize("scope", SCOPES, ids=".".join)
def test_role_ids_ids_and_application_roles_are_refused_all_at_once(text: str, scope: tuple[str, ...]) -> None:
    block: dict[str, t.Any] = {"role_id": text}
    expected = [f"role_id: {what_is_unsafe(text)}"]
    if SCOPES[scope].application_roles:
        block["application_roles"] = ["good", text]
        expected.append(f"application_roles: {what_is_unsafe(text)}")
    if ids := SCOPES[scope].ids:
        block[ids] = ["good", text]
        expected.append(f"{ids}: {what_is_unsafe(text)}")
    roles: t.Any = [{"role_id": "viewer"} | ({"all": True} if SCOPES[scope].ids else {}), block]
    for name in reversed(scope):
        roles = {name: roles}
    place = f"role_assignments.{'.'.join(scope)}[1]"
    entry = {"email": "bo@example.com", "role_assignments": roles}
    assert problems_of(entry) == [f"members[1] (bo@example.com).{place}: {one}" for one in expected]
    group = problems_of({"email": "bo@example.com", "groups": ["team"]}, {"team": roles})
    assert group == [f"groups.team.{place.removeprefix('role_assignments.')}: {one}" for one in expected]


@each_template
def test_other_places_of_a_definition_are_refused_too(text: str) -> None:
    unsafe = what_is_unsafe(text, lines=True)
    assert problems_of({"email": "bo@example.com"}, {text: {}}) == [f"groups.{text}: {unsafe}"]
    for value in ([{"role_id": "x", text: 1}], [{"role_id": "x", "ids": [text]}], {"inner": [{"role_id": text}]}):
        (problem,) = problems_of({"email": "bo@example.com", "role_assignments": {"moon_base": value}})
        assert problem.endswith(f": {unsafe}")
    findings = Findings()
    from_input({text: [{"role_id": "x"}]}, "entry", findings)
    assert findings.problems == [f"entry.{text}: {unsafe}"]
    block = {"role_id": "billing-admin", "organization_id": text}
    problems = problems_of({"email": "bo@example.com", "role_assignments": {"organization": [block]}})
    assert problems == [f"members[1] (bo@example.com).role_assignments.organization[0]: organization_id: {unsafe}"]
    for key in ("groups", "state", "until", text):
        (problem,) = problems_of({"email": "bo@example.com", key: [text] if key == "groups" else text})
        assert problem.startswith("members[1]")


@each_unsafe_text
def test_selections_are_refused(text: str) -> None:
    findings = Findings()
    Selection.from_input(["good@example.com", text, f"*@{text}"], "ignore", findings)
    assert findings.problems == [
        f"ignore[1]: {what_is_unsafe(text)}",
        f"ignore[2]: {what_is_unsafe(f'*@{text}')}",
    ]


@each_template
def test_lists_of_addresses_are_refused_with_one_word_for_each_entry(text: str) -> None:
    findings = Findings()
    assert split_addresses(["ana@example.com", f"{text} bo@example.com"], findings) == ["ana@example.com"]
    assert findings.problems == [f"emails[1]: {what_is_unsafe(f'{text} bo@example.com', lines=True)}"]
