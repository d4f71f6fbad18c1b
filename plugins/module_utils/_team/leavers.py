# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""API keys whose makers are removed, and which go on working: which there are, what is planned for them and what is
told.

Pure: knows neither Ansible nor HTTP. The clock is passed in.
"""

from __future__ import annotations

import datetime as dt
import typing as t
from collections.abc import Callable, Iterable, Mapping, Sequence

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import to_assignments
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.keys import (
    ApiKey,
    KeyInUse,
    nobodys,
    ours,
    own_among,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import People
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError, some_of
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.plan import Action

TASK = "a task of org_api_key with its id and state=absent"
REPLACE_IT = f"Make another API key, put it in the place of the one in use, and then revoke this one by {TASK}."


class LeaversKeys:
    """The API keys of members who are removed, over one run.

    mode: what becomes of them: `warn`, `revoke` or `ignore`; organization_id: keys that do not say this one are left;
    people: who was there at first; now: what has ended by then is gone; in_use: tells of the key that requests are made
    with, which is never revoked.
    """

    def __init__(
        self,
        mode: str,
        organization_id: str,
        people: People,
        now: dt.datetime,
        in_use: Callable[[], KeyInUse] = KeyInUse,
    ) -> None:
        self.mode = mode
        self._organization_id, self._people, self._now, self._in_use = organization_id, people, now, in_use
        self._found: dict[str, tuple[ApiKey, Action]] = {}
        self._own: dict[str, tuple[ApiKey, Action]] = {}
        self._maybe_own: dict[str, tuple[ApiKey, Action]] = {}
        self._nobodys: dict[str, ApiKey] = {}
        self._orphans: list[ApiKey] = []
        self._one_maker = False
        self._unread: ApiError | None = None

    def plan(self, removals: Sequence[Action], keys: Sequence[ApiKey]) -> list[Action]:
        """Note which of these keys those who are removed have made; return what revokes them, if that is asked for.

        A key that was noted before is passed over: a list may still show what is revoked.
        """
        current = ours(keys, self._organization_id, self._now)
        self._one_maker |= bool(removals) and len({key.user_id for key in current}) == 1 < len(self._people.members)
        leaving = {removal.user_id: removal for removal in removals}
        self._nobodys |= {key.id: key for key in nobodys(keys, self._now) if key.user_id in leaving}
        new = [(key, leaving[key.user_id]) for key in current if key.user_id in leaving and key.id not in self._found]
        self._found |= {key.id: (key, removal) for key, removal in new}
        if self.mode != "revoke":
            return []
        own = own_among(keys, self._in_use(), self._now)
        self._own |= {key.id: (key, removal) for key, removal in new if key.id in own.surely}
        self._maybe_own |= {key.id: (key, removal) for key, removal in new if key.id in own.maybe}
        return [_revocation(key, removal) for key, removal in new if key.id not in own.surely | own.maybe]

    def note_orphans(self, keys: Sequence[ApiKey]) -> None:
        """Note the keys whose makers are no members: nobody's removal revokes them any more."""
        if not self._people.whole or not self._people.owners:
            return  # their makers may be members who are not seen
        members = self._people.members
        current = ours(keys, self._organization_id, self._now)
        self._orphans = [key for key in current if key.user_id not in members]
        self._nobodys |= {key.id: key for key in nobodys(keys, self._now) if key.user_id not in members}

    def unread(self, error: ApiError) -> None:
        """Note that the keys of those who are removed could not be read."""
        self._unread = error

    @property
    def result(self) -> list[dict[str, t.Any]]:
        """The keys that those who are removed have made, as `api_keys` has them."""
        return [
            {
                "id": key.id,
                "name": key.name,
                "email": removal.email,
                "expires_at": key.expires_at,
                "role_assignments": to_assignments(key.grants),
            }
            for key, removal in self._found.values()
        ]

    @property
    def warnings(self) -> list[str]:
        """What the user should know of."""
        warnings = []
        if self._unread:
            warnings.append(
                f"API keys of members who are removed go on working, if there are any; they could not be read: "
                f"{self._unread}"
            )
        if self.mode == "warn" and self._found:
            warnings.append(
                f"API keys go on working when the members who made them are removed: {_with_makers(self._found)}. "
                f"Each is revoked by {TASK}; leavers_api_keys=revoke does so before the member goes."
            )
        if self._own:
            warnings.append(
                f"Left, though made by a member who is removed, since it is the API key in use: "
                f"{_with_makers(self._own)}. {REPLACE_IT}"
            )
        if self._maybe_own:
            warnings.append(
                f"Left, though made by members who are removed, since nothing tells for certain whether it is the API "
                f"key in use: {_with_makers(self._maybe_own)}. {REPLACE_IT}"
            )
        if self._nobodys:
            warnings.append(
                f"Left, since the service does not tell whether they are for this organization: API keys "
                f"{_all(self._nobodys.values())}, made by people who are removed or no members. If they are, each is "
                f"revoked by {TASK}."
            )
        if self._orphans:
            warnings.append(
                f"API keys made by people who are not members any more go on working: {_all(self._orphans)}. Each is "
                f"revoked by {TASK}."
            )
        if self._one_maker:
            warnings.append(
                "All API keys that the service shows were made by one person; the API key in use may not see those of "
                "others."
            )
        return warnings


def _revocation(key: ApiKey, removal: Action) -> Action:
    """Return the action that revokes a key before its maker is removed."""
    return Action(
        "revoke_api_key",
        removal.email,
        removal.user_id,
        key.grants,
        None,
        f"the API key {key.words} was made by a member who is removed",
        removal.desired,
        api_key=key,
        removal=removal,
    )


def _with_makers(keys: Mapping[str, tuple[ApiKey, Action]]) -> str:
    return _all_of([f"{key.words} of {removal.name}" for key, removal in keys.values()])


def _all(keys: Iterable[ApiKey]) -> str:
    return _all_of([key.words for key in keys])


def _all_of(names: Sequence[str]) -> str:
    """Return all names: no other run tells of a key again, or only by a warning such as this."""
    return some_of(names, most=len(names))
