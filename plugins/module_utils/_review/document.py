# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.
"""The document that a review leaves, `access-review/1`: everything else is rendered from it.

What was not seen is null in it, never an empty list and never "no". The same replies, in any order, make the same
document but for its id and times.

Pure: knows neither Ansible nor HTTP. The clock is passed in.
"""

from __future__ import annotations

import datetime as dt
import json
import typing as t
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import Grants, to_assignments
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.single_sign_on import is_enforced
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import plain
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.catalogue import RULES, SEVERITIES
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.comparison import (
    Before,
    Changes,
    Compared,
    Previous,
    as_stamp,
    change_of,
    compare,
    held_since,
    stamp,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.facts import (
    Facts,
    Json,
    Judged,
    fully_understood,
    is_privileged,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.gaps import Gap, gaps_of, skipped_rules
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.outstanding import outstanding
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.population import Somebody, domain_of
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.rules import find
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._texts import encodable

SCHEMA = "access-review/1"
MOST_TOLD = 10  # findings in a message
NOT_VERIFIED = "previous_not_verified"


@dataclass(frozen=True)
class Context:
    """What a document says of the run that made it. platform: what the platform tells of the job, None without one;
    commit: of the definition.
    """

    report_id: str
    created_at: dt.datetime
    endpoint: str
    tool: Mapping[str, str | None] = field(default_factory=dict)
    check_mode: bool = False
    platform: Mapping[str, str | None] | None = None
    commit: str | None = None


@dataclass(frozen=True)
class Review:
    """A document, and what it comes to. counted: the findings for which a task fails; message: what to fail with, None
    where nothing is wrong.
    """

    document: Json
    counted: Sequence[Json]
    message: str | None


def make_review(facts: Facts, context: Context, previous: Previous | None = None) -> Review:
    """Return the review of an organization that was read."""
    gaps, skipped = gaps_of(facts), skipped_rules(facts)
    before = None
    if previous and previous.verified:
        before = Before(previous.document)
    elif previous:
        text = "The previous document is not as it was left, or its sum is missing: nothing is compared with it."
        gaps = sorted([*gaps, Gap(NOT_VERIFIED, text)], key=lambda gap: (gap.code, gap.text))
    compared = compare(find(facts), facts, gaps, skipped, before)
    options = facts.options
    counted = compared.counted(options.fail_on, only_fresh=options.fail_on_new)
    status = "incomplete" if gaps else "findings" if counted else "passed"
    about = _Subjects(compared)
    grants = sorted(
        (_grant(one, judged, facts, before) for one in facts.everybody for judged in facts.judged[one.key]),
        key=lambda grant: grant["id"],
    )
    document = {
        **_head(facts.evidence.description, facts.organization_id, context),
        "run": _run(context, facts),
        "source": _source(facts, context),
        "completeness": {
            "complete": not gaps,
            "gaps": [{"code": gap.code, "text": gap.text, "rules": sorted(gap.rules)} for gap in gaps],
            "skipped_rules": [{"rule": rule, "why": why} for rule, why in skipped.items()],
            "exclusions": _exclusions(facts, compared),
        },
        "people": [_person(one, facts, about) for one in facts.everybody],
        "grants": grants,
        "api_keys": _api_keys(facts, about),
        "role_mappings": _role_mappings(facts, about),
        "sso": _sso(facts),
        "groups": _groups(facts),
        "findings": compared.findings,
        "exemptions": _exemptions(facts, compared),
        "changes": Changes(facts, before, grants).result(compared.findings) if before else None,
        "decisions": _decisions(facts),
        "summary": _summary(facts, grants, compared),
        "status": status,
        "previous": _previous(previous),
    }
    message = _message(facts, gaps, counted)
    return Review(encodable(document), counted, message)


def error_document(
    context: Context,
    organization_id: str,
    started_at: dt.datetime,
    finished_at: dt.datetime | None,
    message: str,
    requests: Sequence[Json] = (),
) -> Json:
    """Return the document of a review whose reading failed: nothing was judged."""
    found: Json = encodable(
        {
            **_head({}, organization_id, context),
            "run": _run(context, None),
            "source": {
                "endpoint": context.endpoint,
                "organization": {"id": organization_id, "name": None},
                "read": _read(started_at, finished_at, requests),
                "visibility": {"sees_owner": None, "roles_hidden": None},
            },
            "status": "error",
            "error": {"message": plain(message)},
        }
    )
    return found


def encode(document: Json) -> bytes:
    """Return a document as it stands in its file: UTF-8, keys sorted, an entry of a list on a line of its own, so that
    a comparison of two files shows what has changed.
    """

    def dumped(value: t.Any) -> str:
        return json.dumps(value, ensure_ascii=False, sort_keys=True)

    parts = []
    for key, value in sorted(document.items()):
        if isinstance(value, list) and value:
            entries = ",\n".join(map(dumped, value))
            parts.append(f"{dumped(key)}: [\n{entries}\n]")
        else:
            parts.append(f"{dumped(key)}: {dumped(value)}")
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


class _Subjects:
    """Which findings are about whom, without those that are resolved."""

    def __init__(self, compared: Compared) -> None:
        self._ids: dict[tuple[str, str], list[str]] = {}
        for one in compared.findings:
            if one["state"] != "resolved":
                subject = one["subject"]
                self._ids.setdefault((subject["kind"], subject["key"]), []).append(one["id"])

    def of(self, kind: str, key: str) -> list[str]:
        return sorted(self._ids.get((kind, key), []))


def _head(description: Mapping[str, t.Any], organization_id: str, context: Context) -> Json:
    title = f"Access review of {_name(description) or organization_id}"
    return {
        "schema": SCHEMA,
        "report": {"id": context.report_id, "created_at": stamp(context.created_at), "title": title},
        "tool": dict(context.tool),
    }


def _name(description: Mapping[str, t.Any]) -> str | None:
    name = description.get("name")
    return name if isinstance(name, str) and name else None


def _run(context: Context, facts: Facts | None) -> Json:
    definition = facts.definition if facts else None
    return {
        "check_mode": context.check_mode,
        "platform": dict(context.platform) if context.platform else None,
        "definition": None
        if definition is None
        else {
            "sha256": definition.sha256,
            "commit": context.commit,
            "entries": definition.size[0],
            "groups": definition.size[1],
        },
    }


def _source(facts: Facts, context: Context) -> Json:
    evidence = facts.evidence
    return {
        "endpoint": context.endpoint,
        "organization": {"id": facts.organization_id, "name": _name(evidence.description)},
        "read": _read(evidence.started_at, evidence.finished_at, evidence.requests),
        "visibility": {"sees_owner": not facts.blind, "roles_hidden": len(facts.hidden)},
    }


def _read(started_at: dt.datetime, finished_at: dt.datetime | None, requests: Sequence[Json]) -> Json:
    finished = stamp(finished_at) if finished_at else None
    return {"started_at": stamp(started_at), "finished_at": finished, "requests": [dict(one) for one in requests]}


def _exclusions(facts: Facts, compared: Compared) -> list[Json]:
    by_pattern = Counter(one.pattern for one in facts.everybody if one.pattern)
    ignored = [
        {"kind": "ignore", "selection": entry, "people": by_pattern[entry], "severity": None}
        for entry in facts.ignore.entries
    ]
    changed = [
        {"kind": "rule", "selection": rule, "people": compared.dropped[rule], "severity": RULES[rule].severity}
        for rule, severity in sorted(facts.options.severities.items())
        if severity == "none" or SEVERITIES.index(severity) > SEVERITIES.index(RULES[rule].severity)
    ]
    return ignored + changed


def _person(one: Somebody, facts: Facts, about: _Subjects) -> Json:
    entry, invitation = one.entry, one.invitations[0] if one.invitations else None
    where = entry.desired.where if entry else one.pattern
    return {
        "key": one.key,
        "user_id": one.user_id,
        "email": one.email,
        "name": one.member.name if one.member else None,
        "status": one.status,
        "roles_shown": one.roles_shown,
        "member_since": as_stamp(one.member.member_since) if one.member else None,
        "invited_at": as_stamp(invitation.created_at) if invitation else None,
        "expires_at": as_stamp(invitation.expires_at) if invitation else None,
        "domain": domain_of(one.email) if one.email else None,
        "external": one.external,
        "definition": {
            "state": one.standing,
            "where": where,
            "until": entry.until if entry else None,
            **{note: (entry.notes.get(note) or None) if entry else None for note in ("reason", "ticket", "sponsor")},
        },
        "privileged": _privileged(one.held, shown=bool(one.roles_shown) and not facts.blind),
        "grants": sorted(facts.id_of(one.key, judged.grant) for judged in facts.judged[one.key]),
        "findings": about.of("person", one.key),
    }


def _privileged(grants: Grants, *, shown: bool) -> bool | None:
    """Return whether any of these grants is a privileged one, None where there may be others. shown: whether not."""
    if any(map(is_privileged, grants)):
        return True
    return False if shown else None


def _grant(one: Somebody, judged: Judged, facts: Facts, before: Before | None) -> Json:
    grant, known = judged.grant, judged.grant.recognised
    number, lacked = facts.id_of(one.key, grant), judged.state == "missing"
    return {
        "id": number,
        "person": one.key,
        "scope": ".".join(grant.scope),
        "role": grant.role if known else None,
        "role_id": grant.role_id if known else None,
        "privileged": is_privileged(grant),
        "resource": grant.resource,
        "resource_name": facts.evidence.names.name(grant.scope, grant.resource),
        "all": grant.for_everything if known else None,
        "application_roles": None if grant.application_roles is None else list(grant.application_roles),
        "console_only": grant.application_roles == () if known else None,
        "understood": fully_understood(grant),
        "state": judged.state,
        "why": [dict(why) for why in judged.why],
        "until": one.entry.until if one.entry else None,
        "held": None if lacked else held_since(one, grant, number, facts, before),
        "change": None if lacked else change_of(one.key, number, before),
    }


def _api_keys(facts: Facts, about: _Subjects) -> list[Json] | None:
    if facts.api_keys is None:
        return None
    members = facts.people.members
    return [
        {
            "id": key.id,
            "name": key.name or None,
            "user_id": key.user_id,
            "person": f"user:{key.user_id}" if key.user_id in members else None,
            "creator_is_member": _is_member(key.user_id, facts),
            "created_at": as_stamp(key.created_at),
            "expires_at": as_stamp(key.expires_at),
            "privileged": _privileged(key.grants, shown=key.roles_shown),
            "role_assignments": to_assignments(key.grants) if key.roles_shown else None,
            "findings": about.of("api_key", key.id),
        }
        for key in facts.api_keys
    ]


def _is_member(user_id: str | None, facts: Facts) -> bool | None:
    if not user_id:
        return None
    return True if user_id in facts.people.members else False if facts.members_whole else None


def _role_mappings(facts: Facts, about: _Subjects) -> list[Json] | None:
    if facts.role_mappings is None:
        return None
    return [
        {
            "name": one.name,
            "enabled": one.enabled,
            "rule": dict(one.rule) or None,
            "privileged": _privileged(one.grants, shown=one.roles_shown),
            "role_assignments": to_assignments(one.grants) if one.roles_shown else None,
            "findings": about.of("role_mapping", one.name),
        }
        for one in facts.role_mappings
    ]


def _sso(facts: Facts) -> Json:
    evidence, provider = facts.evidence, facts.identity_provider
    enforced = is_enforced(dict(evidence.description), evidence.provider)
    if provider == "unknown":  # then what the organization says is all that is known
        method = evidence.description.get("enforce_authentication_method", evidence)
        enforced = None if method is evidence else method == "sso"
    domains = None if evidence.domains is None else sorted(set(evidence.domains))
    return {"enforced": enforced, "domains": domains, "identity_provider": provider}


def _groups(facts: Facts) -> list[Json]:
    if not facts.definition:
        return []
    people: dict[str, list[str]] = {}
    for one in facts.everybody:
        for group in one.entry.groups if one.entry else ():
            people.setdefault(group, []).append(one.key)
    return [
        {"name": name, "role_assignments": to_assignments(grants), "people": sorted(people.get(name, []))}
        for name, grants in sorted(facts.definition.groups.items())
    ]


def _exemptions(facts: Facts, compared: Compared) -> list[Json]:
    found = [
        {
            "rule": one.rule,
            "who": sorted(one.who),
            "reason": one.reason,
            "approved_by": one.approved_by,
            "until": one.until,
            "used": one.key in compared.used,
            "expired": one.expired(facts.now),
        }
        for one in facts.options.exemptions
    ]
    return sorted(found, key=lambda one: (str(one["rule"]), str(one["who"])))


def _decisions(facts: Facts) -> Json | None:
    decisions = facts.decisions
    if decisions is None:
        return None
    left = outstanding(facts)
    return {
        "from": {
            "report_id": decisions.report_id,
            "sha256": decisions.sha256,
            "attested_at": stamp(decisions.attested_at),
        },
        "total": decisions.total,
        "decided": decisions.decided,
        "revoke": len(decisions.revoked),
        "carried_out": len(decisions.revoked) - len(left),
        "outstanding": [
            {"row_id": one.revoked.row_id, "kind": one.revoked.kind, "label": one.revoked.label} for one in left
        ],
    }


def _summary(facts: Facts, grants: Sequence[Json], compared: Compared) -> Json:
    statuses = Counter(one.status for one in facts.everybody)
    drift = sum(RULES[one["rule"]].drift for one in compared.open)
    return {
        "people": statuses["active"],
        "invitations": statuses["pending"] + statuses["expired"],
        "grants": sum(grant["state"] != "missing" for grant in grants),
        "owners": len(facts.people.owners),
        "api_keys": None if facts.api_keys is None else len(facts.api_keys),
        "role_mappings": None if facts.role_mappings is None else len(facts.role_mappings),
        "drift": drift if facts.usable or drift else None,
        "findings": count_findings(compared.findings, stamp(facts.now)),
    }


def count_findings(findings: Iterable[Json], now: str) -> Json:
    """Return the numbers of findings by severity: new (reopened ones too), open, exempted, resolved at this moment."""
    counts: dict[str, dict[str, int]] = {
        severity: {"new": 0, "open": 0, "exempted": 0, "resolved": 0} for severity in SEVERITIES
    }
    for one in findings:
        if one["state"] != "resolved" or one["resolved_at"] == now:
            counts[one["severity"]]["new" if one["state"] == "reopened" else one["state"]] += 1
    return counts


def _previous(previous: Previous | None) -> Json | None:
    if previous is None:
        return None
    return {"report_id": previous.report_id, "sha256": previous.sha256, "verified": previous.verified}


def _message(facts: Facts, gaps: Sequence[Gap], counted: Sequence[Json]) -> str | None:
    """Return what a task fails with, None where it does not fail."""
    parts, least = [], facts.options.fail_on
    if gaps and facts.options.incomplete == "fail":
        told = "".join(f"\n- {plain(gap.text)}" for gap in gaps)
        parts.append(f"INCOMPLETE: not everything could be seen:{told}")
    if counted:
        told = "".join(f"\n- {one['severity']}, {one['rule']}: {plain(one['text'])}" for one in counted[:MOST_TOLD])
        more = f"\n- and {len(counted) - MOST_TOLD} more" if len(counted) > MOST_TOLD else ""
        parts.append(f"FINDINGS: {len(counted)} open finding(s) of severity {least} or worse:{told}{more}")
    return "\n".join(parts) or None
