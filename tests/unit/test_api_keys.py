# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""API keys: how they are read, made and revoked, which of them count, and which is the one in use."""

from __future__ import annotations

import base64
import datetime as dt
import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import OWNER, from_reply
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.keys import (
    ApiKey,
    KeyInUse,
    as_keys_hold,
    id_within,
    nobodys,
    ours,
    own_among,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError, LostReply
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service import pages as pages_module
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.client import Client
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.keys import ApiKeys
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import Organization
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._times import length, moment
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import FakeClock
from ansible_collections.orgops.elastic_cloud.tests.unit.serving import Local, Reply, local_server

ORGANIZATION = "1402593716"
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.timezone.utc)
VIEWER = {"deployment": [{"role_id": "deployment-viewer", "organization_id": ORGANIZATION, "all": True}]}


def key(id: str = "k1", **more: t.Any) -> ApiKey:
    """A key of the organization that has not ended."""
    known: dict[str, t.Any] = {
        "id": id,
        "name": "ci",
        "user_id": "1",
        "organization_id": ORGANIZATION,
        "created_at": "2026-05-01T00:00:00.000Z",
        "expires_at": "2026-08-01T00:00:00.000Z",
        "grants": frozenset(),
    }
    return ApiKey(**{**known, **more})


def page(*ids: str, next_page: t.Any = None, **more: t.Any) -> Reply:
    """A page of the service's list."""
    keys = [{"id": one, "description": one, "creation_date": "2026-05-01T00:00:00.000Z", **more} for one in ids]
    return Reply(body=json.dumps({"keys": keys, "next_page": next_page}).encode())


def keys_at(server: Local) -> ApiKeys:
    """The API keys of a small server, without retries."""
    client = Client(server.url, "ThisIsAnApiKeyForTests", retries=0, timeout=5, clock=FakeClock())
    return ApiKeys(Organization(client, ORGANIZATION))


def test_all_pages_are_read():
    with local_server(
        page("a", next_page="2 /&"), page("b", "a", next_page="3"), page(next_page=4), page("c")
    ) as server:
        found = keys_at(server).all()
    assert [one.id for one in found] == ["a", "b", "c"]
    targets = [target.removeprefix("/api/v1/users/auth/keys") for _method, target, _headers in server.seen]
    assert targets == ["", "?next_page=2+%2F%26", "?next_page=3", "?next_page=4"]


def test_a_key_is_read_with_its_roles_and_whose_it_is():
    reply = {
        "id": "a",
        "user_id": "7",
        "organization_id": ORGANIZATION,
        "description": "ci",
        "creation_date": "2026-05-01T00:00:00.000Z",
        "expiration_date": "2026-08-01T00:00:00.000Z",
        "role_assignments": VIEWER,
    }
    body = json.dumps({"keys": [reply, None, {"description": "without an id"}, {"id": "b", "description": None}]})
    with local_server(Reply(body=body.encode())) as server:
        full, bare = keys_at(server).all()
    assert (full.id, full.name, full.user_id, full.organization_id) == ("a", "ci", "7", ORGANIZATION)
    assert (full.created_at, full.expires_at) == (reply["creation_date"], reply["expiration_date"])
    assert full.grants == from_reply(VIEWER, ORGANIZATION)
    assert full.roles_shown
    assert (bare.name, bare.user_id, bare.organization_id, bare.expires_at) == ("", None, None, None)
    assert not bare.roles_shown


@pytest.mark.parametrize(
    "pages",
    [
        pytest.param([page("a", next_page="2"), page("b", next_page="2")], id="the same page is named again"),
        pytest.param([page("a", next_page="2"), page("a", next_page="3"), page("b")], id="a page has the same keys"),
    ],
)
def test_a_page_that_repeats_itself_is_half_a_picture(pages):
    with local_server(*pages) as server, pytest.raises(ApiError, match="half a picture"):
        keys_at(server).all()
    assert len(server.seen) == 2


def test_pages_without_end_are_half_a_picture(monkeypatch):
    monkeypatch.setattr(pages_module, "MOST_PAGES", 3)
    pages = [page(next_page=str(number)) for number in range(9)]
    with local_server(*pages) as server, pytest.raises(ApiError, match="half a picture"):
        keys_at(server).all()
    assert len(server.seen) == 4


@pytest.mark.parametrize("body", [b"{}", b'{"keys": null}', b'{"keys": {"a": 1}}'])
def test_an_answer_without_a_list_is_no_organization_without_keys(body):
    with local_server(Reply(body=body)) as server, pytest.raises(ApiError, match="no list of keys"):
        keys_at(server).all()


def test_a_new_key_comes_with_its_secret_which_no_message_shows():
    made = {"id": "a", "description": "ci", "key": "a5ecretOfAKey", "role_assignments": VIEWER}
    with local_server(Reply(201, json.dumps(made).encode())) as server:
        keys = keys_at(server)
        new = keys.create("ci", from_reply(VIEWER, ORGANIZATION) or frozenset(), "90d")
        assert (new.key.id, new.secret) == ("a", "a5ecretOfAKey")
        assert "a5ecret" not in repr(new.key)
        assert keys._client.scrub("a5ecretOfAKey") == "***"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b'{"id": "a"}',
        b'{"key": "a5ecretOfAKey"}',
        b'{"id": "a", "key": ""}',
        b'{"id": "a", "key": 7}',
        b'{"id": "a", "key": "two words"}',
        b'{"id": "a", "key": "a line\\n"}',
        b"[]",
        b'{"id": "a", "key": "a5ecretOfAKey", "role_assignments":' + b'{"a":' * 960 + b"1" + b"}" * 961,
    ],
)
def test_an_answer_that_holds_no_key_is_lost(body):
    with local_server(Reply(201, body)) as server, pytest.raises(LostReply):
        keys_at(server).create("ci", frozenset(), None)


def test_keys_are_revoked_in_one_request():
    with local_server() as server:
        keys_at(server).revoke(["a", "b/c"])
    assert [(method, target) for method, target, _headers in server.seen] == [("DELETE", "/api/v1/users/auth/keys")]


def test_only_keys_that_name_the_organization_and_have_not_ended_count():
    keys = [
        key("ours"),
        key("endless", expires_at=None),
        key("elsewhere", organization_id="9"),
        key("nobodys", organization_id=None),
        key("over", expires_at="2026-06-01T00:00:00Z"),
        key("nobodys and over", organization_id=None, expires_at="2026-05-31T23:59:59+00:00"),
    ]
    assert [one.id for one in ours(keys, ORGANIZATION, NOW)] == ["ours", "endless"]
    assert [one.id for one in nobodys(keys, NOW)] == ["nobodys"]


def test_the_newest_key_is_the_one_made_last_and_then_the_one_that_ends_last():
    keys = [
        key("old", created_at="2026-05-01T00:00:00.000Z", expires_at=None),
        key("new", created_at="2026-05-01T00:00:00.100Z", expires_at="2026-07-01T00:00:00Z"),
        key("lasting", created_at="2026-05-01T02:00:00.100+02:00", expires_at="2026-07-02T00:00:00Z"),
        key("undated", created_at=None, expires_at=None),
    ]
    assert [one.id for one in sorted(keys, key=lambda one: one.age)] == ["undated", "old", "new", "lasting"]


def test_application_roles_of_keys_that_are_absent_or_empty_mean_the_same():
    def held(**more: t.Any) -> t.Any:
        block = {**VIEWER["deployment"][0], **more}
        return as_keys_hold(from_reply({"deployment": [block]}, ORGANIZATION) or frozenset())

    assert held() == held(application_roles=[]) == held(application_roles=None) == held(valid_from="2026")
    assert held() != held(application_roles=["kibana_user"])


@given(id=st.text("abcXYZ019_-", min_size=1), secret=st.text("abcXYZ019_-:", min_size=1), padded=st.booleans())
def test_a_key_is_recognised_by_the_id_in_its_text(id, secret, padded):
    text = base64.b64encode(f"{id}:{secret}".encode()).decode()
    assert id_within(text if padded else text.rstrip("=")) == id
    assert own_among([key("other"), key(f"{id}!"), key(id)], KeyInUse(id), NOW).surely == {id}


@pytest.mark.parametrize(
    "text", ["", "not base64!", "bm9jb2xvbg==", "OnNlY3JldA==", "aWQ6", "aWQKOnNlY3JldA==", "////"]
)
def test_a_text_without_an_id_has_none(text):
    assert id_within(text) is None


def test_a_key_is_recognised_by_its_end_to_the_second():
    keys = [key("a", expires_at="2026-08-01T00:00:00.700Z"), key("b", expires_at="2026-08-01T00:00:01Z"), key("c")]
    in_use = KeyInUse("id of no key", moment("Sat, 01 Aug 2026 00:00:01 GMT"))
    assert own_among(keys, in_use, NOW) == ({"b"}, frozenset())
    assert own_among(keys, KeyInUse(None, moment("2026-08-01T00:00:00.1Z")), NOW) == ({"a", "c"}, frozenset())


@pytest.mark.parametrize("in_use", [KeyInUse(), KeyInUse("unknown"), KeyInUse("unknown", moment("2027-01-01"))])
def test_where_nothing_tells_any_key_with_the_owner_role_may_be_the_one_in_use(in_use):
    keys = [
        key("viewer", grants=from_reply(VIEWER, ORGANIZATION)),
        key("owner", grants=frozenset({OWNER})),
        key("over", grants=frozenset({OWNER}), expires_at="2026-05-01T00:00:00Z"),
        key("unshown", roles_shown=False),
    ]
    assert own_among(keys, in_use, NOW) == (frozenset(), {"owner", "unshown"})


@pytest.mark.parametrize(
    ("text", "hours"), [("90d", 2160), ("12h", 12), ("1d12h", 36), ("90m", 1.5), ("3600s", 1), ("0d", 0)]
)
def test_lengths_of_time(text, hours):
    assert length(text) == dt.timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "d", "5", "-1d", "1w", "1 d", "\u0661d", "9" * 30 + "d", "9" * 5000 + "d"])
def test_what_is_no_length_of_time(text):
    assert length(text) is None


def test_moments_keep_what_is_smaller_than_a_second():
    assert moment("2026-08-01T00:00:00.123456789Z") == dt.datetime(2026, 8, 1, 0, 0, 0, 123456, dt.timezone.utc)
    assert moment("2026-08-01T02:00:00,5+02:00") == dt.datetime(2026, 8, 1, 0, 0, 0, 500000, dt.timezone.utc)
