# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with variables is said, and what is harmless works: all in one run with everything shown."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.orgops.elastic_cloud.tests.playbooks.running import OWNER, VIEWER, Ansible, Run

pytestmark = pytest.mark.playbook
OWNERS = [{"email": "owner@example.com", "role_assignments": OWNER}]
CONNECTION = ["api_key", "endpoint", "timeout", "retries", "validate_certs", "ca_path"]
OPTIONS = [
    "groups",
    "purge",
    "ignore",
    "invitation_expires_in",
    "resend_expired",
    "min_owners",
    "protected",
    "max_removals",
    "unknown_roles",
    "leavers_api_keys",
    "refused_grants",
    "concurrency",
]


@pytest.fixture(scope="module")
def keys() -> list[str]:
    """The API keys of the organizations in the run."""
    return []


@pytest.fixture(scope="module")
def run(ansible: Ansible, keys: list[str]) -> Run:
    """One run with a host for each case, most of which fail."""

    def host(name: str, members: t.Any = None, **more: t.Any) -> dict[str, t.Any]:
        variables = ansible.organization(name)
        keys.append(variables["org_team_api_key"])
        return (
            variables
            | {"org_team_members": OWNERS if members is None else members}
            | {f"org_team_{name}": value for name, value in more.items()}
        )

    blank_connection = host("blank_connection", **dict.fromkeys(CONNECTION, ""))
    key_of_blank_connection = keys[0]
    inventory = {
        "fine": host("fine"),
        "null_options": host("null_options", **dict.fromkeys(OPTIONS)),
        "blank_options": host("blank_options", **dict.fromkeys(OPTIONS, "")),
        "blank_connection": blank_connection,
        "missing_id": {"org_team_members": OWNERS},
        "blank_id": host("blank_id", organization_id=" "),
        "twin": host("twin", organization_id=1234567890),
        "other_twin": host("other_twin", organization_id="{{ '12345' }}67890 "),
        "misspelt_variable": host("misspelt_variable", memebrs=[], min_owner=2),
        "misspelt_key": host(
            "misspelt_key",
            [
                {"email": "owner@example.com", "rols": []},
                {"email": "nobody"},
                {"email": "b@example.com", "groups": ["develpers"]},
            ],
            groups={"developers": VIEWER},
        ),
        "text_entry": host("text_entry", ["owner@example.com"]),
        "dictionary": host("dictionary", {"owner@example.com": OWNER}),
    }
    return ansible.run(inventory, "-vvv", EC_API_KEY=key_of_blank_connection)


def failed(run: Run, host: str) -> str:
    """Return the last words about a host that has failed."""
    assert run.recap(host)["failed"] == 1
    return run.messages(host)[-1]


def test_nothing_is_written_by_any_of_them(run: Run) -> None:
    assert run.exit_code == 2
    assert run.writes() == []


def test_no_key_is_printed_whatever_goes_wrong(run: Run, keys: list[str]) -> None:
    assert keys
    assert not [key for key in keys if key in run.output]


@pytest.mark.parametrize("host", ["fine", "null_options", "blank_options", "blank_connection"])
def test_promise_10_null_and_blank_count_as_absent(run: Run, host: str) -> None:
    assert run.recap(host)["failed"] == 0, run.messages(host)
    assert f"{host}: nothing to do, 1 unchanged" in run.messages(host)


@pytest.mark.parametrize("host", ["missing_id", "blank_id"])
def test_the_organization_must_be_named(run: Run, host: str) -> None:
    assert "org_team_organization_id" in failed(run, host)
    assert not [one for one in run.requests if one["path"].endswith("/organizations")], "it was looked for"


@pytest.mark.parametrize("host", ["twin", "other_twin"])
def test_two_hosts_for_one_organization_are_both_refused(run: Run, host: str) -> None:
    assert "same org_team_organization_id, 1234567890: twin, other_twin" in failed(run, host)


def test_a_misspelt_variable_is_named_with_the_nearest_known_one(run: Run) -> None:
    message = failed(run, "misspelt_variable")
    assert "org_team_memebrs is not a variable of this role (did you mean 'org_team_members'?)." in message
    assert "org_team_min_owner is not a variable of this role (did you mean 'org_team_min_owners'?)." in message


def test_all_faults_of_the_entries_are_told_at_once(run: Run) -> None:
    message = failed(run, "misspelt_key")
    for words in ("members[0]", "'rols'", "members[1]", "'nobody'", "members[2]", "'develpers'", "'developers'"):
        assert words in message


@pytest.mark.parametrize("host", ["text_entry", "dictionary"])
def test_an_entry_of_the_wrong_type_is_an_error(run: Run, host: str) -> None:
    assert "dict" in failed(run, host)
