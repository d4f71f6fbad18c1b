# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""What single sign-on should be, as people write it in variables.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import json
import re
import typing as t
import urllib.parse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    NO_NAMES,
    Block,
    Given,
    Grants,
    kind_of,
    names_used,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import what_is_wrong
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.resources import Names, Path
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.single_sign_on import Condition
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings, did_you_mean
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.certificates import (
    TAKEN_OUT,
    Certificate,
    from_input,
    without_private_keys,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.definition import STATES, Reading
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._texts import what_is_unsafe

PROVIDER_KEYS = (
    "state",
    "enabled",
    "login_identifier_prefix",
    "issuer",
    "sso_url",
    "public_certificates",
)
NEEDED = PROVIDER_KEYS[2:]  # by a provider that is new
# What the service makes, as results have it: it may stand in a definition, which results can be fed back to.
MADE = frozenset(
    {
        "acs",
        "encryption_certificates",
        "login_identifier",
        "metadata_url",
        "signing_certificates",
        "sp_entity_id",
        "sso_login_url",
    }
)
MAPPING_KEYS = frozenset({"name", "state", "enabled", "any", "all", "groups", "role_assignments"})
MATCHES = ("any", "all")
KINDS = ("group", "email")
PREFIX = re.compile(r"[a-z0-9-]+")
NOT_IN_A_NAME = (",", "/")  # in a path, a comma would name two mappings and a slash another place


@dataclass(frozen=True, slots=True)
class WantedProvider:
    """What the identity provider should be. None: as it is; a new one is enabled."""

    present: bool = True
    enabled: bool | None = None
    login_identifier_prefix: str | None = None
    issuer: str | None = None
    sso_url: str | None = None
    certificates: tuple[Certificate, ...] | None = None

    @property
    def missing(self) -> list[str]:
        """The names of what a new one would need and is not said."""
        said = (self.login_identifier_prefix, self.issuer, self.sso_url, self.certificates)
        return [name for name, value in zip(NEEDED, said, strict=True) if value is None]


@dataclass(frozen=True, slots=True)
class WantedMapping:
    """What one role mapping should be. where: how messages name the entry; given: what its grants come from."""

    where: str
    name: str
    present: bool = True
    enabled: bool = True
    match: str = "any"
    conditions: tuple[Condition, ...] = ()
    grants: Grants = frozenset()
    given: tuple[Given, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Definition:
    """What single sign-on should be. None: a part that is not touched; purge: whether other mappings go; names: what
    resources are called, as far as it was asked for.
    """

    provider: WantedProvider | None = None
    mappings: tuple[WantedMapping, ...] | None = None
    purge: bool = False
    enforced: bool | None = None
    names: Names = NO_NAMES

    @property
    def only_stops(self) -> bool:
        """Whether it says nothing but that single sign-on is not enforced."""
        return self.enforced is False and self.provider is None and self.mappings is None

    @property
    def stop(self) -> Definition:
        """The same, as far as it ends enforcement; nothing at all, where it does not."""
        return Definition(enforced=False if self.enforced is False else None)

    @property
    def unknown(self) -> Iterable[Block]:
        """The blocks of what mappings give whose role this version does not know."""
        for mapping in self.mappings or ():
            for given in mapping.given if mapping.present else ():
                yield from given.unknown


def names_in_sso(options: Mapping[str, t.Any]) -> set[Path]:
    """Return the scopes whose resources have to be listed, since the options name some, in groups or mappings."""
    groups, mappings = _data(options.get("groups")), _data(options.get("role_mappings"))
    given = list(groups.values()) if isinstance(groups, dict) else []
    for entry in mappings if isinstance(mappings, list) else [mappings]:
        given += [entry.get("role_assignments")] if isinstance(entry, dict) else []
    return names_used(given)


def parse_sso(options: Mapping[str, t.Any], findings: Findings, names: Names = NO_NAMES) -> Definition:
    """Return what the options of the module ask for. Everything that is wrong goes to the findings, with its place;
    what is wrong is not in the definition, but for `enforced`, which is always as it was asked for.

    options: identity_provider, role_mappings, groups, purge_role_mappings, unknown_roles, enforced, organization_id;
    names: what resources are called, in the scopes that `names_in_sso` tells.
    """
    data = {name: _data(options.get(name)) for name in ("identity_provider", "role_mappings", "groups")}
    data = {name: without_private_keys(value, name, findings.problem) for name, value in data.items()}
    reading = Reading(findings, options.get("organization_id"), options.get("unknown_roles") or "fail", names)
    groups = {} if data["groups"] is None else data["groups"]
    if isinstance(groups, dict):
        reading.read_groups(groups)
    else:
        findings.problem("groups", f"must be a dictionary of groups, not {kind_of(groups)}")
    provider, mappings = data["identity_provider"], data["role_mappings"]
    purge = bool(options.get("purge_role_mappings"))
    if purge and mappings is None:
        findings.problem("purge_role_mappings", "needs role_mappings; an empty list there would remove all of them")
    return Definition(
        None if provider is None else _provider(provider, findings),
        None if mappings is None else tuple(_mappings(mappings, reading)),
        purge and mappings is not None,
        options.get("enforced"),
        names,
    )


def shown_options(options: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return options as they may be echoed: without private keys wherever they stand, and with a number of certificates
    in place of them.
    """
    shown: dict[str, t.Any] = {
        name: without_private_keys(_data(value), name, lambda _where, _what: None) for name, value in options.items()
    }
    provider = shown.get("identity_provider")
    if isinstance(provider, dict):
        known = {name: value for name, value in provider.items() if name in PROVIDER_KEYS or name in MADE}
        for name in ("public_certificates", "signing_certificates", "encryption_certificates"):
            if (value := known.get(name)) is not None:
                count = len(value) if isinstance(value, list) else 1
                known[name] = f"{count} certificate{'' if count == 1 else 's'}"
        shown["identity_provider"] = known
    elif isinstance(provider, (str, list)):
        shown["identity_provider"] = f"{kind_of(provider)}, not shown"
    return shown


def _data(value: t.Any) -> t.Any:
    """Return an option that may have come as JSON text, as variables from a command line do."""
    if isinstance(value, str) and value.strip()[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            pass
    return value


def _provider(value: t.Any, findings: Findings) -> WantedProvider:
    where = "identity_provider"
    if not isinstance(value, dict):
        findings.problem(where, f"must be a dictionary with {', '.join(PROVIDER_KEYS)}, not {kind_of(value)}")
        return WantedProvider()
    value = _said(value)
    for key in sorted(value.keys() - MADE - {*PROVIDER_KEYS}):
        findings.problem(where, f"unknown key {key!r}{did_you_mean(key, PROVIDER_KEYS)}")
    state = _state(value, where, findings)
    prefix, issuer, sso_url = (_text(value, key, where, findings) for key in NEEDED[:3])
    if prefix is not None and not PREFIX.fullmatch(prefix):
        findings.problem(
            where, f"login_identifier_prefix may have lower case letters, digits and hyphens, not {prefix!r}"
        )
    if sso_url is not None and not _is_url(sso_url):
        findings.problem(where, f"sso_url must be a URL such as https://idp.example.com/sso, not {sso_url!r}")
    certificates = None
    if "public_certificates" in value:
        certificates = _certificates(value["public_certificates"], f"{where}.public_certificates", findings)
    if state == "absent":
        return WantedProvider(present=False)
    return WantedProvider(True, _flag(value, "enabled", where, findings), prefix, issuer, sso_url, certificates)


def _certificates(value: t.Any, where: str, findings: Findings) -> tuple[Certificate, ...]:
    listed = value if isinstance(value, list) else [value]
    found: dict[str, Certificate] = {}
    for index, text in enumerate(listed):
        if text == TAKEN_OUT:  # told already
            continue
        certificate, wrong = from_input(text)
        if certificate:
            found.setdefault(certificate.fingerprint, certificate)
        else:
            findings.problem(f"{where}[{index}]", wrong)
    if not listed:
        findings.problem(where, "must hold at least one certificate")
    return tuple(found.values())


def _mappings(value: t.Any, reading: Reading) -> t.Iterator[WantedMapping]:
    findings = reading.findings
    listed = [value] if isinstance(value, dict) else value
    if not isinstance(listed, list):
        findings.problem("role_mappings", f"must be a list of role mappings, not {kind_of(value)}")
        return
    seen: dict[str, int] = {}
    for index, entry in enumerate(listed):
        where = f"role_mappings[{index}]"
        if not isinstance(entry, dict):
            findings.problem(where, f"must be a dictionary with a name, not {kind_of(entry)}")
            continue
        entry = _said(entry)
        name = _name(entry, where, findings)
        if name is not None:
            where = f"{where} ({name})"
            first = seen.setdefault(name, index)
            if first != index:
                findings.problem(where, f"the same name as role_mappings[{first}]; put everything into one entry")
        for key in sorted(entry.keys() - MAPPING_KEYS):
            findings.problem(where, f"unknown key {key!r}{did_you_mean(key, MAPPING_KEYS)}")
        present = _state(entry, where, findings) == "present"
        enabled = _flag(entry, "enabled", where, findings)
        match, conditions = _rule(entry, where, findings, needed=present)
        before = len(findings.problems) + len(findings.unresolved)
        given, grants = reading.given(entry, where)
        if present and not grants and len(findings.problems) + len(findings.unresolved) == before:
            findings.problem(
                where,
                "gives nobody anything: it needs groups or role_assignments with a role (state: absent removes it)",
            )
        yield WantedMapping(where, name or "", present, enabled is not False, match, conditions, grants, given)


def _name(entry: Mapping[str, t.Any], where: str, findings: Findings) -> str | None:
    name = _text(entry, "name", where, findings)
    if name is None:
        if "name" not in entry:
            findings.problem(where, "name is missing")
        return None
    if wrong := what_no_name_may_be(name):
        findings.problem(where, f"the name {name!r} {wrong}")
    return name


def what_no_name_may_be(name: str) -> str | None:
    """Return why a request could not name a role mapping of this name and nothing else, None where it could."""
    if held := [mark for mark in NOT_IN_A_NAME if mark in name]:
        return f"holds {' and '.join(map(repr, held))}: in a request, that would name something else"
    if name in ("", ".", "..") or not name.isprintable():
        return "cannot be part of a request"
    return None


def _rule(
    entry: Mapping[str, t.Any], where: str, findings: Findings, *, needed: bool
) -> tuple[str, tuple[Condition, ...]]:
    named = [match for match in MATCHES if match in entry]
    if len(named) > 1:
        findings.problem(where, "has both any and all; leave one of them out")
    elif not named and needed:
        findings.problem(where, "needs any or all: a list of conditions such as {group: admins} or {email: '*@..'}")
    match = named[0] if named else "any"
    conditions: list[Condition] = []
    for match_name in named:
        value = entry[match_name]
        listed = value if isinstance(value, list) else [value]
        if not listed:
            findings.problem(f"{where}.{match_name}", "must hold at least one condition, else it is for nobody")
        for index, one in enumerate(listed):
            condition = _condition(one, f"{where}.{match_name}[{index}]", findings)
            if condition and match_name == match and condition not in conditions:
                conditions.append(condition)
    return match, tuple(conditions)


def _condition(value: t.Any, where: str, findings: Findings) -> Condition | None:
    if not isinstance(value, dict):
        findings.problem(where, f"must be {{group: ..}} or {{email: ..}}, not {kind_of(value)}")
        return None
    value = _said(value)
    for key in sorted(value.keys() - {*KINDS}):
        findings.problem(where, f"unknown key {key!r}{did_you_mean(key, KINDS)}")
    named = [kind for kind in KINDS if kind in value]
    if len(named) != 1:
        what = "has both group and email; make it two conditions" if named else "needs group or email"
        findings.problem(where, what)
        return None
    pattern = _text(value, named[0], where, findings)
    if pattern is None:
        return None
    if named[0] == "email" and "*" not in pattern and (wrong := what_is_wrong(pattern)):
        findings.problem(where, wrong)
    return Condition(named[0], pattern)


def _said(entry: Mapping[t.Any, t.Any]) -> dict[str, t.Any]:
    """Return what an entry says: null counts as absent."""
    return {str(key): value for key, value in entry.items() if value is not None}


def _state(entry: Mapping[str, t.Any], where: str, findings: Findings) -> str:
    state = entry.get("state", "present")
    if state in STATES:
        return str(state)
    findings.problem(where, f"state must be present or absent, not {state!r}")
    return "present"


def _flag(entry: Mapping[str, t.Any], key: str, where: str, findings: Findings) -> bool | None:
    value = entry.get(key)
    if value is not None and not isinstance(value, bool):
        findings.problem(where, f"{key} must be true or false, not {kind_of(value)}")
        return None
    return value


def _text(entry: Mapping[str, t.Any], key: str, where: str, findings: Findings) -> str | None:
    """Return a text without white space around it, None where there is none or it is faulty."""
    value = entry.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        findings.problem(
            where, f"{key} must be a string, in quotes where YAML would read another thing, not {kind_of(value)}"
        )
        return None
    text = value.strip()
    if not text:
        findings.problem(where, f"{key} must not be empty")
    elif wrong := what_is_unsafe(text):
        findings.problem(where, f"{key}: {wrong}")
    else:
        return text
    return None


def _is_url(text: str) -> bool:
    try:
        parts = urllib.parse.urlsplit(text)
        return parts.scheme in ("https", "http") and bool(parts.hostname) and not re.search(r"\s", text)
    except ValueError:
        return False
