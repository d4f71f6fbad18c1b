# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with the variables of hosts, without Ansible; and how the lookup sees them."""

from __future__ import annotations

import typing as t
from collections import Counter

import pytest
from ansible import template
from ansible.parsing.dataloader import DataLoader

from ansible_collections.orgops.elastic_cloud.plugins.lookup.org_team_faults import LookupModule
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._variables import Host, faults

# Since ansible-core 2.19, a text is a template only if it comes from where templates may be.
trusted = getattr(template, "trust_as_template", str)
KNOWN = {"org_team_members", "org_team_purge", "org_team_organization_id", "org_team_result"}


def wrong(in_play: dict[str, Host], others: dict[str, Host] | None = None, group: str = "") -> dict[str, list[str]]:
    """Return the faults of a play, where the group has these hosts."""
    return faults({**in_play, **(others or {})}, list(in_play), group.split(), KNOWN)


def test_nothing_is_wrong_with_hosts_of_their_own_organizations() -> None:
    assert wrong({"a": Host("1", ["org_team_members"]), "b": Host("2", ["org_team_result"])}) == {}


def test_two_hosts_of_a_play_with_one_organization_are_both_wrong() -> None:
    found = wrong({"b": Host("1", []), "a": Host("1", []), "c": Host("2", [])})
    assert found.keys() == {"a", "b"}
    assert "same org_team_organization_id, 1: b, a. " in found["a"][0]


def test_a_host_of_the_group_outside_of_the_play_counts_for_hosts_of_the_group_alone() -> None:
    outside = {"b": Host("1", ["org_team_odd"])}
    assert wrong({"a": Host("1", [])}, outside, group="a b").keys() == {"a"}
    assert wrong({"a": Host("1", [])}, outside, group="b") == {}


def test_hosts_whose_organization_cannot_be_known_are_passed_over() -> None:
    assert wrong({"a": Host(None, []), "b": Host(None, [])}) == {}


def test_blank_is_no_organization() -> None:
    assert wrong({"a": Host("", []), "b": Host("", [])})["a"] == ["org_team_organization_id is blank."]


def test_a_name_that_is_not_known_is_told_with_the_nearest() -> None:
    found = wrong({"a": Host("1", ["org_team_purged", "org_team_members", "org_team_zzz"])})["a"]
    assert found == [
        "org_team_purged is not a variable of this role (did you mean 'org_team_purge'?).",
        "org_team_zzz is not a variable of this role.",
    ]


class Inventory:
    """Stands in for hostvars: the variables of each host, and how often they were asked for."""

    def __init__(self, **hosts: dict[str, t.Any]) -> None:
        self.hosts, self.asked = hosts, Counter[str]()

    def raw_get(self, name: str) -> dict[str, t.Any]:
        """Return the variables of one host."""
        self.asked[name] += 1
        return {"inventory_hostname": name, **self.hosts[name]}

    def look(self, *in_play: str, group: str = "", **given: t.Any) -> dict[str, list[str]]:
        """Return what the lookup finds in a play in which these variables are given to all hosts."""
        variables = {
            "hostvars": self,
            "ansible_play_hosts_all": list(in_play),
            "groups": {"elastic_cloud_organizations": group.split()},
            **self.raw_get(in_play[0]),
            **given,
        }
        self.asked.clear()
        found: dict[str, list[str]]
        (found,) = LookupModule(loader=DataLoader()).run([], variables)
        return found


ID = "org_team_organization_id"


def test_promise_29_the_variables_of_each_host_are_looked_at_once() -> None:
    for number in (60, 240):
        inventory = Inventory(**{f"h{index}": {ID: str(index)} for index in range(number)})
        assert inventory.look(*inventory.hosts, group=" ".join(inventory.hosts)) == {}
        assert sum(inventory.asked.values()) == number + 1


def test_a_host_outside_of_the_play_whose_variables_cannot_be_read_is_passed_over() -> None:
    inventory = Inventory(a={ID: "1"}, b={ID: trusted("{{ lookup('ansible.builtin.file', '/nonexistent') }}")}, c={})
    assert inventory.look("a", group="a b c") == {}


def test_what_the_play_gives_is_given_to_all_of_its_hosts() -> None:
    hosts = {"a": {"mine": "1"}, "b": {"mine": "1"}, "c": {"mine": "2"}}
    found = Inventory(**hosts).look("a", "b", "c", **{ID: trusted("{{ mine }}"), "org_team_odd": 1})
    assert "same org_team_organization_id, 1: a, b. " in found["a"][0]
    assert found["c"] == ["org_team_odd is not a variable of this role."]


def test_what_the_play_gives_wins_over_the_inventory() -> None:
    assert Inventory(a={ID: "1"}, b={ID: "2"}).look("a", "b", **{ID: "3"}).keys() == {"a", "b"}


@pytest.mark.parametrize("name", ["org_team_result", "org_team_fail_on", "org_team_plan_digests", "org_team_api_key"])
def test_what_our_roles_and_playbooks_know_and_leave_is_no_fault(name: str) -> None:
    assert Inventory(a={ID: "1", name: ""}).look("a") == {}


def test_what_is_not_defined_is_told_by_name_and_without_values() -> None:
    given = {
        "org_team_groups": {"a": [trusted("{{ nowhere }}")]},
        "org_team_ignore": trusted("{{ house.people }}"),
        "org_team_protected": trusted("{{ nowhere | default([]) }}"),
        "org_team_max_removals": trusted("{{ 1 // 0 }}"),  # the task that takes it fails by itself
        "org_team_members": trusted("{{ nowhere }}"),
        "org_sso_enforced": trusted("{{ nowhere }}"),
        "house": {"secret": "hush"},
    }
    lookup = LookupModule(loader=DataLoader())
    (found,) = lookup.run([], given, undefined_in="org_team")
    assert [text.partition(":")[0] for text in found] == ["org_team_groups", "org_team_ignore"]
    assert found[0] == "org_team_groups: 'nowhere' is undefined."
    assert "has no attribute 'people'" in found[1]
    assert "hush" not in str(found)
    (found,) = lookup.run([], given, undefined_in="org_sso")
    assert [text.partition(":")[0] for text in found] == ["org_sso_enforced", "org_team_groups"]
