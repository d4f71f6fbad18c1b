# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each rule of an access review broken in several ways: the tables of what is to be found have to notice each."""

from __future__ import annotations

import sys
import types
import typing as t
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review import rules
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.catalogue import RULES
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.facts import Facts
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.rules import Hit, find
from ansible_collections.orgops.elastic_cloud.tests.unit.planted import CASES, found, planted

SOURCE = Path(str(rules.__file__)).read_text(encoding="utf-8")

# By rule: what stands in it, and what a slip would make of it.
MUTANTS: dict[str, list[tuple[str, str]]] = {
    "absent_still_there": [("one.unwanted and one.is_in", "one.unwanted"), ("one.unwanted and one.is_in", "False")],
    "owner_unmanaged": [
        ("if one.is_in and (ownership", "if one.member and (ownership"),
        ('one.standing == "unmanaged" or', 'one.standing == "unmanaged" and'),
        ("not is_owner(one.stated)", "is_owner(one.stated)"),
    ],
    "owner_external": [("one.external and one.owner", "one.owner"), ("one.external and one.owner", "one.external")],
    "owner_mapping_for_anybody": [
        ("if mapping.enabled and is_owner", "if is_owner"),
        ("is_owner(mapping.grants) and", ""),
        ("return any(open_to_all)", "return all(open_to_all)"),
        ("all(open_to_all) and mapping.understood", "all(open_to_all)"),
    ],
    "excess_grant": [
        ('judged.state == "excess" and judged.grant not in told', 'judged.state == "excess"'),
        ('judged.state == "excess" and', "True and"),
    ],
    "unmanaged_member": [
        ('one.member and one.standing == "unmanaged"', 'one.standing == "unmanaged"'),
        ('one.member and one.standing == "unmanaged"', "one.member and not one.entry and one.email"),
    ],
    "too_few_owners": [
        ("owners < least", "owners <= least"),
        ("owners < least and not unseen", "owners < least"),
        ("facts.blind or not facts.members_whole", "facts.blind"),
        (" or any(one.roles_shown is False for one in facts.members)", ""),
    ],
    "ignored_owner": [
        ('one.standing == "ignored" and one.owner', 'one.standing == "ignored"'),
        ('one.standing == "ignored" and one.owner', "one.owner"),
    ],
    "leavers_key": [
        ("facts.current_keys if facts.members_whole else ()", "facts.current_keys"),
        ("key.user_id and key.user_id not in", "key.user_id not in"),
        ("key.user_id not in", "key.user_id in"),
    ],
    "owner_key_without_end": [("is_owner(key.grants) and key.ends == NEVER", "is_owner(key.grants)")],
    "decision_not_carried_out": [
        ("<= facts.options.carry_out_within", "< facts.options.carry_out_within"),
        ("<= facts.options.carry_out_within", "> facts.options.carry_out_within"),
        ("if one.seen:", "if True:"),
    ],
    "external_member": [("if one.external:", "if one.external is not None:"), ("if one.external:", "if False:")],
    "external_without_end": [
        ("one.external and one.wanted.ends is None", "one.wanted.ends is None"),
        ("one.external and one.wanted.ends is None", "one.external"),
        ("one.wanted and one.is_in and one.external", "one.wanted and one.member and one.external"),
    ],
    "too_many_owners": [
        ("len(owners) > most", "len(owners) >= most"),
        ("len(owners) > most", "len(owners) > most + 1"),
    ],
    "admin_of_all": [
        ("grant.for_everything and short_role", "short_role"),
        ("short_role(grant) in WRITING", "True"),
        ("SCOPES[grant.scope].ids is None", "False"),
    ],
    "owner_invited": [
        ("one.is_invited and one.owner", "one.owner"),
        ("one.is_invited and one.owner", "one.is_invited"),
    ],
    "unmanaged_invitation": [
        ('one.is_invited and one.standing == "unmanaged"', 'one.standing == "unmanaged"'),
        ('one.is_invited and one.standing == "unmanaged"', "one.is_invited"),
    ],
    "not_understood": [
        ("if not fully_understood(grant)", "if not grant.understood"),
        ("if not fully_understood(grant)", "if not grant.is_known"),
    ],
    "no_email": [("if not one.email:", "if one.email:")],
    "shared_email": [("if one.shared:", "if one.shared and not one.entry:")],
    "owner_key": [
        ("is_owner(key.grants) and key.ends != NEVER", "key.ends != NEVER"),
        ("is_owner(key.grants) and key.ends != NEVER", "False"),
    ],
    "key_without_end": [("if key.ends == NEVER:", "if key.ends != NEVER:")],
    "mapping_overwrites_definition": [
        ("if one.enabled]", "]"),
        ('in ("enabled", "unknown")', 'in ("enabled",)'),
        ('facts.identity_provider not in ("enabled", "unknown")', "False"),
        ("one.stated is not None and one.email", "one.email"),
        ("domain_of(one.email) in claimed", "any(domain_of(one.email).endswith(each) for each in claimed)"),
        ("domain.strip().lower()", "domain"),
        ("for one in facts.members if one.stated", "for one in facts.compared if one.member and one.stated"),
    ],
    "exemption_expired": [("if one.expired(facts.now):", "if not one.expired(facts.now):")],
    "missing_member": [('one.status == "missing" and one.wanted', 'one.status != "missing" and one.wanted')],
    "missing_grant": [('judged.state == "missing"', 'judged.state in ("missing", "excess")')],
    "roles_unstated": [
        ("one.wanted and one.is_in and one.stated is None", "one.wanted and one.stated is None"),
        ("one.wanted and one.is_in and one.stated is None", "one.wanted and one.is_in and not one.stated"),
    ],
    "no_roles": [
        ("one.roles_shown and not one.held", "not one.held"),
        ("not one.held and not facts.blind", "not facts.blind"),
    ],
    "invitation_expired": [
        ("facts.everybody if facts.people.whole else ()", "facts.everybody"),
        ('one.status == "expired" and', 'one.status == "pending" and'),
    ],
    "until_soon": [
        ("facts.now <= facts.options.until_soon", "facts.now < facts.options.until_soon"),
        ("facts.now <= facts.options.until_soon", "facts.now >= facts.options.until_soon"),
        ("one.wanted and one.is_in and one.wanted.ends and", "one.wanted and one.wanted.ends and"),
    ],
    "key_ends_soon": [
        ("facts.now <= facts.options.key_ends_soon", "facts.now < facts.options.key_ends_soon"),
        ("facts.now <= facts.options.key_ends_soon", "facts.now >= facts.options.key_ends_soon"),
    ],
    "dangling_resource": [
        ("if scope not in names.unread", ""),
        ("grant.resource is not None and grant.scope in there", "grant.scope in there"),
        ("grant.scope in there and grant.resource not in there[grant.scope]", "grant.scope not in there"),
    ],
    "sso_not_enforced": [
        ('facts.identity_provider == "enabled" and', 'facts.identity_provider != "none" and'),
        ('method != "sso"', 'method == "sso"'),
        ('facts.identity_provider == "enabled" and', ""),
    ],
}
REPRESENTATIVES = ("absent_still_there", "excess_grant", "mapping_overwrites_definition")

Find = Callable[[Facts], Sequence[Hit]]


def wrong(find: Find) -> Iterator[str]:
    """Yield the names of the organizations in which other things are found than are there."""
    world, expected = planted()
    if found(find(world.facts())) != expected:
        yield "planted"
    for case in CASES:
        if found(find(case.world().facts())) != case.expected:
            yield case.name


def mutated(rule: str, old: str, new: str, monkeypatch: pytest.MonkeyPatch) -> Find:
    """Return what finds things by the rules, once one of them, or what it stands on, is changed in one place."""
    begin = SOURCE.find(old, SOURCE.index(f'@_check("{rule}")'))
    begin = SOURCE.find(old) if begin < 0 else begin
    assert begin >= 0, f"{old!r} does not stand in {rule} any more"
    module = types.ModuleType("mutated_rules")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    source = SOURCE[:begin] + new + SOURCE[begin + len(old) :]
    exec(compile(source, "mutated_rules.py", "exec"), module.__dict__)
    return t.cast(Find, module.__dict__["find"])


def each(names: Iterable[str]) -> list[t.Any]:
    """Return the mutants of these rules, as parameters."""
    return [
        pytest.param(name, *one, id=f"{name}-{number}") for name in names for number, one in enumerate(MUTANTS[name])
    ]


def test_nothing_is_wrong_without_a_mutant() -> None:
    assert list(wrong(find)) == []


def test_each_rule_has_a_mutant() -> None:
    assert MUTANTS.keys() == RULES.keys()
    assert all(MUTANTS.values())


@pytest.mark.parametrize(("rule", "old", "new"), each(REPRESENTATIVES))
def test_a_broken_rule_is_noticed(rule: str, old: str, new: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert next(wrong(mutated(rule, old, new, monkeypatch)), None)


@pytest.mark.slow
@pytest.mark.parametrize(("rule", "old", "new"), each(sorted({*MUTANTS} - {*REPRESENTATIVES})))
def test_each_broken_rule_is_noticed(rule: str, old: str, new: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert next(wrong(mutated(rule, old, new, monkeypatch)), None)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_rule_that_finds_nothing_is_noticed(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rules.CHECKS, rule, lambda _facts: iter(()))
    assert next(wrong(find), None)
