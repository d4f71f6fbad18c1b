# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deployments and projects are read, all pages of them, and are found by name and by id."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.resources import LISTED, Names, Resource
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service import pages
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.client import Client
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.resources import Listed, read_resources
from ansible_collections.orgops.elastic_cloud.tests.unit.serving import Local, Reply, local_server

DEPLOYMENT, SECURITY = ("deployment",), ("project", "security")


def reading(scope: tuple[str, ...], *replies: t.Any) -> tuple[Listed, list[str]]:
    """What is made of these replies, one for each request, and the targets of the requests."""
    with local_server(*(Reply(body=json.dumps(one).encode()) for one in replies)) as local:
        found = read_resources(client(local), scope)
    return found, [target for _method, target, _headers in local.seen]


def client(local: Local) -> Client:
    return Client(local.url, "k" * 20, retries=0)


def test_deployments_cost_one_request():
    found, targets = reading(DEPLOYMENT, {"deployments": [{"id": "d1", "name": "logs", "resources": []}]})
    assert found == Listed([Resource(DEPLOYMENT, "d1", "logs")], True)
    assert targets == ["/api/v1/deployments"]


@pytest.mark.parametrize("scope", LISTED[1:], ids=str)
def test_projects_are_read_page_by_page(scope):
    replies = [
        {"items": [{"id": "p1", "name": "a"}], "next_page": "t o/k&n"},
        {"items": [{"id": "p2", "name": "b"}], "next_page": "2"},
        {"items": [{"id": "p3", "name": "c"}], "next_page": None},
    ]
    found, targets = reading(scope, *replies)
    assert found == Listed([Resource(scope, f"p{number}", name) for number, name in enumerate("abc", 1)], True)
    path = f"/api/v1/serverless/projects/{scope[1]}"
    assert targets == [path, f"{path}?next_page=t+o%2Fk%26n", f"{path}?next_page=2"]


@pytest.mark.parametrize("token", ["1", "3"], ids=["by name", "by content"])
def test_a_page_that_repeats_itself_is_half_a_picture(token):
    one = {"items": [{"id": "p1", "name": "a"}], "next_page": "1"}
    other = {"items": [{"id": "p2", "name": "b"}], "next_page": "2"}
    (resources, whole), targets = reading(SECURITY, one, other, one | {"next_page": token})
    assert not whole
    assert {resource.id for resource in resources} == {"p1", "p2"}
    assert len(targets) == 3


def test_pages_without_an_end_are_half_a_picture(monkeypatch):
    monkeypatch.setattr(pages, "MOST_PAGES", 3)
    replies = [{"items": [], "next_page": str(number)} for number in range(9)]
    (_resources, whole), targets = reading(SECURITY, *replies)
    assert not whole
    assert len(targets) == 4


def test_what_is_no_resource_is_passed_over_and_a_missing_name_is_none():
    odd = [None, 3, "x", {}, {"id": None, "name": "a"}, {"id": 7, "name": None}, {"id": "d", "name": ["a"]}]
    assert reading(DEPLOYMENT, {"deployments": odd})[0].resources == [
        Resource(DEPLOYMENT, "7", ""),
        Resource(DEPLOYMENT, "d", ""),
    ]


@pytest.mark.parametrize("reply", [{}, {"deployments": None}, {"deployments": {}}, {"items": []}])
def test_a_reply_without_a_list_is_not_taken_for_an_empty_one(reply):
    with pytest.raises(ApiError, match="GET /deployments: the answer holds no list of deployments"):
        reading(DEPLOYMENT, reply)


def test_resources_are_found_by_their_exact_name_and_by_id():
    there = [Resource(DEPLOYMENT, "2", "logs"), Resource(DEPLOYMENT, "1", " logs "), Resource(DEPLOYMENT, "3", "Logs")]
    names = Names({DEPLOYMENT: there, SECURITY: [Resource(SECURITY, "1", "logs"), Resource(SECURITY, "4", "")]})
    assert names.ids(DEPLOYMENT, "logs") == ["1", "2"]
    assert names.ids(DEPLOYMENT, "Logs") == ["3"]
    assert names.ids(DEPLOYMENT, "log") == []
    assert names.ids(SECURITY, "logs") == ["1"]
    assert names.name(DEPLOYMENT, "2") == "logs"
    assert names.name(SECURITY, "4") is None
    assert names.name(SECURITY, None) is None
    assert Names().name(DEPLOYMENT, "2") is None
