# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An organization to make requests to; every answer is held to the emulator's own OpenAPI document."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
import requests

from ansible_collections.orgops.elastic_cloud.tests.emulator import models
from ansible_collections.orgops.elastic_cloud.tests.emulator.answers import BASE_PATH, GENERAL
from ansible_collections.orgops.elastic_cloud.tests.emulator.app import api
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Emulator, FakeClock, InProcessAdapter
from ansible_collections.orgops.elastic_cloud.tests.unit.emulator.exchanges import held_to_the_facts

DOCUMENT = api.openapi()
NOT_YET = 449  # a domain that cannot be claimed yet, which is told without a body
PATHS = [(re.compile(re.sub(r"\{.*?\}", "[^/]+", path)), path) for path in sorted(DOCUMENT["paths"])]


def check(response: requests.Response) -> None:
    """The status, the error codes and the body are documented for the operation."""
    path = response.request.path_url.removeprefix(BASE_PATH).partition("?")[0]
    method = response.request.method.lower()
    operations = [DOCUMENT["paths"][name] for pattern, name in PATHS if pattern.fullmatch(path)]
    documented = next((one[method]["responses"] for one in operations if method in one), {})
    expected = documented.get(str(response.status_code))
    if response.status_code == NOT_YET:
        assert expected is not None
        assert response.content == b""
        return
    if response.ok:
        schema = expected["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        getattr(models, schema).model_validate_json(response.content)
        return
    errors = models.BasicFailedReply.model_validate_json(response.content).errors
    codes = [error.code for error in errors]
    assert response.headers["x-cloud-error-codes"] == ",".join(codes)
    header = (expected or {}).get("headers", {}).get("x-cloud-error-codes", {"schema": {"enum": []}})
    assert set(codes) <= {*header["schema"]["enum"], *GENERAL.get(response.status_code, [])}


class Api:
    """Requests to an emulator, by default with the key of an owner."""

    def __init__(self, emulator: Emulator, key: str) -> None:
        self.key = key
        self._adapter = InProcessAdapter(emulator)
        self.session = requests.Session()
        self.session.mount(self._adapter.url, self._adapter)

    def __call__(self, method: str, path: str, json: object = None, *, key: str | None = None, **more: object):
        """The status and the body of the answer, or its error codes."""
        response = self.raw(method, path, json, key=key, **more)
        check(response)
        if response.status_code == NOT_YET:
            return response.status_code, ""
        if response.ok:
            return response.status_code, response.json()
        return response.status_code, response.headers["x-cloud-error-codes"]

    def raw(self, method: str, path: str, json: object = None, *, key: str | None = None, **more: object):
        """The answer itself."""
        headers = {"Authorization": f"ApiKey {key or self.key}", **more.pop("headers", {})}
        url = self._adapter.url + BASE_PATH + path
        return self.session.request(method, url, json=json, headers=headers, timeout=30, **more)


@pytest.fixture(autouse=True)
def facts():
    """What is answered, and every request that is answered well, is in a contract."""
    with held_to_the_facts(ours=False) as faults:
        yield faults
    assert faults == []


@pytest.fixture
def emulator() -> Emulator:
    """An emulator whose time stands still."""
    return Emulator(clock=FakeClock())


@pytest.fixture
def acme(emulator):
    """An organization with an owner and one other member, its paths, and the owner's key."""
    organization = emulator.add_organization("Acme")
    owner = emulator.add_member(
        organization, "owner@example.com", {"organization": [{"role_id": "organization-admin"}]}
    )
    member = emulator.add_member(organization, "Ana.Lopez@example.com")
    path = f"/organizations/{organization.id}"
    return SimpleNamespace(
        id=organization.id,
        organization=organization,
        key=emulator.add_key(organization),
        owner=owner,
        member=member,
        path=path,
        members=f"{path}/members",
        invitations=f"{path}/invitations",
        roles=f"/users/{member.user_id}/role_assignments",
        idp=f"{path}/idp",
        domains=f"{path}/domains",
        mappings=f"{path}/role_mappings",
    )


@pytest.fixture
def api(emulator, acme) -> Api:
    """Requests with the owner's key."""
    return Api(emulator, acme.key)


@pytest.fixture
def deployments(acme):
    """Makes role assignments for deployments of the organization: `deployments("deployment-admin", "a", "b")`."""

    def make(role_id: str, *ids: str, roles: list[str] | None = None, everything: bool = False) -> dict:
        block = {"role_id": role_id, "organization_id": acme.id, "all": everything}
        block |= {} if everything else {"deployment_ids": list(ids)}
        block |= {} if roles is None else {"application_roles": roles}
        return {"deployment": [block]}

    return make
