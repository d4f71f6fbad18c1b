# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator as a process: the command line, the control surface, the state file, loopback and nothing else."""

from __future__ import annotations

import json
import os
import pathlib
import select
import signal
import socket
import stat
import subprocess
import sys
from contextlib import contextmanager

import pytest
import requests

from ansible_collections.orgops.elastic_cloud.tests.emulator.server import listen, url_of
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Emulator, FakeClock, Switches, serve

ROOT = pathlib.Path(__file__).resolve().parents[3]


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "tests.emulator", *map(str, arguments)]


@contextmanager
def running(*arguments: object):
    """The emulator by its command line; gives the process and the URL that it prints."""
    process = subprocess.Popen(command(*arguments), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert select.select([process.stdout], [], [], 30)[0]
        url = process.stdout.readline().strip()
        assert url or process.communicate()[1] == ""
        yield process, url
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def http():
    """A session that no proxy and no netrc file interferes with."""
    with requests.Session() as session:
        session.trust_env = False
        yield session


def test_command_line(tmp_path, http):
    ready_file, state = tmp_path / "ready", tmp_path / "state"
    scenario = tmp_path / "scenario.json"
    scenario.write_text(
        json.dumps(
            {
                "organizations": [
                    {
                        "name": "Acme",
                        "id": "acme",
                        "settings": {"billing_contacts": ["bill@example.com"]},
                        "members": [
                            {
                                "email": "ana@example.com",
                                "user_id": "1",
                                "role_assignments": {"deployment": [{"role_id": "admin", "deployment_ids": ["d"]}]},
                            }
                        ],
                        "invitations": [{"email": "old@example.com", "expired": True}, {"email": "new@example.com"}],
                        "resources": [{"scope": "deployment", "id": "h", "state": "hidden"}],
                    },
                    {"name": "Other"},
                ],
                "keys": [{"organizations": ["Acme"]}, {"name": "both", "organizations": ["acme", "Other"]}],
                "outsiders": ["Else@example.com"],
            }
        )
    )
    settings = ["--state", state, "--ready-file", ready_file, "--switch", "list_lag=1", "--switch", "empty_parts=null"]
    settings += ["--switch", 'extra_fields={"inherited": false}', "--switch", 'always_fails=["odd@example.com"]']
    with running("--scenario", scenario, *settings) as (process, url):
        ready = json.loads(ready_file.read_text())
        assert (ready["url"], ready["pid"]) == (url, process.pid)
        assert stat.S_IMODE(ready_file.stat().st_mode) == stat.S_IMODE(state.stat().st_mode) == 0o600
        assert set(ready["keys"]) == {"Acme", "both"}
        assert ready["organizations"]["Acme"] == "acme"
        switches = http.get(f"{url}/_emulator/switches").json()
        assert (switches["list_lag"], switches["empty_parts"]) == (1, "null")
        assert (switches["extra_fields"], switches["always_fails"]) == ({"inherited": False}, ["odd@example.com"])
        http.headers["Authorization"] = f"ApiKey {ready['keys']['both']}"
        api = f"{url}/api/v1/organizations"
        assert [one["name"] for one in http.get(api).json()["organizations"]] == ["Acme", "Other"]
        people = http.get(f"{url}/_emulator/people/Acme").json()
        assert {email: one["status"] for email, one in people.items()} == {
            "ana@example.com": "active",
            "old@example.com": "expired",
            "new@example.com": "pending",
        }
        assert http.delete(f"{api}/acme/members/1").status_code == 200
        http.post(f"{url}/_emulator/clock", json={"advance": 3600 * 100})
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=30)
        assert (process.returncode, output, errors) == (0, "", "")
        assert not ready_file.exists()
    with running("--scenario", scenario, "--state", state) as (process, url):
        assert http.get(f"{url}/api/v1/organizations/acme/members").json() == {"members": []}
        people = http.get(f"{url}/_emulator/people/acme").json()
        assert {one["status"] for one in people.values()} == {"expired"}
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0


def test_without_a_scenario(tmp_path, http):
    with running("--ready-file", tmp_path / "ready") as (_process, url):
        key = json.loads((tmp_path / "ready").read_text())["keys"]["Example"]
        answer = http.get(f"{url}/api/v1/organizations", headers={"Authorization": f"ApiKey {key}"})
        assert [one["name"] for one in answer.json()["organizations"]] == ["Example"]


def test_scenario_in_yaml(tmp_path):
    pytest.importorskip("yaml")
    (tmp_path / "scenario.yml").write_text("organizations:\n  - name: Acme\nkeys:\n  - organizations: [Acme]\n")
    with running("--scenario", tmp_path / "scenario.yml", "--ready-file", tmp_path / "ready"):
        assert list(json.loads((tmp_path / "ready").read_text())["keys"]) == ["Acme"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--host", "0.0.0.0"), "loopback only"),
        (("--switch", "unheard_of=1"), "unheard_of"),
        (("--switch", "grouping=none"), "grouping"),
        (("--switch", "extra_fields={"), "property name"),
        (("--scenario", "/nonexistent.json"), "nonexistent"),
    ],
)
def test_command_lines_that_are_refused(arguments, message):
    result = subprocess.run(command(*arguments), cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode == 2
    assert message in result.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "169.254.1.1", "::ffff:192.0.2.1"])
def test_addresses_that_are_not_loopback_are_refused(host):
    with pytest.raises(ValueError, match="loopback"):
        listen(host)


def test_names_that_resolve_elsewhere_are_refused(monkeypatch):
    def resolve(*addresses):
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    resolve("127.0.0.1", "198.51.100.7")
    with pytest.raises(ValueError, match="loopback"):
        listen("example.org")
    resolve("127.0.0.5")
    with listen("example.org") as listening:
        assert url_of(listening).startswith("http://127.0.0.5:")


def test_port_can_be_chosen():
    with listen() as first:
        port = first.getsockname()[1]
    with listen("localhost", port) as second:
        assert url_of(second).endswith(f":{port}")


def test_state_survives(tmp_path, api, emulator, acme, deployments):
    file = tmp_path / "state"
    emulator.add_resource(acme.id, "deployment", "h", "hidden")
    emulator.add_outsider("else@example.com")
    emulator.add_key(acme.id, kind="limited", scope=[("deployment", "a")], email="ana@example.com", expired=True)
    emulator.add_invitation(acme.id, "old@example.com", deployments("deployment-admin", "a", roles=[]), expired=True)
    accepted = emulator.add_invitation(acme.id, "in@example.com", deployments("admin", everything=True))
    emulator.add_member(acme.id, None, extra={"new": 1})
    emulator.accept("in@example.com")
    emulator.clock.advance(5)
    before = emulator.dump()
    first = Emulator(clock=FakeClock(), state_file=file)
    first.add_key(first.add_organization("Replaced"))
    first.load(json.loads(json.dumps(before)))
    assert first.dump() == before
    second = Emulator(clock=FakeClock(), state_file=file)
    assert second.dump() == before
    assert second.get_invitation(second.keys[0], accepted.token)["accepted_at"]
    with second.acting():
        second.remove(acme.id, "ana.lopez@example.com")
    third = Emulator(clock=FakeClock(), state_file=file)
    assert third.people(acme.id) == second.people(acme.id) != first.people(acme.id)
    assert os.listdir(tmp_path) == ["state"]


def test_a_write_is_saved_and_a_read_is_not(tmp_path, http):
    file = tmp_path / "state"
    emulator = Emulator(state_file=file)
    organization = emulator.add_organization("Acme")
    http.headers["Authorization"] = f"ApiKey {emulator.add_key(organization)}"
    with serve(emulator) as url:
        path = f"{url}/api/v1/organizations/{organization.id}"
        http.get(path)
        assert not file.exists()
        http.put(path, json={"name": "Renamed"})
        assert json.loads(file.read_text())["organizations"][0]["name"] == "Renamed"


def test_control(http):
    emulator = Emulator(clock=FakeClock())
    with serve(emulator) as url:
        control = f"{url}/_emulator"
        organization = {"organization": "Acme"}
        role_assignments = {"deployment": [{"role_id": "admin", "all": True}]}
        assert http.put(f"{control}/state", json={"organizations": [{"name": "Acme", "id": "acme"}]}).status_code == 200
        for action in (
            {"do": "add_invitation", **organization, "email": "a@example.com", "role_assignments": role_assignments},
            {"do": "add_outsider", "email": "b@example.com"},
        ):
            assert http.post(f"{control}/do", json=action).json() == {}
        secret = http.post(f"{control}/do", json={"do": "add_key", "organizations": ["Acme"]}).json()["secret"]
        http.headers["Authorization"] = f"ApiKey {secret}"
        user_id = http.post(f"{control}/accept", json={"email": "a@example.com"}).json()["user_id"]
        shown = {"deployment": [{"role_id": "deployment-admin", "all": True}]}
        person = {"status": "active", "user_id": user_id, "role_assignments": shown}
        assert http.get(f"{control}/people/Acme").json() == {"a@example.com": person}
        assert http.get(f"{control}/state").json()["outsiders"] == ["b@example.com"]
        assert http.put(f"{control}/switches", json={"list_lag": 3}).json()["list_lag"] == 3
        assert emulator.switches == Switches(list_lag=3)
        now = http.post(f"{control}/clock", json={"advance": 86400}).json()["now"]
        assert now == "2026-01-02T00:00:00+00:00"
        wanted = {
            "faults": [{"kind": "status", "status": 500, "nth": 2}],
            "hooks": [{"action": {"do": "remove", **organization, "who": user_id}}],
        }
        assert http.put(f"{control}/faults", json=wanted).json() == {"faults": 1, "hooks": 1}
        members = f"{url}/api/v1/organizations/acme/members"
        assert [http.get(members).status_code for _turn in range(3)] == [200, 500, 200]
        assert http.get(f"{control}/people/Acme").json() == {}
        log = http.get(f"{control}/log").json()
        assert [entry["fault"] for entry in log] == [None, "status", None]
        assert http.delete(f"{control}/log").status_code == 200
        assert http.get(f"{control}/log").json() == []
        http.put(f"{control}/faults", json={"mix": {"seed": 1, "rate": 1.0}})
        assert emulator.mix is not None
        assert http.delete(f"{control}/faults").json() == {}
        assert http.get(members).status_code == 200
        assert "/organizations/{organization_id}/members" in http.get(f"{control}/openapi.json").json()["paths"]
        for method, path, body in (
            ("POST", "do", {"do": "load"}),
            ("POST", "do", {"do": "remove", **organization, "who": "nobody"}),
            ("POST", "do", {"do": "remove", "organization": "Nowhere", "who": "nobody"}),
            ("POST", "do", {"do": "remove"}),
            ("POST", "accept", {"email": "nobody@example.com"}),
            ("PUT", "switches", {"grouping": "none"}),
            ("PUT", "faults", {"faults": [{"kind": "earthquake"}]}),
        ):
            assert http.request(method, f"{control}/{path}", json=body).status_code == 400


def test_switches_and_times_from_outside(http):
    emulator = Emulator(clock=FakeClock())
    emulator.add_organization("Acme")
    with serve(emulator) as url:
        control = f"{url}/_emulator"
        changes = {"always_fails": ["odd@example.com"], "extra_fields": {"inherited": False}, "key_expiration": "iso"}
        assert http.put(f"{control}/switches", json=changes).status_code == 200
        assert http.get(f"{control}/switches").json().items() >= changes.items()
        assert emulator.switches == Switches(**changes)
        key = {"do": "add_key", "organizations": ["Acme"], "expires_at": "2026-03-01T00:00:00Z"}
        secret = http.post(f"{control}/do", json=key).json()["secret"]
        answer = http.get(f"{url}/api/v1/organizations", headers={"Authorization": f"ApiKey {secret}"})
        assert answer.headers["x-elastic-api-key-expiration"] == "2026-03-01T00:00:00.000Z"


def test_keys_and_resources_from_outside(http):
    emulator = Emulator(clock=FakeClock())
    ana = {"email": "ana@example.com", "user_id": "1"}
    viewer = {"deployment": [{"role_id": "deployment-viewer", "deployment_ids": ["d1"]}]}
    scenario = {
        "organizations": [
            {"name": "Acme", "members": [ana], "resources": [{"scope": "deployment", "id": "d1", "name": "shop"}]},
            {"name": "Other", "members": [ana]},
        ],
        "keys": [
            {"organizations": ["Acme"], "name": "mine", "secret": "x", "email": "ana@example.com", "id": "k1"},
            {"organizations": ["Acme"], "name": "nightly", "role_assignments": viewer, "id": "k2", "user_id": "2"},
            {"organizations": ["Other"], "name": "elsewhere", "email": "ana@example.com", "id": "k3"},
            {"organizations": ["Acme"], "name": "homeless", "shows_organization": False, "id": "k4"},
            {"organizations": ["Acme"], "name": "old", "expires_at": "2025-12-31T00:00:00Z", "id": "k5"},
        ],
    }
    with serve(emulator) as url:
        control, api = f"{url}/_emulator", f"{url}/api/v1"
        http.headers["Authorization"] = "ApiKey x"
        assert http.put(f"{control}/state", json=scenario).status_code == 200
        assert http.put(f"{control}/switches", json={"keys_elsewhere": True}).status_code == 200
        keys = http.get(f"{api}/users/auth/keys").json()["keys"]
        assert [(key["id"], key.get("user_id"), "organization_id" in key) for key in keys] == [
            ("k1", "1", True),
            ("k2", "2", True),
            ("k3", "1", True),
            ("k4", None, False),
        ]
        assert http.get(f"{api}/deployments").json()["deployments"][0]["name"] == "shop"
        made = {"do": "add_key", "organizations": ["Acme"], "name": "new", "id": "k6", "user_id": "1"}
        made |= {"created_at": "2025-12-01T00:00:00Z", "expires_at": "2026-02-01T00:00:00Z"}
        assert http.post(f"{control}/do", json=made).json().keys() == {"secret"}
        assert http.post(f"{control}/do", json={"do": "revoke_key", "id": "k4"}).json() == {}
        assert http.post(f"{control}/do", json={"do": "revoke_key", "id": "k4"}).status_code == 400
        there = http.get(f"{control}/api_keys/Acme").json()
        assert there.keys() == {"k1", "k2", "k6"}
        assert there["k2"] == {"name": "nightly", "user_id": "2", "expires_at": None, "role_assignments": viewer}
        assert there["k6"]["expires_at"] == "2026-02-01T00:00:00.000Z"
        shown = http.get(f"{api}/users/auth/keys/k6").json()
        assert shown["creation_date"] == "2025-12-01T00:00:00.000Z"


def test_ten_thousand_members_are_listed_once_between_two_writes(api, emulator, acme, monkeypatch):
    for number in range(10_000):
        emulator.add_member(acme.id, f"p{number}@example.com")
    rendered = []
    show = emulator._show_member
    monkeypatch.setattr(emulator, "_show_member", lambda *args: rendered.append(1) or show(*args))
    lengths = [len(api.raw("GET", acme.members).json()["members"]) for _turn in range(3)]
    assert (lengths, len(rendered)) == ([10_002] * 3, 10_002)
    api("DELETE", f"{acme.members}/{acme.member.user_id}")
    assert len(api.raw("GET", acme.members).json()["members"]) == 10_001
