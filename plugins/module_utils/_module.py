# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""What the modules share on Ansible's side: common options, the way to the organization, and how a module ends."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import os
import re
import signal
import traceback
import typing as t
import urllib.parse
from collections.abc import Collection

from ansible.module_utils.basic import AnsibleFallbackNotFound, AnsibleModule, missing_required_lib

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.resources import Names, Path
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import (
    KEY_ENDS,
    ApiError,
    ElasticCloudError,
    Findings,
    plain,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.client import (
    BASE_PATH,
    CONCURRENCY,
    REQUESTS_ERROR,
    Client,
    encode,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import Organization
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.resources import read_names
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.guards import MAX_REMOVALS
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._texts import encodable, what_is_unsafe
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._times import DURATION

SHORT_KEY = 16  # characters; Ansible masks a key wherever it stands, and a short one stands within other words
MASKED = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"  # as Ansible writes it
MOST_ECHOED = 20  # entries of an option
SOON = dt.timedelta(days=14)  # how long before its end a key is warned of; by default keys live for three months
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # Ctrl-C, a platform that cancels a job, a closed terminal
NO_KEY = (
    "there is no API key. Set the environment variable EC_API_KEY (on an automation platform: attach the credential to "
    "the job), or give the option api_key (with the role org_team: the variable org_team_api_key of this host, "
    "encrypted with ansible-vault). An organization owner creates API keys in the Elastic Cloud console, under "
    "Organization, API keys; for anything but reading, the key needs the role Organization owner"
)
DIGEST = re.compile("[0-9a-f]{64}")


def _from_environment(name: str) -> str:
    """Return an environment variable as a fallback; a blank one counts as absent, because automation platforms inject
    those.
    """
    value = os.environ.get(name, "").strip()
    if not value:
        raise AnsibleFallbackNotFound
    return value


def _key_from_environment(name: str) -> str:
    """Return the API key from the environment. That there is none is told with all other problems, and in our words:
    Ansible's tell neither where a key is looked for nor where one comes from.
    """
    return os.environ.get(name, "").strip()


CONNECTION: dict[str, dict[str, t.Any]] = {
    "api_key": {"type": "str", "required": True, "no_log": True, "fallback": (_key_from_environment, ["EC_API_KEY"])},
    "organization_id": {"type": "str", "fallback": (_from_environment, ["EC_ORGANIZATION_ID"])},
    "endpoint": {
        "type": "str",
        "default": "https://api.elastic-cloud.com",
        "fallback": (_from_environment, ["EC_ENDPOINT"]),
    },
    "timeout": {"type": "int", "default": 30},
    "retries": {"type": "int", "default": 5},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
}


class Finished(t.Protocol):
    """What came of a run, whatever it was about. message: what went wrong, None where nothing did."""

    @property
    def warnings(self) -> list[str]:
        """What the user should know of."""

    @property
    def message(self) -> str | None:
        """What went wrong in words."""


class Module(AnsibleModule):  # type: ignore[misc]
    """An Ansible module with the connection options. Null counts as absent, and so does a blank text, which is what an
    empty answer in a survey comes to, except for an option that is required.

    given: the names of the options that are not absent; client_type: with which client it asks the service.
    """

    client_type: type[Client] = Client
    _client: Client | None = None
    _organization: Organization | None = None
    given: frozenset[str] = frozenset()

    def __init__(self, options: dict[str, t.Any], **kwargs: t.Any) -> None:
        self._handlers: dict[int, t.Any] = {}  # of signals, as they were before
        super().__init__(argument_spec={**CONNECTION, **options}, supports_check_mode=True, **kwargs)
        if REQUESTS_ERROR:
            self.fail_json(
                msg=missing_required_lib("requests"),
                exception="".join(traceback.format_exception_only(type(REQUESTS_ERROR), REQUESTS_ERROR)),
            )

    def _load_params(self) -> None:
        super()._load_params()
        for name, value in list(self.params.items()):
            if name in CONNECTION and isinstance(value, str):
                self.params[name] = value = value.strip()
            option = self.argument_spec.get(name, {})
            optional = name in CONNECTION or not option.get("required")
            if value is None or (optional and isinstance(value, str) and not value.strip()):
                del self.params[name]
        self.given = frozenset(self.params)

    def exit_json(self, **kwargs: t.Any) -> None:
        """End the module well."""
        super().exit_json(**self._ending(kwargs))

    def fail_json(self, msg: str, **kwargs: t.Any) -> None:
        """End the module with a failure."""
        super().fail_json(**self._ending({"msg": msg, **kwargs}))

    def warn(self, warning: str, **kwargs: t.Any) -> None:
        """Warn, without secrets, which Ansible does not mask in warnings, and without what could confuse a terminal."""
        super().warn(plain(self._scrub(warning)), **kwargs)

    def _scrub(self, text: str) -> str:
        """Return a text without secrets."""
        if self._client:
            return self._client.scrub(text)
        api_key = self.params.get("api_key")
        return text.replace(api_key, "***") if api_key and isinstance(api_key, str) else text

    def _ending(self, result: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return a result with what every one has: where, how and with which options the module ran.

        Warns of an API key that ends soon, on the way.
        """
        ends = self._client and self._client.key_ends
        if ends and ends - dt.datetime.now(dt.timezone.utc) <= SOON:
            self.warn(
                f"{KEY_ENDS} {ends:%Y-%m-%d} (UTC). Have an organization owner create another one in "
                "the Elastic Cloud console, under Organization, API keys, and put it in its place before that day."
            )
        organization_id = self._organization.id if self._organization else self.params.get("organization_id")
        known = {"organization_id": organization_id} if organization_id and isinstance(organization_id, str) else {}
        ended: dict[str, t.Any] = encodable(
            {**known, "check_mode": self.check_mode, "invocation": self._invocation(), **result}
        )
        return ended

    def _invocation(self) -> dict[str, t.Any]:
        """Return the options for Ansible to echo, without the key, which is no longer masked in the module itself since
        ansible-core 2.22, and without long lists, which each job event would carry.
        """
        echoed = {
            name: f"{size} entries" if (size := _size(value)) > MOST_ECHOED else value
            for name, value in self.params.items()
        }
        if echoed.get("api_key"):
            echoed["api_key"] = MASKED
        return {"module_args": echoed}

    def connect(self, findings: Findings) -> Organization:
        """Return the organization, once all input has been found good.

        Asks the service which organization it is only where that is not given.
        """
        endpoint = self._check_connection(findings)
        findings.check()
        for warning in findings.warnings:
            self.warn(warning)
        client = self._open(endpoint)
        if given := self.params["organization_id"]:
            self._organization = Organization(client, given)
        else:
            self._organization = Organization.discover(client)
            findings.check_organizations(self._organization.id)
        return self._organization

    def names(self, scopes: Collection[Path]) -> Names:
        """Return what the resources in these scopes are called, for role assignments that name some.

        Asks the service for nothing where there are none, nor where the connection has faults, which `connect` tells.
        """
        faults = Findings()
        endpoint = self._check_connection(faults)
        if faults.problems or not scopes:
            return Names(unread=dict.fromkeys(scopes, ""))
        return read_names(self._open(endpoint), scopes, self.params.get("concurrency", CONCURRENCY))

    def _open(self, endpoint: str) -> Client:
        """Return the client, always the same one. From then on, signals stop it."""
        options = self.params
        if self._client is None:
            self._client = self.client_type(
                endpoint,
                options["api_key"],
                timeout=options["timeout"],
                retries=options["retries"],
                verify=options["validate_certs"] and (options["ca_path"] or True),
                concurrency=options.get("concurrency", CONCURRENCY),
            )
            for number in ENDING:
                if signal.getsignal(number) is not signal.SIG_IGN:  # as with nohup
                    self._handlers[number] = signal.signal(number, self._stop)
        return self._client

    def finish(self, outcome: Finished, result: dict[str, t.Any]) -> None:
        """End the module with what came of a run."""
        for warning in outcome.warnings:
            self.warn(warning)
        if outcome.message:
            self.fail_json(msg=outcome.message, **result)
        self.exit_json(**result)

    @contextlib.contextmanager
    def errors_reported(self) -> t.Iterator[None]:
        """End the module with a message where something goes wrong that no outcome tells of."""
        try:
            yield
        except ElasticCloudError as error:
            self.fail_json(msg=str(error), changed=False, diff=[], **error.result())
        except Exception as error:  # Ansible would print it as it is, and it may hold the API key or a token
            self.fail_json(
                msg=f"{type(error).__name__}: {plain(self._scrub(str(error)))}. This is a bug in the collection: "
                "please report it with what -vvv prints. Running again does what has not been done yet.",
                exception=self._scrub(traceback.format_exc()),
            )
        finally:
            while self._handlers:
                signal.signal(*self._handlers.popitem())

    def _stop(self, number: int, _frame: t.Any) -> None:
        if self._client:
            self._client.stop(f"The signal {signal.Signals(number).name}")

    def _check_connection(self, findings: Findings) -> str:
        """Return the base URL; what is wrong with the connection, and what to know of it, goes to the findings."""
        endpoint = _check_endpoint(self.params["endpoint"], findings)
        api_key, organization_id, ca_path = (self.params[name] for name in ("api_key", "organization_id", "ca_path"))
        if not api_key:
            findings.problem("api_key", NO_KEY)
        elif not (api_key.isascii() and api_key.isprintable()) or " " in api_key or what_is_unsafe(api_key):
            findings.problem("api_key", "contains white space or characters that no key has; was it copied completely?")
        elif len(api_key) < SHORT_KEY:
            findings.warn(
                "api_key",
                f"has fewer than {SHORT_KEY} characters: Ansible masks it within other words too, and garbles results",
            )
        unsafe = {name: what_is_unsafe(self.params[name] or "") for name in ("organization_id", "endpoint", "ca_path")}
        for name, wrong in unsafe.items():
            if wrong:
                findings.problem(name, wrong)
        if organization_id and not unsafe["organization_id"]:
            try:
                encode(organization_id)
            except ApiError as error:
                findings.problem("organization_id", str(error))
        for name, least in (("timeout", 1), ("retries", 0), ("concurrency", 1), ("min_owners", 0)):
            if self.params.get(name, least) < least:
                findings.problem(name, f"must be at least {least}, not {self.params[name]}")
        if not self.params["validate_certs"]:
            findings.warn("validate_certs", "is false: anybody between here and the service can read the API key")
        elif ca_path and not unsafe["ca_path"] and not os.path.exists(ca_path):
            findings.problem("ca_path", f"{ca_path} does not exist on the host that runs the module")
        return endpoint


def _size(value: t.Any) -> int:
    """Return how many entries a value has, those of lists within it counted too."""
    return sum(len(one) if isinstance(one, list) else 1 for one in value) if isinstance(value, list) else 0


def check_duration(value: str | None, option: str, findings: Findings) -> str | None:
    """Return how long an invitation lasts, such as `3d` or `72h`; None where that is left to the service."""
    text = (value or "").strip()
    if text and not DURATION.fullmatch(text):
        findings.problem(option, f"must be a duration such as 3d or 72h, not {value!r}")
    return text or None


def check_max_removals(value: str, findings: Findings) -> str:
    """Return a limit for removals: a number, or a share of at most 100 percent."""
    found = MAX_REMOVALS.fullmatch(value.strip())
    if not found or (found[2] and int(found[1]) > 100):
        findings.problem("max_removals", f"must be a number such as 3, or a percentage such as 25%, not {value!r}")
    return value.strip()


def check_digest(value: str | None, findings: Findings) -> str | None:
    """Return the digest of an approved plan in lower case; None where none was given."""
    text = (value or "").strip().lower()
    if text and not DIGEST.fullmatch(text):
        findings.problem("plan_digest", f"must be the plan_digest of a result, 64 hexadecimal digits, not {value!r}")
    return text or None


def _check_endpoint(value: str, findings: Findings) -> str:
    """Return the base URL without the API's own path."""
    try:
        parts = urllib.parse.urlsplit(value)
        host, _port = parts.hostname, parts.port
    except ValueError:
        parts, host = urllib.parse.urlsplit(""), None
    if parts.scheme not in ("https", "http") or not host:
        findings.problem("endpoint", "must be a URL such as https://api.elastic-cloud.com")
    elif parts.username is not None or "?" in value or "#" in value:
        findings.problem("endpoint", "must be a plain URL, without a user, a query or a fragment")
    elif parts.scheme == "http" and not _is_loopback(host):
        findings.problem(
            "endpoint", f"would send the API key unencrypted to {host}; plain http is for loopback hosts only"
        )
    return value.rstrip("/").removesuffix(BASE_PATH).rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
