# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""Single sign-on as the service has it: identity provider, role mappings, claimed domains, enforcement.

Operations and fields are those of the vendor's API reference for organizations. What it says nothing about, such as the
form of a certificate, is passed on as it comes.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Sequence

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    NOTHING,
    from_reply,
    to_body,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.single_sign_on import (
    IdentityProvider,
    RoleMapping,
    conditions_in,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.client import Client, encode

NO_PROVIDER = "org.idp.idp_not_configured"
NOT_YET = 449  # the status where the DNS does not have the code for a domain; its body is empty
METHOD = "enforce_authentication_method"  # of an organization: `sso`, or null
READ_ONLY = frozenset({"id", "sso_login_identifier", METHOD})  # what nobody sets, and what is set here
# What the service makes, and how results name it.
MADE = {
    "login_identifier": "login_identifier",
    "sso_login_url": "sso_login_url",
    "metadata_url": "metadata_url",
    "acs": "acs",
    "sp_entity_id": "sp_entity_id",
    "signing_certificate": "signing_certificates",
    "encryption_certificate": "encryption_certificates",
}


def read_identity_provider(client: Client, organization_id: str) -> IdentityProvider | None:
    """Return the identity provider, None where the service says that there is none. One request. Raises what
    `Client.request` raises.
    """
    try:
        reply = client.request("GET", "organizations", organization_id, "idp")
    except ApiError as error:
        if NO_PROVIDER in error.codes:
            return None
        raise
    return provider_in(reply)


def provider_in(reply: dict[str, t.Any]) -> IdentityProvider:
    """Return the identity provider that a reply shows."""
    configuration = _object(reply.get("configuration"))
    saml = _object(configuration.get("saml_idp"))
    enabled = configuration.get("enabled")
    made = {ours: _made(reply[theirs]) for theirs, ours in MADE.items() if reply.get(theirs) is not None}
    return IdentityProvider(
        enabled if isinstance(enabled, bool) else None,
        _text(configuration.get("login_identifier_prefix")),
        _text(saml.get("issuer")),
        _text(saml.get("sso_url")),
        tuple(_texts(saml.get("public_certificate"))),
        made,
    )


def read_role_mappings(client: Client, organization_id: str) -> list[RoleMapping]:
    """Return the role mappings, in the order of the service. One request. Raises what `Client.request` raises, and
    ApiError where the reply has no list of them.
    """
    reply = client.request("GET", "organizations", organization_id, "role_mappings")
    return mappings_in(reply, organization_id)


def mappings_in(reply: dict[str, t.Any], organization_id: str) -> list[RoleMapping]:
    """Return the role mappings that a reply lists."""
    found: list[RoleMapping] = []
    for one in _listed(reply, "mappings", organization_id, "role_mappings"):
        if not isinstance(one, dict) or not isinstance(one.get("name"), str):
            continue
        match, conditions, understood = conditions_in(one.get("rule"))
        try:
            grants = from_reply(one.get("role_assignments"), organization_id)
        except RecursionError:
            raise _strange("is nested too deep", organization_id, "role_mappings") from None
        found.append(
            RoleMapping(
                one["name"],
                one.get("enabled") is not False,  # what is not known to be off gives access
                match,
                conditions,
                NOTHING if grants is None else grants,
                _object(one.get("rule")),
                understood and one.keys() <= {"name", "enabled", "rule", "role_assignments"},
                grants is not None,
            )
        )
    return found


def read_domains(client: Client, organization_id: str) -> list[str]:
    """Return the domains that the organization has claimed. One request. Raises as `read_role_mappings` does."""
    reply = client.request("GET", "organizations", organization_id, "domains")
    return _texts(_listed(reply, "domains", organization_id, "domains"))


def claim_domain(client: Client, organization_id: str, domain: str) -> bool:
    """Claim a domain, if the DNS has the code for it; return False where the service does not see that yet. Claiming
    one that is claimed already is refused. Raises what `Client.request` raises.
    """
    try:
        client.request("POST", "organizations", organization_id, "domains", "_verify", body=_claim(domain))
    except ApiError as error:
        if error.status != NOT_YET:
            raise
        return False
    return True


def ask_for_code(client: Client, organization_id: str, domain: str) -> str:
    """Return the code that the DNS has to have for a domain. Asking again may change it. Raises what `Client.request`
    raises, and ApiError where the reply has no code.
    """
    path = ("organizations", organization_id, "domains", "_generate_verification_code")
    code = _text(client.request("POST", *path, body=_claim(domain)).get("verification"))
    if not code:
        shown = f"/{'/'.join(map(encode, path))}"
        raise ApiError("the answer holds no code; is endpoint the right service?", method="POST", path=shown)
    return code


def give_up_domain(client: Client, organization_id: str, domain: str) -> None:
    """Give a domain up that is claimed. Raises what `Client.request` raises."""
    client.request("DELETE", "organizations", organization_id, "domains", body=_claim(domain))


def read_settings(client: Client, organization_id: str) -> dict[str, t.Any]:
    """Return the organization as the service has it now. One request. Raises what `Client.request` raises."""
    return client.request("GET", "organizations", organization_id)


def enforce(
    client: Client, organization_id: str, settings: dict[str, t.Any], enforced: bool, *, named: bool = True
) -> bool | None:
    """Have nobody, or everybody, get in but by single sign-on; return what the reply shows of that, if anything.

    settings: as they were read: the service may clear what a request leaves out. Null counts as left out there, but for
    the method, where it ends enforcement. named: whether the organization's name is sent, too. Raises what
    `Client.request` raises.
    """
    body = {key: value for key, value in settings.items() if key not in READ_ONLY and value is not None}
    if not named:
        body.pop("name", None)
    body[METHOD] = "sso" if enforced else None
    reply = client.request("PUT", "organizations", organization_id, body=body)
    return reply[METHOD] == "sso" if METHOD in reply else None


def set_identity_provider(client: Client, organization_id: str, provider: IdentityProvider) -> IdentityProvider:
    """Make the identity provider, or change it, and return it as the reply shows it. Raises what `Client.request`
    raises.
    """
    body = {
        "enabled": provider.enabled,
        "login_identifier_prefix": provider.login_identifier_prefix,
        "saml_idp": {
            "issuer": provider.issuer,
            "sso_url": provider.sso_url,
            "public_certificate": list(provider.public_certificates),
        },
    }
    return provider_in(client.request("PUT", "organizations", organization_id, "idp", body=body))


def remove_identity_provider(client: Client, organization_id: str) -> None:
    """Remove the identity provider. Raises what `Client.request` raises."""
    client.request("DELETE", "organizations", organization_id, "idp")


def add_role_mappings(client: Client, organization_id: str, mappings: Iterable[RoleMapping]) -> None:
    """Add role mappings beside those that there are. Raises what `Client.request` raises."""
    body = {"mappings": [_mapping_body(mapping, organization_id) for mapping in mappings]}
    client.request("POST", "organizations", organization_id, "role_mappings", body=body)


def update_role_mapping(client: Client, organization_id: str, mapping: RoleMapping) -> None:
    """Change the role mapping of this name. Raises what `Client.request` raises."""
    body = {"mapping": _mapping_body(mapping, organization_id)}
    client.request("PUT", "organizations", organization_id, "role_mappings", mapping.name, body=body)


def remove_role_mappings(client: Client, organization_id: str, names: Sequence[str]) -> None:
    """Remove the role mappings of these names. Raises what `Client.request` raises."""
    client.request("DELETE", "organizations", organization_id, "role_mappings", list(names))


def _claim(domain: str) -> dict[str, t.Any]:
    return {"domain_claim_request": domain}


def _mapping_body(mapping: RoleMapping, organization_id: str) -> dict[str, t.Any]:
    return {
        "name": mapping.name,
        "enabled": mapping.enabled,
        "rule": {mapping.match: [{kind: pattern} for kind, pattern in mapping.conditions]},
        "role_assignments": to_body(mapping.grants, organization_id),
    }


def _listed(reply: dict[str, t.Any], key: str, organization_id: str, part: str) -> list[t.Any]:
    listed = reply.get(key)
    if not isinstance(listed, list):  # never to be mistaken for none
        raise _strange(f"holds no list of {key}", organization_id, part)
    return listed


def _strange(what: str, organization_id: str, part: str) -> ApiError:
    path = f"/organizations/{encode(organization_id)}/{part}"
    return ApiError(f"the answer {what}; is endpoint the right service?", method="GET", path=path)


def _object(value: t.Any) -> dict[str, t.Any]:
    return value if isinstance(value, dict) else {}


def _text(value: t.Any) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: t.Any) -> list[str]:
    """Return the texts in a list; a single text is a list of one."""
    listed = value if isinstance(value, list) else [value]
    return [one for one in listed if isinstance(one, str) and one]


def _made(value: t.Any) -> t.Any:
    return _texts(value) if isinstance(value, list) else value
