# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""What the role org_access_review leaves to other jobs, and what it makes the report of several organizations of.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import plain
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.catalogue import SEVERITIES
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._texts import what_is_unsafe

Result = Mapping[str, t.Any]

LOST = "This host has failed before its review, or was not reached."
CRASHED = "The review has crashed."

# What the line of a review counts: the key of its summary, for one and for any other number
COUNTED = {
    "people": ("person", "people"),
    "invitations": ("invitation", "invitations"),
    "grants": ("grant", "grants"),
    "owners": ("owner", "owners"),
    "api_keys": ("API key", "API keys"),
    "role_mappings": ("role mapping", "role mappings"),
}


def artifacts(result: Result, host: str, organization_id: t.Any) -> dict[str, t.Any]:
    """Return what a job leaves for others: numbers, ids, the name of the host. No text of the service is in it.

    To other jobs artifacts are variables: nothing is left for a host whose name would be a template, and an id that
    would be one is left out. result: of the module, or with `msg` alone where there was no review.
    """
    organization = str(organization_id or "").strip()
    if what_is_unsafe(host) is not None:
        return {}
    status, summary, report = result.get("status") or "error", result.get("summary"), result.get("report") or {}
    return {
        "elastic_cloud_access_review": {
            host: {
                "organization_id": "" if what_is_unsafe(organization) is not None else organization,
                "status": status,
                "report_id": report.get("id"),
                "sha256": report.get("sha256"),
                "summary": summary,
            }
        },
        "elastic_cloud_access_review_text": f"{host}: {_in_words(status, summary)}\n",
    }


def parts(results: Mapping[str, Result], hosts: Iterable[str]) -> dict[str, t.Any]:
    """Return of what the report is made: `documents`, their paths in the order of the hosts, and `failed`, by host why
    there is no document of it.

    results: by host, as for `artifacts`; a host that was lost has none.
    """
    documents, failed = [], {}
    for host in hosts:
        result = results.get(host, {"msg": LOST})
        paths = (result.get("report") or {}).get("paths") or {}
        if paths.get("document"):
            documents.append(str(paths["document"]))
        else:
            failed[host] = plain(str(result.get("msg") or CRASHED))
    return {"documents": documents, "failed": failed}


def _in_words(status: str, summary: Result | None) -> str:
    """Return the numbers of a review: `findings, 1 critical, 2 high (1 new); 12 people, 31 grants, 2 owners`."""
    if not summary:
        return f"{status}, nothing was judged"
    found = []
    for severity in SEVERITIES:
        counts = summary["findings"][severity]
        if still := counts["new"] + counts["open"]:
            found.append(f"{still} {severity}" + (f" ({counts['new']} new)" if counts["new"] else ""))
    things = [
        f"{'unknown' if summary[key] is None else summary[key]} {one if summary[key] == 1 else several}"
        for key, (one, several) in COUNTED.items()
    ]
    return f"{status}; findings: {', '.join(found) or 'none'}; {', '.join(things)}"
