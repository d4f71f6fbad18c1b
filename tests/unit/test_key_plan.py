# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is planned for an API key, whatever keys there are: nothing that is not ours is revoked, no more are made than
are told of, and what was done is not planned again. And its files, whoever writes them at once.
"""

from __future__ import annotations

import datetime as dt
import os
import threading
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    OWNER,
    Given,
    Grants,
    from_input,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.keys import ApiKey, KeyInUse, Own, own_among
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings, GuardError
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.definition import Wanted
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.file import KeyFile
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.guards import MOST_KEYS, check_guards
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.plan import AtHand, Plan, is_exact, make_plan

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.timezone.utc)
ORGANIZATION = "1402593716"
READ: Grants = from_input({"deployment": [{"role_id": "viewer", "all": True}]}, "", Findings()).grants
WRITE: Grants = from_input({"deployment": [{"role_id": "editor", "all": True}]}, "", Findings()).grants
NAMES = ("ci", "backup")


def moments(least: int, most: int) -> st.SearchStrategy[str]:
    """Days around now, as the service writes them."""
    return st.integers(least, most).map(lambda days: f"{NOW + dt.timedelta(days=days):%Y-%m-%dT%H:%M:%S.000Z}")


@st.composite
def lists(draw: st.DrawFn) -> list[ApiKey]:
    """Return what the service may list."""
    return [
        ApiKey(
            id=f"k{number}",
            name=draw(st.sampled_from(NAMES)),
            user_id=draw(st.sampled_from(["1", "1", "2", None])),
            organization_id=draw(st.sampled_from([ORGANIZATION, ORGANIZATION, ORGANIZATION, "9", None])),
            created_at=draw(moments(-60, 0)),
            expires_at=draw(st.none() | moments(-5, 90)),
            grants=draw(st.sampled_from([READ, READ, WRITE, READ | WRITE, frozenset({OWNER})])),
            roles_shown=draw(st.integers(0, 9)) > 0,
        )
        for number in range(draw(st.integers(0, 8)))
    ]


files = st.none() | st.builds(AtHand, st.booleans(), st.none() | st.sampled_from([f"k{number}" for number in range(9)]))
uses = st.builds(KeyInUse, st.none() | st.sampled_from(["k0", "k1", "elsewhere"]), st.none() | st.just(NOW))


def present(**more: object) -> Wanted:
    """The key `ci`, which may read."""
    return replace(Wanted("ci", given=Given(READ), renew_before=dt.timedelta(days=14)), **more)  # type: ignore[arg-type]


def plan(wanted: Wanted, keys: list[ApiKey], own: Own = Own(), at_hand: AtHand | None = None) -> Plan | None:  # noqa: B008
    """Return the plan, None where it is refused or the input is found faulty."""
    findings = Findings()
    found = make_plan(wanted, keys, ORGANIZATION, own, NOW, findings, at_hand)
    try:
        check_guards(wanted, found)
    except GuardError:
        return None
    return None if findings.problems else found


@given(lists(), files, st.booleans())
def test_what_was_made_is_the_current_one_and_is_not_made_again(keys, at_hand, force):
    first = plan(present(force=force), keys, at_hand=at_hand)
    if first is None or not first.creates:
        return
    made = ApiKey("new", "ci", "1", ORGANIZATION, f"{NOW:%Y-%m-%dT%H:%M:%SZ}", "2026-09-01", READ)
    again = plan(present(), [*keys, made], at_hand=at_hand and AtHand(True, "new"))
    assert again is not None
    assert again.actions == []
    assert again.current == made
    assert {key.id for key in again.superseded} == {key.id for key in first.superseded}


@given(lists(), files, st.booleans())
def test_a_key_that_should_be_there_costs_no_other_and_there_are_never_more_than_five(keys, at_hand, force):
    found = plan(present(force=force), keys, at_hand=at_hand)
    if found is None:
        return
    assert {action.action for action in found.actions} <= {"create_api_key"}
    there = [
        key for key in keys if key.name == "ci" and key.organization_id in (ORGANIZATION, None) and not key.over(NOW)
    ]
    assert not found.creates or len(there) < MOST_KEYS
    if found.current:
        assert is_exact(found.current, READ)
        assert not found.current.over(NOW)
    if at_hand is not None and not force and any(is_exact(key, READ) for key in found.namesakes):
        assert not at_hand.nothing  # somebody has the secret


@given(lists(), uses, st.sampled_from([Wanted("ci", present=False), *(Wanted("", f"k{n}", False) for n in range(3))]))
def test_only_keys_of_this_organization_are_revoked_and_never_the_one_in_use(keys, in_use, wanted):
    own = own_among(keys, in_use, NOW)
    found = plan(wanted, keys, own)
    if found is None:
        return
    for action in found.actions:
        assert action.action == "revoke_api_key"
        assert action.key in keys
        assert action.key.organization_id == ORGANIZATION
        assert not action.key.over(NOW)
        assert action.key.id == wanted.id or action.key.name == wanted.name
        assert action.key.id not in own.surely
        assert wanted.id or action.key.id not in own.maybe
    gone = {action.id for action in found.actions}
    left = plan(wanted, [key for key in keys if key.id not in gone], own)
    assert left is not None
    assert left.actions == []
    if wanted.name:
        assert len({action.key.user_id for action in found.actions if action.key}) <= 1


@given(lists())
def test_the_order_of_the_list_makes_no_difference(keys):
    one, other = plan(present(), keys), plan(present(), keys[::-1])
    assert (one and one.current) == (other and other.current)
    assert (one and [key.id for key in one.superseded]) == (other and [key.id for key in other.superseded])


def test_a_key_whose_roles_are_not_shown_is_not_taken_for_another(tmp_path):
    hidden = ApiKey("a", "ci", "1", ORGANIZATION, None, None, frozenset(), roles_shown=False)
    with pytest.raises(GuardError, match="shows no roles") as caught:
        check_guards(present(), make_plan(present(), [hidden], ORGANIZATION, Own(), NOW, Findings()))
    assert caught.value.name == "visibility"
    assert plan(present(force=True), [hidden]) is not None


# Files


def test_whoever_writes_at_once_the_id_is_never_that_of_another_key(tmp_path):
    file = KeyFile(str(tmp_path / "key"))
    ended = threading.Event()
    seen: set[tuple[str, str]] = set()

    def write(number: int) -> None:
        for turn in range(20):
            with file.opened() as draft:
                draft.put(f"secret-{number}-{turn}", f"id-{number}-{turn}")

    def look() -> None:
        while not ended.is_set():
            first = file.at_hand().id
            if first is None or not file.path.exists():
                continue
            secret = file.path.read_text()
            if file.at_hand().id == first:  # nobody has written meanwhile
                seen.add((secret, first))

    watcher = threading.Thread(target=look)
    watcher.start()
    writers = [threading.Thread(target=write, args=[number]) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    ended.set()
    watcher.join()
    seen.add((file.path.read_text(), str(file.at_hand().id)))
    assert {(secret.replace("secret", "id"), id_) for secret, id_ in seen} == {(id_, id_) for _secret, id_ in seen}
    assert sorted(os.listdir(tmp_path)) == ["key", "key.id"]


def test_what_is_not_put_in_its_place_is_gone(tmp_path):
    with KeyFile(str(tmp_path / "key")).opened():
        assert {one.stat().st_mode & 0o777 for one in tmp_path.iterdir()} == {0o600}
        assert len(os.listdir(tmp_path)) == 2
    assert os.listdir(tmp_path) == []


def test_a_key_is_written_as_it_is_and_nothing_else(tmp_path):
    for secret in ("a" * 9000, "short"):  # longer than what is reserved, and shorter
        with KeyFile(str(tmp_path / "key")).opened() as draft:
            draft.put(secret, "id")
        assert (tmp_path / "key").read_bytes() == secret.encode()
