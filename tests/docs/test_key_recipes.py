# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The recipes of the guide about API keys, run as they stand; what they hand keys to is a small server here."""

from __future__ import annotations

import datetime as dt
import json
import typing as t

import pytest
import yaml

from ansible_collections.orgops.elastic_cloud.tests.demo import ACME, EVERY_DEPLOYMENT, OWNER
from ansible_collections.orgops.elastic_cloud.tests.docs.guides import GUIDES, blocks
from ansible_collections.orgops.elastic_cloud.tests.docs.test_guides import Reader, reader
from ansible_collections.orgops.elastic_cloud.tests.unit.serving import Local, Reply, local_server

pytestmark = pytest.mark.playbook
__all__ = ["reader"]
GUIDE = GUIDES / "guide_api_keys.rst"
RECIPES = GUIDES / "guide_recipes.rst"
BEGIN = "The inventory that the recipes begin from"
ADMIN = {"deployment": [{"role_id": "deployment-admin", "all": True}]}
NILS = "nils.berg@example.com"
JONAS = "jonas.weber@example.com"


def begin(reader: Reader, section: str) -> str:
    """Lay out the inventory of the recipes and the files of a section; return the section's commands."""
    for block in blocks(RECIPES):
        if block.section == BEGIN and block.file:
            content = reader.write(block)
            if "org_team_members" in content:
                reader.make_it_so(content)
    found = [block for block in blocks(GUIDE) if block.section == section]
    for block in found:
        if block.file:
            reader.write(block)
    return "".join(block.text for block in found if block.language == "shell")


def keys(reader: Reader) -> dict[str, list[str]]:
    """Return the ids of the API keys of acme that work, by name, the oldest first."""
    listed: dict[str, list[str]] = {}
    for id_, key in reader.emulator.api_keys(ACME).items():
        listed.setdefault(key["name"], []).append(id_)
    return listed


def kept(id_: str) -> Reply:
    """Return how a vault answers that has a key with this id."""
    body = json.dumps({"data": {"data": {"id": id_}}}).encode()
    return Reply(body=body, headers={"Content-Type": "application/json"})


def handed(local: Local) -> list[t.Any]:
    """Return what was handed over, each time."""
    methods = [method for method, _target, _headers in local.seen]
    return [json.loads(body) for method, body in zip(methods, local.bodies, strict=True) if method != "GET"]


def test_which_keys_there_are_and_who_has_left_is_told(reader: Reader) -> None:
    commands = begin(reader, "What to know about API keys")
    left = reader.emulator.add_key(ACME, name="left", role_assignments=EVERY_DEPLOYMENT, user_id="4711")
    reader.run(commands)
    assert keys(reader)["left"][0] in reader.output
    assert left not in reader.output


def test_a_key_reaches_the_vault_before_the_old_one_is_revoked(reader: Reader) -> None:
    commands = begin(reader, "A key in a vault")
    reader.emulator.add_key(ACME, name="terraform", role_assignments=ADMIN, email=JONAS)
    (old,) = keys(reader)["terraform"]
    with local_server(Reply(404, b"{}"), Reply()) as vault:
        reader.environment |= {"VAULT_ADDR": vault.url, "VAULT_TOKEN": "a-token-of-the-vault"}
        reader.run(commands)
    (put,) = handed(vault)
    (new,) = keys(reader)["terraform"]
    assert new == put["data"]["id"] != old
    assert put["data"]["api_key"] not in reader.output
    assert put["data"]["api_key"] in [key.secret for key in reader.emulator.keys]

    with local_server(kept(new)) as vault:  # again: the vault has the key, and nothing is done
        reader.environment |= {"VAULT_ADDR": vault.url}
        reader.run(commands)
    assert handed(vault) == []
    assert keys(reader)["terraform"] == [new]

    with local_server(kept("another"), Reply()) as vault:  # a run had ended before it reached the vault
        reader.environment |= {"VAULT_ADDR": vault.url}
        reader.run(commands)
    (put,) = handed(vault)
    assert keys(reader)["terraform"] == [put["data"]["id"]]


def test_where_the_vault_takes_no_key_the_old_one_goes_on_working(reader: Reader) -> None:
    commands = begin(reader, "A key in a vault")
    reader.emulator.add_key(ACME, name="terraform", role_assignments=ADMIN, email=JONAS)
    (old,) = keys(reader)["terraform"]
    with local_server(Reply(404, b"{}"), Reply(503)) as vault:
        reader.environment |= {"VAULT_ADDR": vault.url, "VAULT_TOKEN": "a-token-of-the-vault"}
        with pytest.raises(AssertionError, match="Hand a new key to the vault"):
            reader.run(commands)
    assert old in keys(reader)["terraform"]


def test_a_renewed_key_that_has_not_reached_the_vault_is_replaced(reader: Reader) -> None:
    commands = begin(reader, "A key in a vault")
    soon = reader.emulator.clock.now() + dt.timedelta(days=7)
    reader.emulator.add_key(ACME, name="terraform", role_assignments=ADMIN, email=JONAS, expires_at=soon)
    (old,) = keys(reader)["terraform"]
    with local_server(kept(old), Reply(503)) as vault:
        reader.environment |= {"VAULT_ADDR": vault.url, "VAULT_TOKEN": "a-token-of-the-vault"}
        with pytest.raises(AssertionError, match="Hand a new key to the vault"):
            reader.run(commands)
    with local_server(kept(old), Reply()) as vault:
        reader.environment |= {"VAULT_ADDR": vault.url}
        reader.run(commands)
    (put,) = handed(vault)
    assert keys(reader)["terraform"] == [put["data"]["id"]]


def test_the_platform_changes_its_own_credential(reader: Reader) -> None:
    commands = begin(reader, "The platform's own key")
    soon = reader.emulator.clock.now() + dt.timedelta(days=10)
    reader.environment["EC_API_KEY"] = reader.emulator.add_key(
        ACME, name="automation platform", role_assignments=OWNER, expires_at=soon
    )
    (old,) = keys(reader)["automation platform"]
    with local_server() as platform:
        reader.environment |= {"CONTROLLER_HOST": platform.url, "CONTROLLER_OAUTH_TOKEN": "a-token-of-the-platform"}
        reader.run(commands)
    assert [(method, target) for method, target, _headers in platform.seen] == [("PATCH", "/api/v2/credentials/42/")]
    (written,) = handed(platform)
    (new,) = keys(reader)["automation platform"]
    assert new != old
    reader.environment["EC_API_KEY"] = written["inputs"]["api_key"]
    with local_server() as platform:
        reader.environment["CONTROLLER_HOST"] = platform.url
        reader.run(commands)  # with the new one: nothing is due
    assert platform.seen == []
    assert keys(reader)["automation platform"] == [new]


def test_off_boarding_leaves_nothing_behind(reader: Reader) -> None:
    commands = begin(reader, "Keys of people who leave")
    reader.give(NILS, EVERY_DEPLOYMENT)
    reader.emulator.add_key(ACME, name="of nils", role_assignments=EVERY_DEPLOYMENT, email=NILS)
    reader.emulator.add_key(ACME, name="left", role_assignments=EVERY_DEPLOYMENT, user_id="4711")
    variables = reader.folder / "inventory/host_vars/acme.yml"
    definition = yaml.safe_load(variables.read_text(encoding="utf-8")) | {"org_team_max_removals": "100%"}
    definition["org_team_members"] = [{"email": NILS, "state": "absent"}]
    variables.write_text(yaml.safe_dump(definition), encoding="utf-8")
    reader.run(commands)
    assert NILS not in reader.people
    assert not keys(reader).keys() & {"of nils", "left"}
