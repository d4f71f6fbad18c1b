# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""The page of an access review: one file that needs no network, for one organization or several.

Everything in it that comes from a document is text: whoever is invited chooses a name.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
import typing as t
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import Grant
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.catalogue import RULES, SEVERITIES
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.reading import (
    OWNER_ROLE,
    Entry,
    Review,
    has_ended,
    is_open,
    reason,
    why,
    worst_first,
)
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.rules import MEANINGS
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.tables import in_words

HERE = Path(__file__).parent
MOST_GRANTS = 50_000  # above which a browser takes too long: the tables have them all
MOST_NAMES = 2_000  # of people who reach things as owners, or by access to all of a kind, told for each thing
UNKNOWN = "not known"
MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?(?:\.\d+)?(?:Z|\+00:00)")
STATES = {
    "as_defined": "as defined",
    "excess": "not defined",
    "missing": "missing",
    "unmanaged": "unmanaged",
    "ignored": "ignored",
    "unstated": "not stated",
    "not_judged": "not judged",
}
KINDS = {"organization": "the organization", "cloud_connected_resource": "connected clusters"}
KINDS |= {"deployment": "deployments"}
VERDICTS = {
    "error": ("ERROR", "This organization could not be read. Nothing is known about it."),
    "incomplete": ("INCOMPLETE", "Something could not be seen. Do not take what is missing here for a no."),
    "findings": ("FINDINGS", "Everything could be seen, and something is not as it should be."),
    "passed": ("PASSED", "Everything could be seen, and nothing is worse than this review allows."),
}


class Report(t.NamedTuple):
    """One organization on a page.

    name: what people call it here, such as the name of its host; document: None where there is none, since the review
    did not begin; sha256: of the document as it stands in its file; message: why there is no document.
    """

    name: str
    document: Entry | None
    sha256: str | None = None
    message: str = ""


def page(reports: Sequence[Report], title: str | None = None) -> str:
    """Return the page of these organizations; of several, it begins with an overview."""
    views = [_view(report, number) for number, report in enumerate(reports, 1)]
    if title is None:
        title = views[0]["title"] if len(views) == 1 else f"Access review of {len(views)} organizations"
    policy = "; ".join(
        [
            "default-src 'none'",
            f"style-src '{_digest(_file('page.css'))}'",
            f"script-src '{_digest(_file('page.js'))}'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    return _template().render(
        title=title,
        policy=Markup(policy),  # nothing of a document
        style=Markup(_file("page.css")),
        script=Markup(_file("page.js")),
        views=views,
        together=_together([view["status"] for view in views]),
    )


def spelt_out(value: t.Any) -> t.Any:
    """Return what a template shows of a value: control and format characters, some of which turn a line around, spelt
    out as <U+202E>. What is null was not seen.
    """
    if isinstance(value, str):
        if isinstance(value, Markup) or value.isprintable():
            return value
        return "".join(letter if letter.isprintable() else f"<U+{ord(letter):04X}>" for letter in value)
    return UNKNOWN if value is None else value


def when(moment: str | None) -> str:
    """Return a moment for people: `2026-11-24 09:00 UTC`."""
    return MOMENT.sub(r"\1 \2 UTC", moment) if moment else UNKNOWN


def minute(moment: str | None) -> str:
    """Return a moment where a column's head says that it is in UTC."""
    return MOMENT.sub(r"\1 \2", moment) if moment else UNKNOWN


def since(held: Entry | None) -> str:
    """Return since when a grant is held, as an interval, without the zone."""
    if held is None:
        return "not held"
    if held["not_before"] == held["not_after"]:
        return minute(held["not_after"])
    start = minute(held["not_before"]) if held["not_before"] else "?"
    return f"{start} to {minute(held['not_after'])}"


@functools.cache
def _file(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


@functools.cache
def _template() -> Template:
    """Return the template. Not Ansible's, which would take a name for a template."""
    there = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=spelt_out, trim_blocks=True, lstrip_blocks=True
    )
    there.filters |= {"when": when, "minute": minute}
    there.globals |= {"SEVERITIES": SEVERITIES, "MEANINGS": MEANINGS, "in_words": in_words, "reason": reason}
    return there.from_string(_file("page.html.j2"))


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _view(report: Report, number: int) -> dict[str, t.Any]:
    """Return what the template shows of one organization."""
    document = report.document
    status = document["status"] if document else "error"
    word, sentence = VERDICTS[status]
    organization = document["source"]["organization"] if document else {"id": None, "name": None}
    shown: dict[str, t.Any] = {
        "id": f"o{number}",
        "name": organization["name"] or report.name,
        "organization_id": organization["id"],
        "title": document["report"]["title"] if document else f"Access review of {report.name}",
        "document": document,
        "sha256": report.sha256,
        "status": status,
        "word": word,
        "sentence": sentence,
        "message": document["error"]["message"] if document and status == "error" else report.message,
    }
    return shown if status == "error" or document is None else shown | _Judged(document).view()


def _together(statuses: Sequence[str]) -> dict[str, str]:
    """Return what several organizations come to: the worst, and one that was not read makes all of it incomplete."""
    counts, total = Counter(statuses), len(statuses)
    if counts["error"] or counts["incomplete"]:
        status = "incomplete"
        sentence = (
            f"{counts['error']} of {total} organizations could not be read, {counts['incomplete']} not wholly. "
            "Do not take what is missing here for a no."
        )
    elif counts["findings"]:
        status, sentence = "findings", f"{counts['findings']} of {total} organizations are not as they should be."
    else:
        status, sentence = "passed", VERDICTS["passed"][1]
    return {"status": status, "word": VERDICTS[status][0], "sentence": sentence}


class _Judged:
    """What a page tells of a document that holds a judgement."""

    def __init__(self, document: Entry) -> None:
        self.document = document
        self.review = Review(document)
        self.with_grants = len(document["grants"]) <= MOST_GRANTS

    def view(self) -> dict[str, t.Any]:
        """Return all that the template asks for, by section."""
        findings = worst_first(self.document["findings"])
        fresh = set((self.document["changes"] or {"resolved": ()})["resolved"])
        resolved = [one for one in findings if one["state"] == "resolved"]
        there = [one for one in findings if is_open(one)]
        held = [one for one in self.document["grants"] if one["state"] != "missing"]
        return {
            "review": self.review,
            "with_grants": self.with_grants,
            "most_grants": MOST_GRANTS,
            "chart": self._chart(),
            "open": there,
            "exempted": [one for one in findings if one["state"] == "exempted"],
            "resolved": [one for one in resolved if one["id"] in fresh],
            "resolved_before": sum(one["id"] not in fresh for one in resolved),
            "drift": [one for one in there if one["rule"] in RULES and RULES[one["rule"]].drift],
            "people": sorted(map(self._person, self.document["people"]), key=lambda one: one["label"].casefold()),
            "states": Counter(STATES[one["state"]] for one in self.document["grants"]),
            "reach": list(self._reach(held)),
            "privileged": [self._grant(one) for one in self._privileged(held)],
            "keys": [self._given(one, "api_key", one["id"]) for one in self.document["api_keys"] or ()],
            "mappings": [self._given(one, "role_mapping", one["name"]) for one in self.document["role_mappings"] or ()],
            "groups": [self._group(one) for one in self.document["groups"] or ()],
            "ignored": self._ignored(),
            "rules": self._rules(),
        }

    def _chart(self) -> dict[str, t.Any]:
        """Return the bars of open and exempted findings, by severity; lengths in units of the drawing."""
        counts = self.document["summary"]["findings"]
        most = max(1, *(one["new"] + one["open"] + one["exempted"] for one in counts.values()))
        bars = []
        for row, severity in enumerate(SEVERITIES):
            start, parts = 90.0, []
            for state in ("new", "open", "exempted"):
                length = round(280 * counts[severity][state] / most, 1)
                parts.append({"state": state, "x": round(start, 1), "length": length, "n": counts[severity][state]})
                start += length
            words = ", ".join(f"{part['n']} {part['state']}" for part in parts if part["n"])
            bars.append(
                {
                    "severity": severity,
                    "y": 6 + 26 * row,
                    "parts": parts,
                    "end": round(start + 8, 1),
                    "words": words or "none",
                }
            )
        return {"bars": bars}

    def _person(self, person: Entry) -> dict[str, t.Any]:
        about = self.review.about("person", person["key"])
        grants = self.review.grants_of[person["key"]]
        deviates = person["definition"]["state"] == "unmanaged" or any(
            one["state"] in ("excess", "missing", "unstated", "not_judged") for one in grants
        )
        marks = {
            "p": person["privileged"],
            "x": person["external"],
            "f": any(map(is_open, about)),
            "d": deviates or person["status"] == "missing",
        }
        return {
            "entry": person,
            "label": self.review.label(person["key"]),
            "classes": " ".join(mark for mark, there in marks.items() if there),
            "findings": _rules_of(about),
            "grants": [self._grant(one, person) for one in grants] if self.with_grants else [],
            "count": len(self.review.held_by(person)),
            "empty": _nothing(person),
        }

    def _grant(self, grant: Entry, person: Entry | None = None) -> dict[str, t.Any]:
        """Return a grant. person: below whom it stands, so that the place of their entry need not be said again."""
        notes = [] if grant["application_roles"] is None else [_application_roles(grant["application_roles"])]
        notes += ["privileged"] * bool(grant["privileged"]) + ["console only"] * bool(grant["console_only"])
        notes += ["not understood"] * (not grant["understood"]) + ["new"] * (grant["change"] == "new")
        return {
            "entry": grant,
            "label": self.review.label(grant["person"]),
            "role": grant["role_id"] or grant["role"] or "?",
            "notes": ", ".join(notes),
            "on": _on(grant["scope"], grant["resource"], grant["resource_name"], grant["all"]),
            "state": STATES[grant["state"]],
            "why": "; ".join(_why(grant, person)),
            "since": since(grant["held"]),
            "findings": _rules_of(self.review.about_grant(grant)),
        }

    def _privileged(self, held: Iterable[Entry]) -> list[Entry]:
        found = [one for one in held if one["privileged"]]
        return sorted(
            found, key=lambda one: (one["role"] != OWNER_ROLE, one["scope"], self.review.label(one["person"]))
        )

    def _reach(self, held: Sequence[Entry]) -> t.Iterator[dict[str, t.Any]]:
        """Yield each thing to which access is given: who reaches it, whether by name, by access to all, as owner."""
        names: dict[tuple[str, str | None], str | None] = {}
        single: dict[tuple[str, str], list[Entry]] = {}
        wide: dict[str, list[Entry]] = {}
        for one in held:
            if one["resource"] is None:
                wide.setdefault(one["scope"], []).append(one)
            else:
                key = (one["scope"], one["resource"])
                names.setdefault(key, one["resource_name"])
                single.setdefault(key, []).append(one)
        owners = [one for one in wide.get("organization", []) if one["role"] == OWNER_ROLE]
        reaching = {one["person"] for one in owners}
        places: list[tuple[str, str | None]] = [(scope, None) for scope in wide]
        places += sorted(single, key=lambda key: (key[0], names[key] or "", key[1]))
        places.sort(key=lambda place: (place[0] != "organization", place[0], place[1] is not None))
        for scope, resource in places:
            direct = single[scope, resource] if resource is not None else wide[scope]
            everywhere = wide.get(scope, []) if resource is not None else []
            others = [] if scope == "organization" else owners
            fits = len(single) * (len(everywhere) + len(others)) <= MOST_NAMES and self.with_grants
            yield {
                "on": _on(scope, resource, names.get((scope, resource)), direct[0]["all"]),
                "count": len({one["person"] for one in (*direct, *everywhere)} | (reaching if others else set())),
                "direct": self._by_role(direct) if self.with_grants else None,
                "direct_count": len(direct),
                "all": self._by_role(everywhere) if fits else None,
                "all_count": len(everywhere),
                "owners": ", ".join(sorted({self.review.label(one["person"]) for one in others})) if fits else None,
                "owners_count": len(reaching) if others else 0,
            }

    def _by_role(self, grants: Iterable[Entry]) -> list[tuple[str, list[str]]]:
        found: dict[str, list[str]] = {}
        for one in grants:
            found.setdefault(one["role_id"] or one["role"] or "?", []).append(self.review.label(one["person"]))
        return [(role, sorted(people)) for role, people in sorted(found.items())]

    def _given(self, entry: Entry, kind: str, key: str) -> dict[str, t.Any]:
        about = self.review.about(kind, key)
        return {
            "entry": entry,
            "roles": self._roles(entry),
            "findings": _rules_of(about),
            "ended": kind == "api_key" and has_ended(entry, self.document),
            "person": self.review.label(entry.get("person")),
        }

    def _group(self, group: Entry) -> dict[str, t.Any]:
        people = sorted(self.review.label(key) for key in group["people"])
        return {"entry": group, "roles": self._roles(group), "people": people}

    def _roles(self, entry: Entry) -> list[tuple[str, dict[str, str]]] | None:
        given = self.review.given_by(entry)
        return None if given is None else [(self._role(one), self._where(one)) for one in given]

    def _role(self, grant: Grant) -> str:
        roles = grant.application_roles
        return (grant.role_id or "?") + (f" ({_application_roles(roles)})" if roles is not None else "")

    def _where(self, grant: Grant) -> dict[str, str]:
        scope = ".".join(grant.scope)
        name = self.review.resource_names.get((scope, grant.resource or ""))
        return _on(scope, grant.resource, name, grant.for_everything if grant.recognised else None)

    def _ignored(self) -> dict[str, list[str]]:
        """Return whom each pattern of ignore leaves out."""
        found: dict[str, list[str]] = {}
        for one in self.document["people"]:
            if one["definition"]["state"] == "ignored":
                found.setdefault(one["definition"]["where"] or "", []).append(self.review.label(one["key"]))
        return found

    def _rules(self) -> list[dict[str, t.Any]]:
        """Return every rule, and what came of it."""
        skipped = {one["rule"]: one["why"] for one in self.document["completeness"]["skipped_rules"]}
        off = {one["selection"] for one in self.document["completeness"]["exclusions"] if one["kind"] == "rule"}
        touched: dict[str, list[str]] = {}
        for gap in self.document["completeness"]["gaps"]:
            for rule in gap["rules"]:
                touched.setdefault(rule, []).append(gap["code"])
        counts = Counter((one["rule"], is_open(one)) for one in self.document["findings"] if one["state"] != "resolved")
        unknown = sorted({one["rule"] for one in self.document["findings"]} - {*MEANINGS})
        return [
            {
                "rule": rule,
                "severity": RULES[rule].severity if rule in RULES else None,
                "meaning": MEANINGS.get(rule, ""),
                "open": counts[rule, True],
                "exempted": counts[rule, False],
                "skipped": skipped.get(rule),
                "changed": rule in off,
                "gaps": ", ".join(touched.get(rule, [])),
            }
            for rule in (*MEANINGS, *unknown)
        ]


def _on(scope: str, resource: str | None, name: str | None, everything: bool | None) -> dict[str, str]:
    """Return what a grant is on: what it is, its name, and its id, each of which may be empty."""
    kind, _dot, which = scope.partition(".")
    many = f"{which} projects" if kind == "project" else KINDS.get(kind, scope)
    if kind == "organization":
        return {"kind": "", "name": many, "id": ""}
    if resource is not None:
        one = f"{which} project" if kind == "project" else kind.replace("_", " ")
        return {"kind": one, "name": name or "", "id": resource}
    return {"kind": "", "name": f"all {many}" if everything else scope, "id": ""}


def _why(grant: Entry, person: Entry | None) -> list[str]:
    known = f"entry {person['definition']['where']}" if person else None
    return ["entry" if told == known else told for told in why(grant)]


def _nothing(person: Entry) -> str:
    """Return what stands where somebody's access would, if there is none."""
    if person["roles_shown"] is False:
        return "The roles of this person are not shown: not known, and not none."
    return {"missing": "Not in the organization.", "expired": "No access: the invitation has expired."}.get(
        person["status"], "No access."
    )


def _rules_of(findings: Iterable[Entry]) -> str:
    """Return which rules have found something, the worst first: `owner_external, no_email (exempted)`."""
    told = (one["rule"] + ("" if is_open(one) else " (exempted)") for one in findings)
    return ", ".join(dict.fromkeys(told))


def _application_roles(roles: Sequence[str]) -> str:
    return f"application roles: {', '.join(roles) or 'none'}"
