# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""An access review as tables for spreadsheets, and such a table as a spreadsheet gives it back.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import Grant
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.facts import is_privileged
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._texts import encodable
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.reading import (
    Entry,
    Review,
    has_ended,
    is_open,
    proposal,
    reason,
    row_id,
    why,
    worst_first,
)

Row = Mapping[str, t.Any]

# New columns come at the end only: people have formulas and filters that name these by their place.
DECIDED = ("decision", "reviewer", "decided_on", "decision_reason")
GRANTS = (
    "report_id",
    "created_at",
    "organization_id",
    "organization",
    "row_id",
    "kind",
    "person",
    "user_id",
    "name",
    "status",
    "member_since",
    "domain",
    "external",
    "scope",
    "role",
    "privileged",
    "resource",
    "resource_name",
    "all",
    "application_roles",
    "state",
    "why",
    "until",
    "held_not_before",
    "held_not_after",
    "change",
    "findings",
    "severity",
    "exemption",
    "proposal",
    *DECIDED,
)
FINDINGS = (
    "report_id",
    "created_at",
    "organization_id",
    "organization",
    "id",
    "rule",
    "severity",
    "state",
    "kind",
    "key",
    "label",
    "text",
    "remedy",
    "where",
    "first_seen",
    "reviews_open",
    "exemption",
)
BOM = "\ufeff"
# What a spreadsheet takes for a formula, and an apostrophe, so that taking one away undoes it.
NEEDS_APOSTROPHE = re.compile(r"\s*['=+\-@\t\r\n\0]")
WORDS = {None: "", True: "true", False: "false"}


def grants_table(review: Review) -> bytes:
    """Return `grants.csv`: a row for each grant, and one for whoever and whatever has none."""
    return to_csv(GRANTS, grant_rows(review))


def findings_table(review: Review) -> bytes:
    """Return `findings.csv`: a row for each finding, resolved ones too."""
    return to_csv(FINDINGS, finding_rows(review))


def grant_rows(review: Review) -> Iterator[Row]:
    """Yield the rows of `grants.csv`, people first, then API keys and role mappings. A column left out is empty."""
    same = _same(review)
    for person in review.document["people"]:
        grants, about = review.grants_of[person["key"]], review.about("person", person["key"])
        who = same | _who(person)
        if not review.held_by(person):
            state = "missing" if person["status"] == "missing" else "no_roles"
            row: dict[str, t.Any] = {"row_id": row_id("person", person["key"]), "kind": "person", "role": ""}
            row["state"] = "not_shown" if person["roles_shown"] is False else state
            row["privileged"] = person["privileged"]
            row["until"] = person["definition"]["until"]
            yield who | row | _found(about)
        for grant in grants:
            row = {"row_id": f"grant:{grant['id']}", "kind": "grant", "state": grant["state"], "until": grant["until"]}
            held = grant["held"] or {}
            row |= {f"held_{key}": held.get(key) for key in ("not_before", "not_after")}
            row |= {"change": grant["change"], "why": "; ".join(why(grant)), "privileged": grant["privileged"]}
            row |= _on(review, grant["scope"], grant["resource"], grant["resource_name"])
            row |= {"role": grant["role_id"] or grant["role"] or "?", "all": grant["all"]}
            row["application_roles"] = _application_roles(grant["application_roles"])
            yield who | row | (_found(review.about_grant(grant)) if about else NOTHING_FOUND)
    for key in review.document["api_keys"] or ():
        made = {"kind": "api_key", "name": key["name"], "person": review.label(key["person"])}
        made["status"] = "creator_gone" if key["creator_is_member"] is False else "active"
        if has_ended(key, review.document):
            made["status"] = "expired"
        made |= {"user_id": _word("user", key["user_id"]), "why": f"api_key:{key['id']}", "until": key["expires_at"]}
        made |= {"held_not_before": key["created_at"], "held_not_after": key["created_at"]}
        yield from _given(review, key, key["id"], same | made)
    for mapping in review.document["role_mappings"] or ():
        made = {"kind": "role_mapping", "name": mapping["name"], "why": in_words(mapping["rule"])}
        made["status"] = {True: "enabled", False: "disabled", None: ""}[mapping["enabled"]]
        yield from _given(review, mapping, mapping["name"], same | made)


def finding_rows(review: Review) -> Iterator[Row]:
    """Yield the rows of `findings.csv`, the worst first. A column left out is empty."""
    same = _same(review)
    names = ("rule", "severity", "state", "text", "remedy", "where", "first_seen", "reviews_open")
    for one in worst_first(review.document["findings"]):
        subject = one["subject"]
        row = {name: one[name] for name in names} | {
            "id": f"finding:{one['id']}",
            "kind": subject["kind"],
            "label": subject["label"],
        }
        row["key"] = subject["key"] if subject["kind"] == "person" else f"{subject['kind']}:{subject['key']}"
        row["exemption"] = reason(one["exemption"]) if one["exemption"] else ""
        yield same | row


def in_words(rule: Entry | None) -> str:
    """Return the rule of a role mapping: `any of: group x; email *@example.com`."""
    told = []
    for kind, conditions in (rule or {}).items():
        parts = conditions if isinstance(conditions, list) else [conditions]
        each = [
            "; ".join(f"{name} {value}" for name, value in one.items()) if isinstance(one, dict) else str(one)
            for one in parts
        ]
        told.append(f"{kind} of: {'; '.join(each)}")
    return ", ".join(told)


def to_csv(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Return a table as a file: UTF-8 with BOM, CRLF, every field quoted, nothing that would be a formula."""
    lines = [",".join(f'"{column}"' for column in columns)]
    lines += [",".join([_field(row.get(column)) for column in columns]) for row in rows]
    return (BOM + "\r\n".join([*lines, ""])).encode("utf-8")


def from_csv(table: bytes) -> list[dict[str, str]]:
    """Return the rows of a table by the names of its columns, with its apostrophes undone and blank rows left out.

    Spreadsheets change encoding, separator, quotes and order, and some say `sep=;` in a line of its own: no matter. A
    row has the columns that it has; names of columns are in lower case.
    """
    text = _decoded(table)
    if text[:4].lower() == "sep=":
        text = text.partition("\n")[2]
    first = text.partition("\n")[0]
    rows = _parsed(text, max(",;\t", key=first.count))
    columns = [name.strip().lower() for name in next(rows, [])]
    return [dict(zip(columns, row, strict=False)) for row in rows if any(field.strip() for field in row)]


def _parsed(text: str, separator: str) -> Iterator[list[str]]:
    """Yield rows. The standard library refuses NUL on Python 3.10, and long fields, which strangers may have chosen."""
    field = re.compile(rf'(?:"([^"]*(?:""[^"]*)*)"|)([^{separator}\r\n]*)({separator}|\r\n|\r|\n|\Z)')
    row: list[str] = []
    for match in field.finditer(text):
        quoted, rest, end = match.groups()
        value = (quoted or "").replace('""', '"') + rest
        row.append(value[1:] if value.startswith("'") else value)
        if end != separator:
            if row != [""]:
                yield row
            row = []


def _decoded(table: bytes) -> str:
    if table.startswith((b"\xff\xfe", b"\xfe\xff")):
        return table.decode("utf-16", errors="replace")
    try:
        return table.decode("utf-8-sig")
    except UnicodeDecodeError:
        return table.decode("cp1252", errors="replace")


def _field(value: t.Any) -> str:
    text = WORDS[value] if value is None or isinstance(value, bool) else str(value)
    if NEEDS_APOSTROPHE.match(text):
        text = f"'{text}"
    if not text.isascii():
        text = encodable(text)
    return f'"{text}"' if '"' not in text else '"{}"'.format(text.replace('"', '""'))


def _same(review: Review) -> dict[str, t.Any]:
    """Return what every row of a review begins with."""
    report, organization = review.document["report"], review.document["source"]["organization"]
    return {
        "report_id": report["id"],
        "created_at": report["created_at"],
        "organization_id": _word("organization", organization["id"]),
        "organization": organization["name"],
    }


def _who(person: Entry) -> dict[str, t.Any]:
    return {
        "person": person["email"] or _word("user", person["user_id"]),
        "user_id": _word("user", person["user_id"]),
        **{name: person[name] for name in ("name", "status", "member_since", "domain", "external")},
    }


def _given(review: Review, entry: Entry, key: str, made: dict[str, t.Any]) -> Iterator[Row]:
    """Yield the rows of an API key or a role mapping."""
    kind = made["kind"]
    made |= {"privileged": entry["privileged"], **_found(review.about(kind, key))}
    grants = review.given_by(entry)
    if not grants:
        yield made | {"row_id": row_id(kind, key), "role": "", "state": "no_roles" if grants == [] else "not_shown"}
    for grant in grants or ():
        row: dict[str, t.Any] = {"row_id": row_id(kind, key, *_identity(grant)), "role": grant.role_id or "?"}
        row["privileged"] = is_privileged(grant)
        row["all"] = grant.for_everything if grant.recognised else None
        row["application_roles"] = _application_roles(grant.application_roles)
        scope = ".".join(grant.scope)
        name = review.resource_names.get((scope, grant.resource or ""))
        yield made | row | _on(review, scope, grant.resource, name)


def _identity(grant: Grant) -> tuple[t.Any, ...]:
    return (".".join(grant.scope), grant.role, grant.resource, grant.application_roles, grant.extra)


def _on(review: Review, scope: str, resource: str | None, name: str | None) -> dict[str, t.Any]:
    kind = scope.partition(".")[0]
    if kind == "organization":
        resource, name = review.organization_id, review.document["source"]["organization"]["name"]
    return {"scope": scope, "resource": _word(kind, resource), "resource_name": name}


def _found(findings: Sequence[Entry]) -> dict[str, t.Any]:
    there = [one for one in findings if is_open(one)]
    return {
        "findings": " ".join(dict.fromkeys(one["rule"] for one in there)),
        "severity": there[0]["severity"] if there else "",
        "exemption": "; ".join(f"{one['rule']}: {reason(one['exemption'])}" for one in findings if one["exemption"]),
        "proposal": proposal(there),
    }


NOTHING_FOUND = _found(())


def _application_roles(roles: Sequence[str] | None) -> str:
    return "" if roles is None else ", ".join(roles) or "none"


def _word(word: str, name: str | None) -> str:
    """Return an id with a word in front, so that no spreadsheet takes it for a number."""
    return f"{word}:{name}" if name else ""
