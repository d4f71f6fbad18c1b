# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that all modules share, through the argument handling that modules have from Ansible."""

from __future__ import annotations

import json
import pathlib
import typing as t
from collections.abc import Callable

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.module_utils import _module
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings, GuardError, InputError
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._module import (
    Module,
    check_duration,
    check_max_removals,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import Organization
from ansible_collections.orgops.elastic_cloud.tests.unit.modules.running import (
    ECHO,
    as_on_a_managed_node,
    masks_by_itself,
    patch_module_args,
    result_in,
)

KEY = "ThisIsAnApiKeyForTestsOnly"
FULL: dict[str, t.Any] = {"api_key": KEY, "organization_id": "1234567890"}
DEFAULTS = {
    "endpoint": "https://api.elastic-cloud.com",
    "timeout": 30,
    "retries": 5,
    "validate_certs": True,
    "ca_path": None,
    "organization_id": None,
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that concerns the service."""
    for name in ("EC_API_KEY", "EC_ENDPOINT", "EC_ORGANIZATION_ID"):
        monkeypatch.delenv(name, raising=False)


def module_with(options: dict[str, t.Any] | None = None, **args: t.Any) -> Module:
    """A module that was given these arguments."""
    with patch_module_args(args | ECHO):
        return Module(options or {})


Ended = Callable[..., dict[str, t.Any]]


@pytest.fixture
def ended(capfd: pytest.CaptureFixture[str]) -> Ended:
    """Runs something that ends a module, and gives what it prints."""

    def run(ending: Callable[[], object]) -> dict[str, t.Any]:
        with patch_module_args({}), pytest.raises(SystemExit):
            ending()
        return result_in(capfd.readouterr().out)

    return run


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The warnings that modules give."""
    warnings: list[str] = []
    monkeypatch.setattr(Module, "warn", lambda _module, warning, **_more: warnings.append(warning))
    return warnings


def connected(**args: t.Any) -> Organization:
    """The organization that a module with these arguments works on."""
    return module_with(**{**FULL, **args}).connect(Findings())


def refused(options: dict[str, t.Any] | None = None, **args: t.Any) -> str:
    """What is wrong with these arguments, told before any request."""
    with pytest.raises(InputError) as caught:
        module_with(options, **{**FULL, **args}).connect(Findings())
    assert KEY not in str(caught.value)
    return str(caught.value)


# --- Given, blank, absent


def test_options_have_the_defaults_of_the_contract() -> None:
    params = module_with(api_key=KEY).params
    assert {name: params[name] for name in DEFAULTS} == DEFAULTS


@pytest.mark.parametrize("blank", ["", " ", "\t\n", None])
def test_blank_values_count_as_absent(blank: str | None) -> None:
    params = module_with(api_key=KEY, **dict.fromkeys(DEFAULTS, blank)).params
    assert {name: params[name] for name in DEFAULTS} == DEFAULTS


@pytest.mark.parametrize("given", [{}, {"api_key": "", "endpoint": " ", "organization_id": ""}])
def test_absent_and_blank_values_fall_back_to_the_environment(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str]
) -> None:
    for name, value in (("EC_API_KEY", KEY), ("EC_ENDPOINT", "https://ec.example.com"), ("EC_ORGANIZATION_ID", "42")):
        monkeypatch.setenv(name, f" {value}\n")
    params = module_with(**given).params
    assert (params["api_key"], params["endpoint"], params["organization_id"]) == (KEY, "https://ec.example.com", "42")


def test_null_falls_back_to_the_environment_too(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("EC_API_KEY", KEY), ("EC_ENDPOINT", "https://ec.example.com"), ("EC_ORGANIZATION_ID", "42")):
        monkeypatch.setenv(name, value)
    params = module_with(api_key=None, endpoint=None, organization_id=None).params
    assert (params["api_key"], params["endpoint"], params["organization_id"]) == (KEY, "https://ec.example.com", "42")


def test_what_is_given_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("EC_API_KEY", "EC_ENDPOINT", "EC_ORGANIZATION_ID"):
        monkeypatch.setenv(name, "from the environment")
    params = module_with(**FULL, endpoint="https://ec.example.com").params
    assert (params["api_key"], params["endpoint"]) == (KEY, "https://ec.example.com")
    assert params["organization_id"] == FULL["organization_id"]


def test_values_lose_the_white_space_around_them() -> None:
    params = module_with(api_key=f" {KEY}\n", organization_id=" 42 ").params
    assert (params["api_key"], params["organization_id"]) == (KEY, "42")


@pytest.mark.parametrize("args", [{}, {"api_key": ""}, {"api_key": " "}, {"api_key": None}])
@pytest.mark.parametrize("variable", [None, "", " "])
def test_promise_30_a_missing_api_key_is_explained(
    monkeypatch: pytest.MonkeyPatch, args: dict[str, t.Any], variable: str | None
) -> None:
    if variable is not None:
        monkeypatch.setenv("EC_API_KEY", variable)
    module, findings = module_with(**args), Findings()
    findings.problem("members[0]", "email is missing")
    with pytest.raises(InputError) as caught:
        module.connect(findings)
    message = str(caught.value)
    for needed in ("EC_API_KEY", "org_team_api_key", "attach the credential", "Elastic Cloud console"):
        assert needed in message
    assert "email is missing" in message, "told with everything else that is wrong"


# --- Faults


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("https://api.elastic-cloud.com", "https://api.elastic-cloud.com"),
        ("https://api.elastic-cloud.com/", "https://api.elastic-cloud.com"),
        ("https://api.elastic-cloud.com/api/v1", "https://api.elastic-cloud.com"),
        ("https://api.elastic-cloud.com/api/v1/", "https://api.elastic-cloud.com"),
        ("https://ec.example.com:8443/prefix/api/v1", "https://ec.example.com:8443/prefix"),
        ("HTTPS://ec.example.com", "HTTPS://ec.example.com"),
        ("http://localhost:9200", "http://localhost:9200"),
        ("http://LocalHost", "http://LocalHost"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1"),
        ("http://127.8.9.10", "http://127.8.9.10"),
        ("http://[::1]:8080/api/v1", "http://[::1]:8080"),
    ],
)
def test_an_endpoint_may_have_the_api_path_and_plain_http_on_loopback(endpoint: str, url: str) -> None:
    assert connected(endpoint=endpoint).client.endpoint == url


@pytest.mark.parametrize(
    ("endpoint", "problem"),
    [
        ("api.elastic-cloud.com", "endpoint: must be a URL such as"),
        ("ftp://api.example.com", "endpoint: must be a URL such as"),
        ("https://", "endpoint: must be a URL such as"),
        ("https:///api/v1", "endpoint: must be a URL such as"),
        ("https://api.example.com:port", "endpoint: must be a URL such as"),
        ("https://api.example.com:99999", "endpoint: must be a URL such as"),
        ("https://[::1", "endpoint: must be a URL such as"),
        ("https://me@api.example.com", "endpoint: must be a plain URL"),
        ("https://me:secret@api.example.com", "endpoint: must be a plain URL"),
        ("https://api.example.com?x=1", "endpoint: must be a plain URL"),
        ("https://api.example.com/#top", "endpoint: must be a plain URL"),
        ("http://api.example.com", "endpoint: would send the API key unencrypted to api.example.com"),
        ("http://localhost.example.com", "endpoint: would send the API key unencrypted"),
        ("http://127.0.0.1.example.com", "endpoint: would send the API key unencrypted"),
        ("http://10.0.0.1", "endpoint: would send the API key unencrypted"),
        ("http://0.0.0.0", "endpoint: would send the API key unencrypted"),
        ("http://[2001:db8::1]", "endpoint: would send the API key unencrypted"),
        ("http://localhost@api.example.com", "endpoint: must be a plain URL"),
    ],
)
def test_a_bad_endpoint_is_told_and_nothing_is_sent(endpoint: str, problem: str) -> None:
    told = refused(endpoint=endpoint)
    assert told.startswith(problem)
    assert "secret" not in told


@pytest.mark.parametrize("endpoint", ["https://api.example.com?", "https://api.example.com#"])
def test_an_endpoint_that_would_lose_the_path_is_bad_too(endpoint: str) -> None:
    assert refused(endpoint=endpoint).startswith("endpoint: ")


@pytest.mark.parametrize("key", [f"{KEY} {KEY}", f"{KEY}\n{KEY}", f"{KEY}\u00e9", f"{KEY}\0", f"{{{{{KEY}}}}}"])
def test_a_key_that_was_copied_badly_is_told_without_showing_it(key: str) -> None:
    assert refused(api_key=key).startswith("api_key: contains white space or characters")


@pytest.mark.parametrize("organization_id", ["..", ".", "a\nb"])
def test_an_organization_id_that_would_change_the_path_is_told(organization_id: str) -> None:
    assert refused(organization_id=organization_id).startswith("organization_id: ")


@pytest.mark.parametrize("name", ["organization_id", "endpoint", "ca_path"])
@pytest.mark.parametrize("mark", ["{{ x }}", "{% x %}", "{# x #}"])
def test_a_connection_that_would_be_a_template_is_told(name: str, mark: str) -> None:
    assert f"{name}: 'https://{mark}' would be a template for Ansible" in refused(**{name: f"https://{mark}"})


@pytest.mark.parametrize(
    ("name", "value", "least"),
    [("timeout", 0, 1), ("timeout", -5, 1), ("retries", -1, 0), ("concurrency", 0, 1), ("min_owners", -1, 0)],
)
def test_a_number_that_is_too_small_is_told(name: str, value: int, least: int) -> None:
    options = {} if name in DEFAULTS else {name: {"type": "int"}}
    assert refused(options, **{name: value}) == f"{name}: must be at least {least}, not {value}"
    assert module_with(options, **FULL, **{name: least}).connect(Findings()).id == FULL["organization_id"]


def test_a_number_that_is_null_is_as_good_as_absent() -> None:
    options = {"concurrency": {"type": "int", "default": 8}, "min_owners": {"type": "int", "default": 1}}
    organization = module_with(options, **FULL, concurrency=None, min_owners=None).connect(Findings())
    assert organization.id == FULL["organization_id"]


def test_a_certificate_file_has_to_be_there(tmp_path: pathlib.Path) -> None:
    assert "does not exist" in refused(ca_path=str(tmp_path / "none.pem"))
    ca_path = tmp_path / "ca.pem"
    ca_path.write_text("any")
    assert connected(ca_path=str(ca_path)).client._verify == str(ca_path)
    assert connected(ca_path=str(ca_path), validate_certs=False).client._verify is False
    assert connected().client._verify is True


def test_all_faults_of_connection_and_definition_are_told_at_once() -> None:
    findings = Findings()
    findings.problem("members[0]", "email is missing")
    args = {"endpoint": "nowhere", "timeout": 0, "organization_id": "..", "ca_path": "/does/not/exist"}
    with pytest.raises(InputError) as caught:
        module_with(**{**FULL, **args}).connect(findings)
    told = str(caught.value)
    assert told.startswith("5 problems in the input, nothing was changed:")
    assert all(f"\n- {name}: " in told for name in ("members[0]", "endpoint", "timeout", "organization_id", "ca_path"))


# --- What the client is given


def test_the_options_reach_the_client() -> None:
    options = {"concurrency": {"type": "int"}}
    organization = module_with(options, **FULL, timeout=7, retries=2, concurrency=3).connect(Findings())
    client = organization.client
    assert (client._timeout, client.retries, organization.id) == (7, 2, FULL["organization_id"])
    assert client.session.get_adapter("https://x")._pool_maxsize == 3


# --- Warnings and endings


def test_warnings_about_the_connection_and_the_input_are_shown(warned: list[str]) -> None:
    findings = Findings()
    findings.warn("members[0]", "an unknown role")
    module_with(**{**FULL, "api_key": "a" * 15, "validate_certs": False}).connect(findings)
    assert len(warned) == 3
    for words in ("fewer than 16 characters", "validate_certs", "members[0]: an unknown role"):
        assert any(words in warning for warning in warned)


def test_a_key_of_16_characters_is_not_warned_of(warned: list[str]) -> None:
    connected(api_key="a1b2" * 4)
    assert warned == []


def test_promise_27_warnings_hold_no_key_and_nothing_that_confuses_a_terminal(ended: Ended) -> None:
    module = module_with(**FULL)
    with as_on_a_managed_node():
        module.warn(f"{KEY} \x1b[2J before the connection")
        client = module.connect(Findings()).client
        client.keep_secret(["a-token-of-an-invitation"])
        module.warn(f"{KEY} a-token-of-an-invitation\r\n after it")
        output = json.dumps(ended(module.exit_json)["warnings"])
    assert "*** \\\\u001b[2J before the connection" in output
    assert "*** ***\\\\u000d\\\\u000a after it" in output
    assert KEY not in output


@masks_by_itself
def test_the_key_is_in_no_result(ended: Ended) -> None:
    module = module_with(**FULL)
    result = ended(lambda: module.exit_json(echo=f"the key is {KEY}"))
    assert KEY not in json.dumps(result)
    assert result["invocation"]["module_args"]["api_key"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


@masks_by_itself
def test_the_key_of_the_environment_is_in_no_result(ended: Ended, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EC_API_KEY", f" {KEY} ")
    module = module_with(api_key="")
    assert KEY not in json.dumps(ended(lambda: module.exit_json(echo=f"the key is {KEY}")))


def test_an_error_ends_the_module_with_what_it_holds(ended: Ended) -> None:
    module = module_with(**FULL)

    def fail() -> None:
        with module.errors_reported():
            raise GuardError("protected", "The guard says no.", 0, 1, ["ana@example.com"])

    result = ended(fail)
    assert result["failed"] is True
    assert result["msg"] == "The guard says no."
    assert result["guard"] == {"name": "protected", "limit": 0, "found": 1, "emails": ["ana@example.com"]}
    assert (result["changed"], result["diff"]) == (False, [])


def test_missing_requests_is_reported_as_collections_do(ended: Ended, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_module, "REQUESTS_ERROR", ImportError("No module named 'requests'"))
    result = ended(lambda: module_with(**FULL))
    assert result["msg"].startswith("Failed to import the required Python library (requests)")
    assert KEY not in json.dumps(result)


# --- Options of single modules


@pytest.mark.parametrize(("value", "time"), [(None, None), ("", None), (" ", None), ("3d", "3d"), (" 1h30m ", "1h30m")])
def test_a_time_is_passed_on_or_left_to_the_service(value: str | None, time: str | None) -> None:
    findings = Findings()
    assert check_duration(value, "expires_in", findings) == time
    assert findings.problems == []


@pytest.mark.parametrize("value", ["3", "3 days", "d", "-3d", "3w", "3d 4h", "three days", "3D"])
def test_what_is_no_time_is_told(value: str) -> None:
    findings = Findings()
    check_duration(value, "expires_in", findings)
    assert findings.problems == [f"expires_in: must be a duration such as 3d or 72h, not {value!r}"]


@pytest.mark.parametrize("value", ["0", "3", "1000", "0%", "25%", "100%", " 25% "])
def test_a_limit_of_removals_is_a_number_or_a_share(value: str) -> None:
    findings = Findings()
    assert check_max_removals(value, findings) == value.strip()
    assert findings.problems == []


@pytest.mark.parametrize("value", ["", "-1", "2.5", "101%", "25 %", "%", "all", "25%%", "0x3"])
def test_what_is_no_limit_of_removals_is_told(value: str) -> None:
    findings = Findings()
    check_max_removals(value, findings)
    assert findings.problems == [
        f"max_removals: must be a number such as 3, or a percentage such as 25%, not {value!r}"
    ]
