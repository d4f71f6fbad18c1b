# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documents of access reviews, made by hand, for tests of what is rendered from them.

They hold everything that a document can hold, and whoever could choose a name in them has chosen the worst.
"""

from __future__ import annotations

import hashlib
import json
import typing as t
from collections import Counter
from pathlib import Path

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.catalogue import RULES, SEVERITIES
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.reading import OPEN
from ansible_collections.orgops.elastic_cloud.tests.unit.samples import ORGANIZATION

Document = dict[str, t.Any]

SCHEMAS = Path(__file__).resolve().parents[2] / "docs"
SCRIPT = "<script>alert('1')</script>"
TURNED = "\u202egro.elpmaxe@ave\u202c"
FORMULA = '=HYPERLINK("http://example.com/?"&A1,"click")'
TEMPLATE = "{{ 7 * 7 }}{% raw %}"
BROKEN = 'a"b;c,d\r\n\te\x00f\u2028g'
HOSTILE = (
    SCRIPT,
    TURNED,
    FORMULA,
    TEMPLATE,
    BROKEN,
    "' =1+1",
    "''",
    "\t=1",
    "\u00a0=1",
    "@SUM(A1)",
    "-2+3",
    "+1",
    '"><img src=x onerror=alert(1)>',
    "</style><style>*{display:none}",
    "]]>-->&lt;&amp;",
    "Z\u0323\u0335\u200d\u200b\ufeff",
    "\u05d0\u05d1\u05d2",
    "\U0001f469\u200d\U0001f4bb",
    "javascript:alert(1)",
    "1e5",
    "",
    " ",
)

STARTED, READ, BEFORE = "2026-11-24T09:00:00Z", "2026-11-24T09:00:03Z", "2026-08-24T09:00:03Z"
DEPLOYMENT, OTHER = "8d2b5f0c9e1a4d7cb36f2a9e8c7d6b50", "00000000000000000000000000001e10"
OWNER, ADMIN, VIEWER = "organization-admin", "deployment-admin", "deployment-viewer"


def hashed(*parts: t.Any) -> str:
    """Return an id for what has these parts."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def person(local: str, number: int, **more: t.Any) -> Document:
    """Return somebody who is in, with an entry in the definition, unless `more` says otherwise."""
    email = more.pop("email", f"{local}@example.com")
    user_id = more.pop("user_id", f"{4711 + number}")
    status = more.get("status", "active")
    key = {"active": f"user:{user_id}", "missing": f"missing:{email}"}.get(status, f"invite:{email}")
    invited = status in ("pending", "expired")
    return {
        "key": key,
        "user_id": user_id if status == "active" else None,
        "email": email,
        "name": local.title() if status == "active" else None,
        "status": status,
        "roles_shown": None if status == "missing" else True,
        "member_since": "2024-02-29T10:30:00Z" if status == "active" else None,
        "invited_at": "2026-11-20T08:00:00Z" if invited else None,
        "expires_at": "2026-11-27T08:00:00Z" if invited else None,
        "domain": email.rpartition("@")[2] if email else None,
        "external": False,
        "definition": {
            "state": "managed",
            "where": f"org_team_members[{number}]",
            "until": None,
            "reason": None,
            "ticket": None,
            "sponsor": None,
        },
        "privileged": False,
        "grants": [],
        "findings": [],
    } | more


def unmanaged(state: str = "unmanaged", where: str | None = None) -> Document:
    """Return what a definition says of somebody of whom it has no entry."""
    return {"state": state, "where": where, "until": None, "reason": None, "ticket": None, "sponsor": None}


def grant(who: Document, role: str | None, resource: str | None = None, **more: t.Any) -> Document:
    """Return a grant that is as defined, unless `more` says otherwise, and give it to this person."""
    scope = more.pop("scope", "organization" if role == OWNER else "deployment")
    made = {
        "id": hashed("grant", who["key"], scope, role, resource),
        "person": who["key"],
        "scope": scope,
        "role": role,
        "role_id": role,
        "privileged": role in (OWNER, ADMIN),
        "resource": resource,
        "resource_name": None,
        "all": resource is None,
        "application_roles": None,
        "console_only": False,
        "understood": True,
        "state": "as_defined",
        "why": [{"entry": who["definition"]["where"] or "org_team_members[0]"}],
        "until": who["definition"]["until"],
        "held": {
            "not_before": who["member_since"] or who["invited_at"],
            "not_after": READ if who["status"] == "active" else who["invited_at"],
            "basis": "member_since" if who["status"] == "active" else "invitation",
        },
        "change": "same",
    } | more
    if made["state"] == "missing":
        made["held"] = made["change"] = None
    who["grants"] = sorted([*who["grants"], made["id"]])
    who["privileged"] = who["privileged"] or bool(made["privileged"])
    return made


def finding(rule: str, severity: str, subject: Document, text: str = "", **more: t.Any) -> Document:
    """Return a new finding about a person, key or mapping, which then has it, or about something else."""
    kind = more.pop("kind", "person")
    key = subject.get("key") or subject.get("id") or subject.get("name") or ORGANIZATION
    label = subject.get("email") or subject.get("name") or subject.get("user_id") or key
    made = {
        "id": hashed("finding", rule, key),
        "rule": rule,
        "severity": severity,
        "state": "new",
        "seen": True,
        "subject": {"kind": kind, "key": key, "label": label},
        "grants": [],
        "text": text or f"{label}: {rule.replace('_', ' ')}.",
        "remedy": "Take it out of the definition, or say why it is right.",
        "where": None,
        "first_seen": READ,
        "resolved_at": None,
        "reviews_open": 1,
        "exemption": None,
    } | more
    if "findings" in subject and made["state"] != "resolved":
        subject["findings"] = sorted([*subject["findings"], made["id"]])
    return made


def summary(document: Document) -> Document:
    """Return the numbers of a document, counted."""
    people = Counter(one["status"] for one in document["people"])
    held = [one for one in document["grants"] if one["state"] != "missing"]
    active = {one["key"] for one in document["people"] if one["status"] == "active"}
    counts = Counter(
        (one["severity"], one["state"].replace("reopened", "new"))
        for one in document["findings"]
        if one["resolved_at"] in (None, READ)
    )
    states = ("new", "open", "exempted", "resolved")
    keys, mappings = document["api_keys"], document["role_mappings"]
    return {
        "people": people["active"],
        "invitations": people["pending"] + people["expired"],
        "grants": len(held),
        "owners": len({one["person"] for one in held if one["role"] == OWNER} & active),
        "api_keys": None if keys is None else len(keys),
        "role_mappings": None if mappings is None else len(mappings),
        "drift": sum(RULES[one["rule"]].drift and one["state"] in OPEN for one in document["findings"]),
        "findings": {one: {state: counts[one, state] for state in states} for one in SEVERITIES},
    }


def head(organization: str = "Acme & Söhne") -> Document:
    """Return what every document begins with."""
    requests = [
        ("/api/v1/organizations/{}", 1),
        ("/api/v1/organizations/{}/invitations", 3),
        ("/api/v1/organizations/{}/members", 9),
        ("/api/v1/users/auth/keys", 3),
        ("/api/v1/organizations/{}/idp", None),
    ]
    return {
        "schema": "access-review/1",
        "report": {"id": "20261124T090003Z-3f9a", "created_at": READ, "title": f"Access review of {organization}"},
        "tool": {
            "collection": "orgops.elastic_cloud",
            "version": "2.0.0",
            "ansible_core": "2.21.5",
            "python": "3.12.1",
        },
        "run": {
            "check_mode": True,
            "platform": {
                "job_id": "1234",
                "job_template": "Access review, quarterly",
                "launched_by": "ada",
                "project_revision": None,
            },
            "definition": {"sha256": "ab" * 32, "commit": "4f2d9c1", "entries": 8, "groups": 2},
        },
        "source": {
            "endpoint": "https://api.elastic-cloud.com",
            "organization": {"id": ORGANIZATION, "name": organization},
            "read": {
                "started_at": STARTED,
                "finished_at": READ,
                "requests": [
                    {"method": "GET", "path": path.format(ORGANIZATION), "status": status, "count": count}
                    for (path, count), status in zip(requests, (200, 200, 200, 200, 403), strict=True)
                ],
            },
            "visibility": {"sees_owner": True, "roles_hidden": 1},
        },
    }


def failed(organization: str = "Globex") -> Document:
    """Return the document of an organization that could not be read."""
    return head(organization) | {"status": "error", "error": {"message": f"HTTP 401 {SCRIPT}: ask for another key"}}


def sample() -> Document:
    """Return a document with everything: INCOMPLETE, since one reading was refused."""
    ada = person("ada", 0)
    bo = person("bo", 1, name="Bo Long")
    eve = person("eve", 2, name=SCRIPT, email="eve+'<b>'@example.net", external=True, definition=unmanaged())
    mallory = person("mallory", 3, name=TURNED, definition=unmanaged())
    formula = person("formula", 4, name=FORMULA, email="=cmd@example.com")
    sam = person("sam", 5, email="sam@sso.example.com", definition=unmanaged("ignored", "*@sso.example.com"))
    nobody = person("nobody", 6, email=None, name=BROKEN, user_id="30051e7", definition=unmanaged())
    hidden = person("hidden", 7, roles_shown=False, privileged=None)
    nora = person("nora", 8)
    pia = person("pia", 9, status="pending")
    xi = person("xi", 10, status="expired")
    mia = person("mia", 11, status="missing", privileged=None)
    bo["definition"] |= {"until": "2026-12-31", "reason": "On call", "ticket": "SEC-42", "sponsor": "ada@example.com"}
    logs = {"resource_name": "production logs"}
    entry_and_group = [{"entry": "org_team_members[1]"}, {"group": "developers"}]
    excess = {"state": "excess", "why": [], "change": "new"}
    grants = [
        grant(ada, OWNER),
        grant(bo, VIEWER, DEPLOYMENT, **logs, why=entry_and_group, application_roles=["kibana_user", "monitor"]),
        grant(bo, ADMIN, OTHER, **excess, resource_name=SCRIPT),
        grant(bo, "security-t1-analyst", None, scope="project.security", console_only=True, application_roles=[]),
        grant(bo, VIEWER, OTHER, state="missing"),
        grant(eve, OWNER, state="unmanaged", why=[]),
        grant(mallory, VIEWER, None, state="unmanaged", why=[], change="new"),
        grant(mallory, None, None, scope="moon_base", understood=False, state="not_judged", privileged=True, all=None),
        grant(formula, FORMULA, "=1+1", scope="project.vectordb", resource_name=BROKEN, privileged=True),
        grant(sam, OWNER, state="ignored", why=[{"ignore": "*@sso.example.com"}]),
        grant(nobody, VIEWER, DEPLOYMENT, **logs, state="unmanaged", why=[]),
        grant(pia, VIEWER, DEPLOYMENT, **logs),
    ]
    mine = {(one["person"], one["state"]): one["id"] for one in grants}
    keys = [
        {
            "id": "k1",
            "name": SCRIPT,
            "user_id": "999",
            "person": None,
            "creator_is_member": False,
            "created_at": "2025-01-01T00:00:00Z",
            "expires_at": None,
            "privileged": True,
            "role_assignments": {"organization": [{"role_id": OWNER}]},
            "findings": [],
        },
        {
            "id": "2e10",
            "name": "ci",
            "user_id": ada["user_id"],
            "person": ada["key"],
            "creator_is_member": True,
            "created_at": "2026-11-01T00:00:00Z",
            "expires_at": "2027-02-01T00:00:00Z",
            "privileged": False,
            "role_assignments": {"deployment": [{"role_id": VIEWER, "deployment_ids": [DEPLOYMENT, OTHER]}]},
            "findings": [],
        },
        {
            "id": "k3",
            "name": "hidden",
            "user_id": ada["user_id"],
            "person": ada["key"],
            "creator_is_member": True,
            "created_at": None,
            "expires_at": "2026-12-01T00:00:00Z",
            "privileged": None,
            "role_assignments": None,
            "findings": [],
        },
    ]
    mappings = [
        {
            "name": '=owners"<b>',
            "enabled": True,
            "rule": {"any": [{"group": "cn=owners"}, {"email": "*@sso.example.com"}]},
            "privileged": True,
            "role_assignments": {"organization": [{"role_id": OWNER}]},
            "findings": [],
        },
        {
            "name": "viewers",
            "enabled": False,
            "rule": {"all": [{"group": SCRIPT}]},
            "privileged": False,
            "role_assignments": {"deployment": [{"role_id": VIEWER, "all": True}]},
            "findings": [],
        },
    ]
    exemption = {"reason": f"Contract 4711 {SCRIPT}", "approved_by": "ada@example.com", "until": "2026-12-31"}
    findings = [
        finding("owner_unmanaged", "critical", eve, grants=[mine[eve["key"], "unmanaged"]]),
        finding(
            "owner_external", "critical", eve, state="open", first_seen=BEFORE, reviews_open=2, grants=eve["grants"]
        ),
        finding(
            "excess_grant",
            "high",
            bo,
            f"bo@example.com holds deployment-admin on {SCRIPT}, which the entry does not give.",
            grants=[mine[bo["key"], "excess"]],
            where="org_team_members[1]",
        ),
        finding("unmanaged_member", "high", mallory, f"{TURNED} is a member, and nobody has said so."),
        finding("leavers_key", "high", keys[0], kind="api_key"),
        finding("unmanaged_member", "high", nobody, state="reopened", first_seen=BEFORE, reviews_open=3),
        finding("ignored_owner", "high", sam, state="exempted", exemption=exemption, grants=sam["grants"]),
        finding("external_member", "medium", eve, state="exempted", exemption=exemption),
        finding("not_understood", "medium", mallory, grants=[mine[mallory["key"], "not_judged"]]),
        finding("mapping_overwrites_definition", "medium", {}, kind="organization", seen=False, state="open"),
        finding("no_email", "medium", nobody),
        finding("missing_member", "low", mia, where="org_team_members[11]"),
        finding("missing_grant", "low", bo, grants=[mine[bo["key"], "missing"]], where="org_team_members[1]"),
        finding("no_roles", "low", nora),
        finding("invitation_expired", "low", xi),
        finding("until_soon", "low", bo, state="resolved", resolved_at=READ, first_seen=BEFORE, reviews_open=2),
        finding("too_many_owners", "medium", {}, kind="organization", state="resolved", resolved_at=BEFORE),
    ]
    document = head() | {
        "status": "incomplete",
        "completeness": {
            "complete": False,
            "gaps": [
                {
                    "code": "identity_provider_refused",
                    "text": f"The key may not read single sign-on: HTTP 403 {TEMPLATE}.",
                    "rules": ["mapping_overwrites_definition", "sso_not_enforced"],
                },
                {"code": "roles_hidden", "text": "The roles of 1 member are not shown.", "rules": ["excess_grant"]},
            ],
            "skipped_rules": [{"rule": "sso_not_enforced", "why": "The identity provider could not be read."}],
            "exclusions": [
                {"kind": "ignore", "selection": "*@sso.example.com", "people": 1, "severity": None},
                {"kind": "rule", "selection": "key_without_end", "people": 1, "severity": "medium"},
            ],
        },
        "people": [ada, bo, eve, mallory, formula, sam, nobody, hidden, nora, pia, xi, mia],
        "grants": grants,
        "api_keys": keys,
        "role_mappings": mappings,
        "sso": {"enforced": None, "domains": ["sso.example.com"], "identity_provider": "unknown"},
        "groups": [
            {
                "name": "developers",
                "role_assignments": {"deployment": [{"role_id": VIEWER, "deployment_ids": [DEPLOYMENT]}]},
                "people": [bo["key"], mia["key"]],
            },
            {"name": FORMULA, "role_assignments": {}, "people": []},
        ],
        "findings": findings,
        "exemptions": [
            {"rule": "ignored_owner", "who": ["sam@sso.example.com"], "used": True, "expired": False} | exemption,
            {"rule": "external_member", "who": ["eve+'<b>'@example.net"], "used": True, "expired": False} | exemption,
            {"rule": "key_ends_soon", "who": ["k9"], "used": False, "expired": False} | exemption,
        ],
        "changes": {
            "since": BEFORE,
            "people_added": [{"key": mallory["key"], "label": mallory["email"]}],
            "people_removed": [{"key": "user:17", "label": f"gone {SCRIPT}"}],
            "invitations_accepted": [],
            "grants_added": [
                {"id": mine[bo["key"], "excess"], "person": "bo@example.com", "label": f"{ADMIN} on {OTHER}"}
            ],
            "grants_removed": [{"id": hashed("gone"), "person": "bo@example.com", "label": OWNER}],
            "resolved": [findings[-2]["id"]],
        },
        "decisions": {
            "from": {"report_id": "20260824T090003Z-aaaa", "sha256": "cd" * 32, "attested_at": "2026-08-30T10:00:00Z"},
            "total": 20,
            "decided": 20,
            "revoke": 2,
            "carried_out": 1,
            "outstanding": [{"row_id": "grant:12", "kind": "grant", "label": f"{SCRIPT}: {VIEWER} on {OTHER}"}],
        },
        "previous": {"report_id": "20260824T090003Z-aaaa", "sha256": "cd" * 32, "verified": True},
    }
    order: tuple[tuple[str, str], ...] = (("people", "key"), ("grants", "id"), ("findings", "id"))
    for name, key in (*order, ("api_keys", "id"), ("role_mappings", "name"), ("groups", "name")):
        document[name].sort(key=lambda one: one[key])
    return document | {"summary": summary(document)}


def quiet(people: int = 3, grants_each: int = 2, organization: str = "Initech") -> Document:
    """Return a document in which everything is as it should be, of any size."""
    everybody, grants = [], []
    for number in range(people):
        who = person(f"person{number:05}.of.some.length", number, name=f"Person Number {number}")
        everybody.append(who)
        if number < 3:
            grants.append(grant(who, OWNER))
        for each in range(grants_each - (number < 3)):
            resource = f"{(number * 7 + each) % max(4, people // 10):032x}"
            grants.append(grant(who, VIEWER, resource, resource_name=f"deployment {resource[-4:]}"))
    document = head(organization) | {
        "status": "passed",
        "completeness": {"complete": True, "gaps": [], "skipped_rules": [], "exclusions": []},
        "people": everybody,
        "grants": sorted(grants, key=lambda one: t.cast("str", one["id"])),
        "api_keys": [],
        "role_mappings": [],
        "sso": {"enforced": False, "domains": [], "identity_provider": "none"},
        "groups": [],
        "findings": [],
        "exemptions": [],
        "changes": None,
        "decisions": None,
        "previous": None,
    }
    return document | {"summary": summary(document)}


def bare() -> Document:
    """Return the document of a review without a definition, in which what is optional could not be read."""
    document = quiet()
    document["run"] |= {"platform": None, "definition": None}
    for who in document["people"]:
        who["definition"] |= {"state": None, "where": None}
    for one in document["grants"]:
        one |= {"state": "not_judged", "why": [], "change": None}
    document |= {"api_keys": None, "role_mappings": None, "groups": None, "status": "incomplete"}
    document["sso"] = {"enforced": None, "domains": None, "identity_provider": "unknown"}
    gap = {"code": "api_keys_refused", "text": "HTTP 403", "rules": ["leavers_key"]}
    document["completeness"] |= {"complete": False, "gaps": [gap]}
    return document | {"summary": summary(document) | {"drift": None}}
