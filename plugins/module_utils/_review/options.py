# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""What a review is asked for: how strict it is, and what is exempted.

Pure: knows neither Ansible nor HTTP. The clock is passed in.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import kind_of
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import (
    Selection,
    email_key,
    what_is_wrong,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings, did_you_mean
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.catalogue import (
    NOT_EXEMPTED,
    RULES,
    SEVERITIES,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.definition import last_moment
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._texts import what_is_unsafe
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._times import length

DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
DOMAIN = re.compile(r"(\*\.)?[^\s@*,;/.]+(\.[^\s@*,;/.]+)*")
LONGEST_EXEMPTION = dt.timedelta(days=400)
EXEMPTION_KEYS = ("rule", "who", "reason", "approved_by", "until")
FAIL_ON = (*SEVERITIES[:-1], "never")
INCOMPLETE = ("fail", "warn")


@dataclass(frozen=True)
class Exemption:
    """What somebody has accepted: findings of a rule about these, until a day.

    who: as it is written; ends: the last second of that day in UTC; selection: the same people, of a rule about people.
    """

    rule: str
    who: tuple[str, ...]
    reason: str
    approved_by: str
    until: str
    ends: dt.datetime
    selection: Selection = field(default=Selection(), compare=False, repr=False)

    @property
    def key(self) -> str:
        """What stays the same of it when reason and end change."""
        return hashlib.sha256(json.dumps([self.rule, sorted(self.who)]).encode()).hexdigest()[:16]

    def expired(self, now: dt.datetime) -> bool:
        """Whether its last day has passed."""
        return now > self.ends

    def covers(self, rule: str, key: str, email: str | None = None, user_id: str | None = None) -> bool:
        """Return whether it is for a finding of this rule. key: of the subject; email, user_id: of a person."""
        if rule != self.rule:
            return False
        return self.selection.has(email, user_id) if RULES[rule].subject == "person" else key in self.who


@dataclass(frozen=True)
class Options:
    """How a review judges. internal_domains: as they compare; severities: of rules that are not as shipped, `none` for
    a rule that is switched off; incomplete: whether evidence with gaps passes (`warn`) or not (`fail`).
    """

    internal_domains: tuple[str, ...] = ()
    min_owners: int = 2
    max_owners: int = 5
    until_soon: dt.timedelta = dt.timedelta(days=30)
    key_ends_soon: dt.timedelta = dt.timedelta(days=30)
    carry_out_within: dt.timedelta = dt.timedelta(days=14)
    severities: Mapping[str, str] = field(default_factory=dict)
    exemptions: tuple[Exemption, ...] = ()
    fail_on: str = "high"
    fail_on_new: bool = False
    incomplete: str = "fail"

    def severity(self, rule: str) -> str:
        """Return how bad a finding of a rule is here; `none` where the rule is switched off."""
        return self.severities.get(rule, RULES[rule].severity)

    def is_internal(self, domain: str) -> bool:
        """Return whether a domain is one of the internal ones, or below one that is written with `*.`."""
        return any(
            domain == one or (one.startswith("*.") and domain.endswith(one[1:])) for one in self.internal_domains
        )

    @classmethod
    def from_input(
        cls, options: Mapping[str, t.Any], organization_id: str | None, now: dt.datetime, findings: Findings
    ) -> Options:
        """Return what the options of the module say; everything that is wrong goes to the findings.

        options: by name, those that are not given left out.
        """
        given = {name: value for name, value in options.items() if value is not None}
        read: dict[str, t.Any] = {
            name: given[name]
            for name in ("min_owners", "max_owners", "fail_on", "fail_on_new", "incomplete")
            if name in given
        }
        for name in ("until_soon", "key_ends_soon", "carry_out_within"):
            if name in given:
                read[name] = _length(given[name], name, findings)
        if "internal_domains" in given:
            read["internal_domains"] = _domains(given["internal_domains"], findings)
        if "severities" in given:
            read["severities"] = _severities(given["severities"], findings)
        if "exemptions" in given:
            read["exemptions"] = _exemptions(given["exemptions"], organization_id, now, findings)
        found = cls(**read)
        if found.max_owners < found.min_owners:
            findings.problem("max_owners", f"must be at least min_owners={found.min_owners}, not {found.max_owners}")
        return found


def _length(value: t.Any, option: str, findings: Findings) -> dt.timedelta:
    found = length(value.strip()) if isinstance(value, str) else None
    if found is None:
        findings.problem(option, f"must be a duration such as 30d or 12h, not {value!r}")
    return found or dt.timedelta()


def _domains(value: t.Any, findings: Findings) -> tuple[str, ...]:
    domains = []
    for index, one in enumerate(value if isinstance(value, list) else [value]):
        where = f"internal_domains[{index}]"
        if not isinstance(one, str):
            findings.problem(where, f"must be a domain such as example.com, not {kind_of(one)}")
        elif wrong := what_is_unsafe(one):
            findings.problem(where, wrong)
        elif not DOMAIN.fullmatch(one.strip()):
            findings.problem(
                where, f"{one!r} is no domain; write example.com, or *.example.com for what is below of it"
            )
        else:
            domains.append(email_key(one))
    return tuple(sorted(set(domains)))


def _severities(value: t.Any, findings: Findings) -> dict[str, str]:
    if not isinstance(value, dict):
        findings.problem("severities", f"must be a dictionary of rules, not {kind_of(value)}")
        return {}
    read: dict[str, str] = {}
    for rule, severity in value.items():
        where = f"severities.{rule}"
        if rule not in RULES:
            findings.problem(where, f"there is no such rule{did_you_mean(str(rule), RULES)}")
        elif severity not in (*SEVERITIES, "none"):
            findings.problem(where, f"must be one of {', '.join(SEVERITIES)} or none, not {severity!r}")
        elif severity == "none" and RULES[rule].severity in ("critical", "high"):
            findings.problem(
                where, f"the rule is {RULES[rule].severity}, and cannot be switched off; exempt what is accepted"
            )
        elif severity != RULES[rule].severity:
            read[rule] = severity
    return read


def _exemptions(
    value: t.Any, organization_id: str | None, now: dt.datetime, findings: Findings
) -> tuple[Exemption, ...]:
    if not isinstance(value, list):
        findings.problem("exemptions", f"must be a list, not {kind_of(value)}")
        return ()
    read: dict[tuple[str, tuple[str, ...]], Exemption] = {}
    for index, one in enumerate(value):
        where = f"exemptions[{index}]"
        before = len(findings.problems)
        found = _exemption(one, where, organization_id, now, findings)
        if found and len(findings.problems) == before:
            same = found.rule, tuple(sorted(found.who))
            if same in read:
                findings.problem(where, "is for the same rule and the same who as another one; leave one of them out")
            read[same] = found
    return tuple(read.values())


def _exemption(
    value: t.Any, where: str, organization_id: str | None, now: dt.datetime, findings: Findings
) -> Exemption | None:
    if not isinstance(value, dict):
        findings.problem(where, f"must be a dictionary with {', '.join(EXEMPTION_KEYS)}, not {kind_of(value)}")
        return None
    given = {str(key): one for key, one in value.items() if one is not None}
    for key in sorted(given.keys() - {*EXEMPTION_KEYS}):
        findings.problem(where, f"unknown key {key!r}{did_you_mean(key, EXEMPTION_KEYS)}")
    if lacking := [key for key in EXEMPTION_KEYS if key not in given]:
        findings.problem(where, f"{', '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} missing")
        return None
    rule = given["rule"]
    if not isinstance(rule, str) or rule not in RULES:
        near = did_you_mean(rule, RULES) if isinstance(rule, str) else ""
        findings.problem(where, f"there is no rule {rule!r}{near}")
        return None
    if rule in NOT_EXEMPTED:
        findings.problem(where, f"nothing exempts from {rule}")
        return None
    who, selection = _who(given["who"], RULES[rule].subject, where, organization_id, findings)
    texts = {key: _text(given[key], key, where, findings) for key in ("reason", "approved_by")}
    if texts["approved_by"] and (wrong := what_is_wrong(texts["approved_by"])):
        findings.problem(where, f"approved_by: {wrong}")
    elif selection.has(texts["approved_by"]):
        findings.problem(where, "approved_by is among who it is for; nobody exempts themselves")
    until = given["until"].isoformat() if isinstance(given["until"], dt.date) else given["until"]
    ends = last_moment(until) if isinstance(until, str) and DAY.fullmatch(until.strip()) else None
    if ends is None:
        findings.problem(where, f"until must be a day such as '2026-12-31', not {given['until']!r}")
        return None
    if ends - now > LONGEST_EXEMPTION + dt.timedelta(days=1):
        findings.problem(where, f"until {until.strip()} is more than {LONGEST_EXEMPTION.days} days ahead")
    return Exemption(rule, who, texts["reason"], texts["approved_by"], until.strip(), ends, selection)


def _text(value: t.Any, key: str, where: str, findings: Findings) -> str:
    if not isinstance(value, str) or not value.strip():
        findings.problem(where, f"{key} must be a string that is not empty")
        return ""
    if wrong := what_is_unsafe(value):
        findings.problem(where, f"{key}: {wrong}")
    return value.strip()


def _who(
    value: t.Any, subject: str, where: str, organization_id: str | None, findings: Findings
) -> tuple[tuple[str, ...], Selection]:
    """Return whom an exemption is for. subject: of its rule, which says what may stand here."""
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names:
        findings.problem(where, "who must be a list with at least one name")
        return (), Selection()
    if subject == "person":
        before = len(findings.problems)
        selection = Selection.from_input(names, f"{where}.who", findings)
        if len(findings.problems) > before:
            return (), Selection()
        return tuple(name.strip() for name in names), selection
    what = {
        "api_key": "the id of a key",
        "role_mapping": "the name of a mapping",
        "organization": "the id of the organization",
    }[subject]
    for index, name in enumerate(names):
        place = f"{where}.who[{index}]"
        if not isinstance(name, str) or not name.strip():
            findings.problem(place, f"must be {what}, not {kind_of(name)}")
        elif wrong := what_is_unsafe(name):
            findings.problem(place, wrong)
        elif (subject != "role_mapping" and ("@" in name or "*" in name)) or name.strip() == "*":
            findings.problem(place, f"must be {what}, since that is what the rule is about, not {name!r}")
        elif subject == "organization" and organization_id and name.strip() != organization_id:
            findings.problem(place, f"must be {what}, {organization_id}, not {name!r}")
    return tuple(name.strip() for name in names if isinstance(name, str)), Selection()
