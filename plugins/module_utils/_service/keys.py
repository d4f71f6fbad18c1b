# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""API keys as typed reads and writes: one method for one operation of the vendor's API reference."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    NOTHING,
    Grants,
    from_reply,
    to_body,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.keys import ApiKey
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError, LostReply
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import (
    Organization,
    text_of,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.pages import read_pages

PATH = ("users", "auth", "keys")
SHOWN = f"/{'/'.join(PATH)}"


class NewKey(t.NamedTuple):
    """A key that was just made, and its secret, which the service does not show again."""

    key: ApiKey
    secret: str


class ApiKeys:
    """The API keys that a client's own key may see, and those that it makes for an organization. Every method raises
    what `Client.request` raises.
    """

    def __init__(self, organization: Organization) -> None:
        self._client = organization.client
        self._organization_id = organization.id

    def all(self) -> list[ApiKey]:
        """Return all keys, from every page, whatever organization they name, those that have ended too.

        ApiError where the pages do not end: half a picture is none, since a key on a page that was never seen would be
        made again.
        """
        listing = read_pages(self._client, *PATH, key="keys")
        if not listing.whole:
            raise _strange("repeats a page of the list of API keys, so this is half a picture; run again later")
        return list({key.id: key for key in map(self._read, listing.objects) if key}.values())

    def create(self, name: str, grants: Grants, expires_in: str | None) -> NewKey:
        """Make a key and return it; LostReply too where the answer holds none, so that one may be there unseen.

        expires_in: such as `90d` or `12h`; None leaves it to the service (three months).
        """
        body: dict[str, t.Any] = {"description": name, "role_assignments": to_body(grants, self._organization_id)}
        if expires_in:
            body["expiration"] = expires_in
        reply = self._client.request("POST", *PATH, body=body)
        secret = text_of(reply.get("key"))
        if secret:
            self._client.keep_secret([secret])
        try:
            key = self._read(reply)
        except ApiError:  # about a list, and this is none
            key = None
        if not key or not secret or not (secret.isascii() and secret.isprintable()) or " " in secret:
            raise LostReply("the answer holds no API key that can be read", method="POST", path=SHOWN)
        return NewKey(key, secret)

    def revoke(self, ids: Sequence[str]) -> None:
        """Revoke keys, all in one request."""
        self._client.request("DELETE", *PATH, body={"keys": list(ids)})

    def _read(self, one: dict[str, t.Any]) -> ApiKey | None:
        """Return a key, None where the reply names no id."""
        if not one.get("id"):
            return None
        try:
            grants = from_reply(one.get("role_assignments"), self._organization_id)
        except RecursionError:
            raise _strange("is nested too deep") from None
        organization_id = one.get("organization_id")
        return ApiKey(
            id=str(one["id"]),
            name=text_of(one.get("description")) or "",
            user_id=text_of(one.get("user_id")),
            organization_id=str(organization_id) if organization_id else None,
            created_at=text_of(one.get("creation_date")),
            expires_at=text_of(one.get("expiration_date")),
            grants=NOTHING if grants is None else grants,
            roles_shown=grants is not None,
        )


def _strange(what: str) -> ApiError:
    return ApiError(f"the answer {what}", method="GET", path=SHOWN)
