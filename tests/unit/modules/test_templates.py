# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No module takes a text that would be a template for Ansible, or an id with a control character, in any option."""

from __future__ import annotations

import pytest

from ansible_collections.orgops.elastic_cloud.tests.unit.modules.running import viewer

MARKS = {
    "expression": "{{ x }}",
    "statement": "{% x %}",
    "comment": "{# x #}",
    "head": "#jinja2: a:'b'",
}
ANA = "ana@example.com"


def roles(text):
    """Role assignments with one application role."""
    return viewer("a", application_roles=[text])


PLACES = {
    "email of an entry": lambda text: ("org_team", {"members": [{"email": f"{text}@example.com"}]}, "members[0]"),
    "roles of an entry": lambda text: (
        "org_team",
        {"members": [{"email": ANA}, {"email": "bo@example.com", "role_assignments": roles(text)}]},
        "members[1] (bo@example.com).role_assignments.deployment[0]: application_roles",
    ),
    "roles of a group": lambda text: (
        "org_team",
        {"members": [], "groups": {"team": roles(text)}},
        "groups.team.deployment[0]: application_roles",
    ),
    "group": lambda text: ("org_team", {"members": [], "groups": {text: {}}}, f"groups.{text}"),
    "ignore": lambda text: ("org_team", {"members": [], "ignore": [ANA, text]}, "ignore[1]"),
    "protected": lambda text: ("org_team", {"members": [], "protected": [text]}, "protected[0]"),
    "limit": lambda text: ("org_team", {"members": [], "max_removals": text}, "max_removals"),
    "time": lambda text: ("org_team", {"members": [], "invitation_expires_in": text}, "invitation_expires_in"),
    "email": lambda text: ("org_member", {"email": f"{text}@example.com"}, "email"),
    "user id": lambda text: ("org_member", {"user_id": text}, "user_id"),
    "roles": lambda text: (
        "org_member",
        {"email": ANA, "role_assignments": roles(text)},
        "role_assignments.deployment[0]: application_roles",
    ),
    "emails": lambda text: ("org_invitation", {"emails": [ANA, f"{text}@example.com"]}, "emails[1]"),
    "emails as a text": lambda text: ("org_invitation", {"emails": f"{text}@example.com"}, "emails"),
    "roles of the invited": lambda text: (
        "org_invitation",
        {"emails": ANA, "role_assignments": roles(text)},
        "role_assignments.deployment[0]: application_roles",
    ),
    "identity provider": lambda text: ("org_sso", {"identity_provider": {"issuer": text}}, "identity_provider: issuer"),
    "role mapping": lambda text: (
        "org_sso",
        {"role_mappings": [{"name": text, "state": "absent"}]},
        "role_mappings[0]: name",
    ),
    "condition": lambda text: (
        "org_sso",
        {"role_mappings": [{"name": "a", "any": [{"group": text}], "role_assignments": viewer("a")}]},
        "role_mappings[0] (a).any[0]: group",
    ),
    "roles of a mapping": lambda text: (
        "org_sso",
        {"role_mappings": [{"name": "a", "any": [{"group": "b"}], "role_assignments": roles(text)}]},
        "role_mappings[0] (a).role_assignments.deployment[0]: application_roles",
    ),
    "name of an API key": lambda text: ("org_api_key", {"name": text, "state": "absent"}, "name"),
    "id of an API key": lambda text: ("org_api_key", {"id": text, "state": "absent"}, "id"),
    "file": lambda text: ("org_api_key", {"name": "ci", "role_assignments": roles("x"), "dest": text}, "dest"),
    "roles of an API key": lambda text: (
        "org_api_key",
        {"name": "ci", "role_assignments": roles(text)},
        "role_assignments.deployment[0]: application_roles",
    ),
    "organization": lambda text: ("org_info", {"organization_id": text}, "organization_id"),
}
PLACES_OF_LINES = (
    "email of an entry",
    "roles of an entry",
    "roles of a group",
    "user id",
    "roles",
    "identity provider",
    "role mapping",
    "condition",
    "roles of a mapping",
    "organization",
    "name of an API key",
    "id of an API key",
    "file",
    "roles of an API key",
)


@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS)
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_a_template_is_refused_and_the_entry_named(site, place, mark):
    module, options, where = place(mark)
    message = site.reject(module, **options)
    assert f"{where}: " in message
    assert message.isprintable()
    if where not in ("max_removals", "invitation_expires_in"):
        assert "would be a template for Ansible" in message


@pytest.mark.parametrize("text", ["a\nb", "a\x1b[2Jb", "a\x01b"])
@pytest.mark.parametrize("place", PLACES_OF_LINES)
def test_a_control_character_is_refused_and_the_entry_named(site, place, text):
    module, options, where = PLACES[place](text)
    message = site.reject(module, **options)
    assert f"{where}: " in message
    assert "contains a control character" in message
    assert message.isprintable()


def test_all_are_told_at_once(site):
    members = [{"email": f"{{{{{number}}}}}@example.com"} for number in range(3)]
    message = site.reject("org_team", members=members, ignore=["{% x %}"])
    assert "4 problems in the input" in message
    for where in ("members[0]", "members[1]", "members[2]", "ignore[0]"):
        assert f"\n- {where}: " in message
