# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.
"""One review against the one before: what is new, what is resolved, what could not be judged, since when.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import Grant
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import email_key
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.catalogue import (
    PRECEDENCE,
    RULES,
    SEVERITIES,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.facts import Facts, Json
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.gaps import Gap
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.options import Exemption
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.population import Somebody
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.rules import Hit
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._times import moment

KEPT = dt.timedelta(days=400)  # how long resolved findings are remembered
OPEN = ("new", "open", "reopened")
PRESENT = ("active", "pending")


@dataclass(frozen=True)
class Previous:
    """The review before. sha256: of its document as it lies there; verified: whether that is the sum that was left."""

    document: Json
    sha256: str
    verified: bool = True

    @property
    def report_id(self) -> str:
        """Which review it was."""
        return str((self.document.get("report") or {}).get("id") or "unknown")


class Before:
    """What the previous document tells, once it is known to be as it was written."""

    def __init__(self, document: Json) -> None:
        self.created_at: str = document["report"]["created_at"]
        self.started_at: str = document["source"]["read"]["started_at"]
        self.people: dict[str, Json] = {one["key"]: one for one in document["people"]}
        self.held: dict[str, Json] = {one["id"]: one for one in document["grants"] if one["state"] != "missing"}
        self.findings: dict[str, Json] = {one["id"]: one for one in document["findings"]}
        self.sees_owner = document["source"]["visibility"]["sees_owner"] is not False
        codes = {gap["code"] for gap in document["completeness"]["gaps"]}
        self.whole = not {"members_on_further_pages", "invitations_on_further_pages"} & codes

    def could_show(self, key: str) -> bool:
        """Return whether the reading would have shown whatever the person with this key held."""
        if not self.sees_owner:
            return False
        there = self.people.get(key)
        return self.whole if there is None else there["roles_shown"] is not False


def stamp(when: dt.datetime) -> str:
    """Return a moment as a document has it, in UTC."""
    when = when.astimezone(dt.timezone.utc)
    return when.replace(tzinfo=None).isoformat(timespec="microseconds" if when.microsecond else "seconds") + "Z"


def as_stamp(text: str | None) -> str | None:
    """Return a moment that the service tells as a document has it, None where it cannot be read."""
    when = moment(text) if text else None
    return stamp(when) if when else None


def held_since(one: Somebody, grant: Grant, grant_id: str, facts: Facts, before: Before | None) -> Json:
    """Return the interval in which somebody got a grant that they hold: never a date that nobody has told.

    Once it is told it stays: what the previous document has is kept.
    """
    if before and grant_id in before.held and before.held[grant_id]["held"]:
        return dict(before.held[grant_id]["held"])
    now = stamp(facts.now)
    if not one.member:
        made = [as_stamp(each.created_at) for each in one.invitations if not each.expired and grant in each.grants]
        first = min((when for when in made if when), default=None)
        return {"not_before": first, "not_after": first or now, "basis": "invitation"}
    since = as_stamp(one.member.member_since)
    if before and before.could_show(one.key) and (since is None or _later(before.started_at, since)):
        return {"not_before": before.started_at, "not_after": now, "basis": "report"}
    return {"not_before": since, "not_after": now, "basis": "member_since"}


def _later(one: str, other: str) -> bool:
    first, second = moment(one), moment(other)
    return bool(first and second and first > second)


def change_of(key: str, grant_id: str, before: Before | None) -> str | None:
    """Return whether a grant is `new` or the `same` as in the previous review, None where that cannot be told."""
    if before and grant_id in before.held:
        return "same"
    return "new" if before and before.could_show(key) else None


@dataclass(frozen=True)
class Compared:
    """Findings as a document has them, ordered by severity, rule and subject. fresh: the ids of those that are new in
    some way; dropped: how many findings of rules that are switched off there are; used: the keys of the exemptions
    that are for something.
    """

    findings: list[Json] = field(default_factory=list)
    fresh: frozenset[str] = frozenset()
    dropped: Counter[str] = field(default_factory=Counter)
    used: frozenset[str] = frozenset()

    @property
    def open(self) -> list[Json]:
        """Those that are open."""
        return [one for one in self.findings if one["state"] in OPEN]

    def counted(self, fail_on: str, *, only_fresh: bool) -> list[Json]:
        """Return those open findings that are as severe as `fail_on` or worse. only_fresh: only those that are new."""
        if fail_on == "never":
            return []
        enough = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
        return [one for one in self.open if one["severity"] in enough and (not only_fresh or one["id"] in self.fresh)]


def compare(
    hits: Sequence[Hit], facts: Facts, gaps: Sequence[Gap], skipped: Iterable[str], before: Before | None
) -> Compared:
    """Return what was found, and what became of what the previous review had found."""
    return _Comparison(facts, gaps, frozenset(skipped), before).of(hits)


class _Comparison:
    """How one review goes on from another."""

    def __init__(self, facts: Facts, gaps: Sequence[Gap], skipped: frozenset[str], before: Before | None) -> None:
        self._facts, self._gaps, self._skipped, self._before = facts, gaps, skipped, before
        self._now = stamp(facts.now)
        self._prior: dict[str, Json] = before.findings if before else {}
        self._fresh: set[str] = set()
        self._used: set[str] = set()

    def of(self, hits: Sequence[Hit]) -> Compared:
        found = {hit.finding_id(self._facts.organization_id): hit for hit in hits}
        unjudged = {
            number: one for number, one in self._prior.items() if number not in found and self._is_unjudged(one)
        }
        # What could not be judged may still be so, and then says more than what was found beside it.
        told = {
            (second, one["subject"]["key"]) for one in unjudged.values() for second in PRECEDENCE.get(one["rule"], ())
        }
        found = {number: hit for number, hit in found.items() if (hit.rule, hit.subject.key) not in told}
        dropped: Counter[str] = Counter()
        findings = []
        for number, hit in found.items():
            if self._facts.options.severity(hit.rule) == "none":
                dropped[hit.rule] += 1
            else:
                findings.append(self._found(number, hit))
        for number, one in self._prior.items():
            if number in found or one["rule"] not in RULES:
                continue
            if self._facts.options.severity(one["rule"]) == "none":
                dropped[one["rule"]] += one["state"] != "resolved"
            elif number in unjudged:
                findings.append(self._carried(one))
            elif one["state"] != "resolved":
                findings.append({**one, "state": "resolved", "seen": True, "resolved_at": self._now, "exemption": None})
            elif self._is_remembered(one):
                findings.append(dict(one))
        findings.sort(
            key=lambda one: (SEVERITIES.index(one["severity"]), one["rule"], one["subject"]["key"], one["id"])
        )
        return Compared(findings, frozenset(self._fresh), dropped, frozenset(self._used))

    def _is_unjudged(self, one: Json) -> bool:
        """Return whether a finding of the previous review cannot be told to be gone."""
        rule, key = one["rule"], one["subject"]["key"]
        if one["state"] == "resolved" or rule not in RULES:
            return False
        return (
            rule in self._skipped
            or any(gap.touches(rule, key) for gap in self._gaps)
            or (one["subject"]["kind"] == "person" and self._facts.may_be_unseen(key))
        )

    def _is_remembered(self, one: Json) -> bool:
        resolved = moment(one["resolved_at"])
        return bool(resolved and self._facts.now - resolved <= KEPT)

    def _found(self, number: str, hit: Hit) -> Json:
        made: Json = {
            "id": number,
            "rule": hit.rule,
            "subject": {"kind": hit.subject.kind, "key": hit.subject.key, "label": hit.subject.label},
            "grants": list(hit.grants),
            "text": hit.text,
            "remedy": RULES[hit.rule].remedy,
            "where": hit.where,
        }
        return self._standing(made, self._prior.get(number), seen=True)

    def _carried(self, one: Json) -> Json:
        return self._standing(dict(one), one, seen=False)

    def _standing(self, made: Json, prior: Json | None, *, seen: bool) -> Json:
        """Return a finding that holds, with how it stands: new or not, exempted or not."""
        exemption = self._exemption(made["rule"], made["subject"]["key"])
        if exemption:
            state = "exempted"
        elif prior is None:
            state = "new"
        else:
            state = "reopened" if prior["state"] in ("exempted", "resolved") else "open"
        made |= {
            "severity": self._facts.options.severity(made["rule"]),
            "state": state,
            "seen": seen,
            "first_seen": prior["first_seen"] if prior else self._now,
            "resolved_at": None,
            "reviews_open": 0 if exemption else prior["reviews_open"] + 1 if prior and state == "open" else 1,
            "exemption": None,
        }
        if exemption:
            self._used.add(exemption.key)
            told = {"reason": exemption.reason, "approved_by": exemption.approved_by, "until": exemption.until}
            made["exemption"] = told
        elif state != "open" or (prior and _says_more(made, prior)):
            self._fresh.add(made["id"])
        return made

    def _exemption(self, rule: str, key: str) -> Exemption | None:
        email, user_id = self._named(key)
        for one in self._facts.options.exemptions:
            if not one.expired(self._facts.now) and one.covers(rule, key, email, user_id):
                return one
        return None

    def _named(self, key: str) -> tuple[str | None, str | None]:
        """Return email and user id of the person with this key, who may not have been seen this time."""
        if one := self._facts.by_key.get(key):
            return one.email, one.user_id
        if self._before and (there := self._before.people.get(key)):
            return there["email"], there["user_id"]
        return None, None


def _place(one: Json) -> tuple[int, str, str, str]:
    return SEVERITIES.index(one["severity"]), one["rule"], one["subject"]["key"], one["id"]


def _says_more(now: Json, before: Json) -> bool:
    """Return whether a finding names a grant that it did not name, or has become more severe."""
    worse = SEVERITIES.index(now["severity"]) < SEVERITIES.index(before["severity"])
    return worse or not set(now["grants"]) <= set(before["grants"])


class Changes:
    """What has changed among people and grants since the previous review, as far as both could see it."""

    def __init__(self, facts: Facts, before: Before, grants: Sequence[Json]) -> None:
        self._facts, self._before, self._grants = facts, before, grants

    def result(self, findings: Sequence[Json]) -> Json:
        """Return `changes` as the document has it."""
        accepted = self._accepted
        there = {one.key for one in self._facts.everybody if one.status in PRESENT}
        before = {key for key, one in self._before.people.items() if one["status"] in PRESENT}
        added = there - self._before.people.keys() - accepted.keys() if self._before.whole else set()
        gone = before - self._facts.by_key.keys() - set(accepted.values()) if self._facts.people.whole else set()
        now = stamp(self._facts.now)
        return {
            "since": self._before.created_at,
            "people_added": [self._person(key) for key in sorted(added)],
            "people_removed": [self._person(key) for key in sorted(gone)],
            "invitations_accepted": [self._person(key) for key in sorted(accepted)],
            "grants_added": [self._grant(one) for one in self._grants if one["change"] == "new"],
            "grants_removed": [self._grant(one) for one in self._removed()],
            "resolved": sorted(
                one["id"] for one in findings if one["state"] == "resolved" and one["resolved_at"] == now
            ),
        }

    @functools.cached_property
    def _accepted(self) -> dict[str, str]:
        """By the key of a member, that of the invitation that they had when they were no member yet."""
        found = {}
        for one in self._facts.members:
            invited = f"invite:{email_key(one.email or '')}"
            then = self._before.people.get(invited, {})
            if one.key not in self._before.people and then.get("status") == "pending":
                found[one.key] = invited
        return found

    def _removed(self) -> list[Json]:
        held = {one["id"] for one in self._grants if one["state"] != "missing"}
        return [
            one
            for number, one in sorted(self._before.held.items())
            if number not in held and self._would_be_seen(one["person"])
        ]

    def _would_be_seen(self, key: str) -> bool:
        one = self._facts.by_key.get(key)
        if one is None:
            return self._facts.people.whole
        return one.roles_shown is not False and not self._facts.blind

    def _person(self, key: str) -> Json:
        return {"key": key, "label": self._label(key)}

    def _label(self, key: str) -> str:
        if one := self._facts.by_key.get(key):
            return one.label
        there = self._before.people.get(key, {})
        return str(there.get("email") or there.get("user_id") or key.partition(":")[2])

    def _grant(self, one: Json) -> Json:
        where = one["resource_name"] or one["resource"]
        if where is None and one["scope"] != "organization":
            where = f"all of {one['scope']}"
        label = f"{one['role_id'] or '?'}{f' on {where}' if where else ''}"
        return {"id": one["id"], "person": self._label(one["person"]), "label": label}
