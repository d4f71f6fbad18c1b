# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The porting guide has a row for each breaking change of release 2, before and after the release is made."""

from __future__ import annotations

import re
import typing as t

import yaml

from ansible_collections.orgops.elastic_cloud.tests.docs.guides import ROOT
from ansible_collections.orgops.elastic_cloud.tests.docs.test_site import in_code, section

# Words of a breaking change, and the row that is about it
ROWS = {
    "a role id that neither it knows": "A role id or a scope that is not known",
    "two different lists of application roles": "Two sets of application roles",
    "``state=absent`` together with": "``state: absent`` together with roles, in ``org_member``",
    "both in ``ignore`` and in ``members``": "Somebody is in ``ignore`` and also has an entry",
    "outweighs ``*@domain``": "Somebody has an entry, and ``ignore`` has their domain",
    "``until`` is a day": "Dates in ``until``",
    "``diff`` is a list": "Playbooks that read ``diff``",
    "more than 300 actions": "Playbooks that read long lists",
    "no longer sent back": "Invitations with unknown fields are replaced",
    "plain ``http``": "An emulator behind a proxy",
    "the report has a line for each action": "Programs that read the report",
    "``__org_team_result``": "``__org_team_result``",
    "two hosts of the group": "Two hosts with one organization, and ``--limit``",
    "the type ``raw``": "Types of variables in tools that read argument specifications",
    "``not_attempted``": 'Playbooks that compare ``error.codes`` with ``["not_attempted"]``',
}


def breaking_changes() -> list[str]:
    """Return the breaking changes of release 2: those released, and those that wait in fragments."""
    releases = yaml.safe_load((ROOT / "changelogs/changelog.yaml").read_text(encoding="utf-8"))["releases"]
    told: list[dict[str, t.Any]] = [one["changes"] for name, one in releases.items() if name.startswith("2.")]
    told += [yaml.safe_load(path.read_text("utf-8")) for path in (ROOT / "changelogs/fragments").glob("*.yml")]
    return [change for one in told for change in one.get("breaking_changes", [])]


def test_every_breaking_change_has_its_row() -> None:
    changes = breaking_changes()
    assert changes
    found = [[row for words, row in ROWS.items() if words in change] for change in changes]
    assert [change for change, rows in zip(changes, found, strict=True) if len(rows) != 1] == []
    assert sorted(rows[0] for rows in found) == sorted(ROWS.values())


def test_every_row_is_about_a_breaking_change_and_says_what_to_do() -> None:
    table = section("porting_2", "What is red now, and why")
    rows = re.findall(r"^   \* - (.+)\n     - (?:.+\n(?:       .+\n)*)     - \S.+", table, re.MULTILINE)
    assert rows == ["What", *ROWS.values()]


def test_messages_in_the_tables_are_those_of_the_code() -> None:
    text = section("porting_2", "What is red now, and why") + section("porting_2", "Red for a good reason")
    messages = [" ".join(one.split()) for one in re.findall(r"(?<!\*)\*([a-zT][^*]+?)\*", text)]
    assert len(messages) > 5
    code = " ".join(in_code(r"(?s)(.*)")) + (ROOT / "plugins/modules/org_member.py").read_text(encoding="utf-8")
    code += (ROOT / "plugins/plugin_utils/_variables.py").read_text(encoding="utf-8")
    code = re.sub(r"\"\s+f?\"", "", re.sub(r"\{[^{}]*\}", "..", code))
    parts = [part for one in messages for part in one.replace("org_team_organization_id", "..").split("..")]
    assert [part for part in parts if part.strip() and part.strip() not in code] == []
