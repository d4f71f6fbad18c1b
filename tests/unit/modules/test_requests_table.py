# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of the design guide that says how many requests everything takes: each row is done, and counted."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ansible_collections.orgops.elastic_cloud.tests.unit.certificates import make, text_of
from ansible_collections.orgops.elastic_cloud.tests.unit.modules.running import OWNER, Site, viewer

GUIDE = Path(__file__).parents[3] / "docs/docsite/rst/guide_design.rst"
TITLE = "What it costs\n-------------\n"
VIEWER = viewer(all=True)
KEY = {"name": "ci", "role_assignments": VIEWER}
BEA, NEW = "bea@example.com", "new@example.com"
PEOPLE = [{"email": email, "role_assignments": OWNER} for email in ("ana@example.com", "owner@example.com")]
PROVIDER = {
    "login_identifier_prefix": "acme",
    "issuer": "https://idp.example.com/metadata",
    "sso_url": "https://idp.example.com/sso",
    "public_certificates": [text_of(make(name="idp"))],
}
OWNERS = {"name": "owners", "any": [{"group": "platform"}], "role_assignments": OWNER}
GUESTS = {"name": "guests", "any": [{"group": "guests"}], "role_assignments": VIEWER}
NAMED = {
    "deployment": [{"role_id": "deployment-viewer", "deployment_names": ["shop"]}],
    "project": {"security": [{"role_id": "security-viewer", "project_names": ["siem"]}]},
}


class Row(NamedTuple):
    """A row of the table."""

    module: str
    operation: str
    reads: int
    writes: int


def rows() -> list[Row]:
    """Return what the table says; fails where it is not there."""
    _before, _title, rest = GUIDE.read_text(encoding="utf-8").partition(TITLE)
    fields = r"   \* - ``(\w+)``\n     - (.*)\n     - (\d+)\n     - (\d+)\n"
    found = [
        Row(module, operation, int(reads), int(writes)) for module, operation, reads, writes in re.findall(fields, rest)
    ]
    assert len(found) == rest.count("   * - ") - 1, "a row is not as the others"
    return found


def key(site: Site, **details: Any) -> str:
    """Somebody has made an API key; returns its id."""
    details = {"email": "ana@example.com", "name": "ci", "role_assignments": VIEWER} | details
    site.emulator.add_key(site.organization, **details)
    return site.emulator.keys[-1].id


def invited(site: Site) -> None:
    """Two are invited."""
    for email in (NEW, BEA):
        site.invitation(email, VIEWER)


def the_only_one(site: Site) -> None:
    """There is this API key and the one in use, both made by the same person."""
    site.emulator.keys[:] = [one for one in site.emulator.keys if one.name != "another"]
    key(site, email="owner@example.com")


def leavers(site: Site) -> None:
    """Somebody is there whom the definition lacks, and has two API keys."""
    site.member(BEA, VIEWER)
    for name in ("nightly", "laptop"):
        key(site, email=BEA, name=name)


def named(site: Site) -> None:
    """Somebody has roles on a deployment and a project that have names."""
    site.emulator.add_resource(site.organization, "deployment", "d1", name="shop")
    site.emulator.add_resource(site.organization, "project.security", "s1", name="siem")
    analyst = {"project": {"security": [{"role_id": "security-viewer", "project_ids": ["s1"]}]}}
    site.member(BEA, viewer("d1"), analyst)


def single_sign_on(site: Site, *, enforced: bool = False) -> None:
    """An identity provider and somebody who gets in by it as an owner."""
    site.emulator.put_provider(site.organization, public_certificate=PROVIDER["public_certificates"])
    site.emulator.add_mapping(site.organization, "owners", {"any": OWNERS["any"]}, OWNER)
    if enforced:
        site.emulator.enforce(site.organization)


def team(*more: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Options of org_team: the owners, and these."""
    return {"members": [*PEOPLE, *more], "max_removals": "100%", **options}


def new_domain(site: Site) -> None:
    """The DNS has the code of a domain that is not claimed yet."""
    challenge = site.succeed("org_domain", name="example.net", verify=False)["challenge"]
    site.emulator.publish("example.net", challenge["value"])


Prepare = Callable[[Site], Any]
Options = dict[str, Any] | Callable[[Any], dict[str, Any]]


def as_it_is(_site: Site) -> None:
    """Nothing is to be prepared."""


# How each operation of the table is done: what is there before, and the options, which may need what that has returned.
OPERATIONS: dict[tuple[str, str], tuple[Prepare, Options]] = {
    ("org_team", "nothing to do"): (as_it_is, team()),
    ("org_team", "nothing to do, ``leavers_api_keys: revoke``"): (as_it_is, team(leavers_api_keys="revoke")),
    ("org_team", "nothing to do, names of deployments and of one type of projects"): (
        named,
        team({"email": BEA, "role_assignments": NAMED}),
    ),
    ("org_team", "one set of roles for 100 new people"): (
        as_it_is,
        team(*({"email": f"p{number}@example.com", "role_assignments": VIEWER} for number in range(100))),
    ),
    ("org_team", "50 members leave, ``leavers_api_keys: ignore``"): (
        lambda site: [site.member(f"p{number}@example.com", VIEWER) for number in range(50)],
        team(purge=True, ignore=["*@sso.example.com"], leavers_api_keys="ignore"),
    ),
    ("org_team", "a member leaves, ``leavers_api_keys: warn``"): (
        leavers,
        team(purge=True, ignore=["*@sso.example.com"]),
    ),
    ("org_team", "a member leaves who has two API keys, ``leavers_api_keys: revoke``"): (
        leavers,
        team(purge=True, ignore=["*@sso.example.com"], leavers_api_keys="revoke"),
    ),
    ("org_member", "nothing to do"): (as_it_is, {"email": "ana@example.com", "role_assignments": OWNER}),
    ("org_member", "other roles, one added and one taken"): (
        lambda site: site.member(BEA, viewer("d1")),
        {"email": BEA, "role_assignments": viewer("d2")},
    ),
    ("org_member", "a member leaves who has two API keys, ``leavers_api_keys: revoke``"): (
        leavers,
        {"email": BEA, "state": "absent", "leavers_api_keys": "revoke"},
    ),
    ("org_invitation", "nothing to do"): (
        invited,
        {"emails": [NEW, BEA], "role_assignments": VIEWER},
    ),
    ("org_invitation", "people are invited"): (as_it_is, {"emails": [NEW, BEA], "role_assignments": VIEWER}),
    ("org_invitation", "invitations are revoked"): (
        invited,
        {"emails": [NEW, BEA], "state": "absent"},
    ),
    **{
        ("org_info", f"``gather: [{part}]``"): (as_it_is, {"gather": [part]})
        for part in ("organization", "members", "invitations", "team", "api_keys", "sso", "resources")
    },
    ("org_info", "all of it"): (
        as_it_is,
        {"gather": ["organization", "members", "invitations", "team", "api_keys", "sso", "resources"]},
    ),
    ("org_api_key", "nothing to do"): (key, KEY),
    ("org_api_key", "nothing to do, and all API keys that are shown are one person's"): (the_only_one, KEY),
    ("org_api_key", "a new API key"): (as_it_is, KEY),
    ("org_api_key", "another one before the old one ends"): (
        lambda site: site.emulator.add_key(
            site.organization,
            email="ana@example.com",
            name="ci",
            role_assignments=VIEWER,
            expires_at=site.emulator.clock.now() + dt.timedelta(days=7),
        ),
        KEY | {"renew_before": "14d"},
    ),
    ("org_api_key", "one is revoked by its id"): (key, lambda id_: {"id": id_, "state": "absent"}),
    ("org_api_key", "all of a name are revoked"): (
        lambda site: [key(site), key(site, role_assignments=viewer("d1"))],
        {"name": "ci", "state": "absent"},
    ),
    ("org_domain", "nothing to do"): (as_it_is, {"name": "example.com"}),
    ("org_domain", "the DNS record is asked for"): (as_it_is, {"name": "example.net", "verify": False}),
    ("org_domain", "a domain is claimed"): (new_domain, {"name": "example.net"}),
    ("org_domain", "a domain is given up"): (as_it_is, {"name": "example.com", "state": "absent"}),
    ("org_sso", "nothing to do"): (single_sign_on, {"role_mappings": [OWNERS]}),
    ("org_sso", "a provider and two role mappings, for the first time"): (
        as_it_is,
        {"identity_provider": PROVIDER, "role_mappings": [OWNERS, GUESTS]},
    ),
    ("org_sso", "single sign-on is enforced"): (single_sign_on, {"enforced": True}),
    ("org_sso", "it is enforced no more"): (lambda site: single_sign_on(site, enforced=True), {"enforced": False}),
}


@pytest.fixture(autouse=True)
def people(site: Site) -> None:
    """Two owners, of whom each has an API key, and a domain of the organization."""
    for email in ("owner@example.com", "ana@example.com"):
        site.member(email, OWNER)
    key(site, name="another")
    site.emulator.add_domain(site.organization, "example.com")


def test_every_operation_is_in_the_table_once() -> None:
    assert [(row.module, row.operation) for row in rows()] == list(OPERATIONS)


@pytest.mark.parametrize(("module", "operation"), OPERATIONS)
def test_it_takes_as_many_requests_as_the_table_says(site: Site, module: str, operation: str) -> None:
    prepare, options = OPERATIONS[module, operation]
    prepared = prepare(site)
    options = options(prepared) if callable(options) else options
    options |= {"concurrency": 1} if module == "org_team" else {}
    checked = site.succeed(module, check_mode=True, **options)
    reads, asked = len(site.requests) - len(site.writes), len(site.writes)
    result = site.succeed(module, **options)
    writes = len(site.writes)
    done = Row(module, operation, len(site.requests) - writes, writes)
    assert done in rows(), f"{done}: {site.requests}"
    assert reads == done.reads
    if operation != "the DNS record is asked for":  # which makes no change, and is the same in check mode
        assert (asked, checked["changed"], result["changed"]) == (0, bool(writes), bool(writes))
