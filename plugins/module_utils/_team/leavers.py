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
from collections.abc import Callable, Iterable, Sequence

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import to_assignments
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import People
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError, some_of
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.keys import Key
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.plan import Action

TASK = "a task of org_api_key with its id and state=absent"
WHY_LEFT = {
    "yes": "is the API key in use: make another one, put it in its place, then revoke this one by " + TASK,
    "maybe": "may be the API key in use, which nothing tells for certain: if it is, make another one and put it in its "
    "place first; then revoke this one by " + TASK,
}


class LeaversKeys:
    """The API keys of members who are removed, over one run.

    mode: what becomes of them: `warn`, `revoke` or `ignore`; organization_id: keys that do not say this one are left;
    people: who was there at first; now: what has ended by then is gone; own: tells of a key whether it is the one in
    use: `yes`, `maybe` or `no`.
    """

    def __init__(
        self, mode: str, organization_id: str, people: People, now: dt.datetime, own: Callable[[Key], str]
    ) -> None:
        self.mode = mode
        self._organization_id, self._people, self._now, self._own = organization_id, people, now, own
        self._found: dict[str, tuple[Key, Action]] = {}
        self._left: dict[str, list[str]] = {}
        self._elsewhere: dict[str, Key] = {}
        self._orphans: list[Key] = []
        self._makers: set[str | None] = set()
        self._unread: ApiError | None = None

    def plan(self, removals: Iterable[Action], keys: Sequence[Key]) -> list[Action]:
        """Note which of these keys those who are removed have made; return what revokes them, if that is asked for.

        A key that was noted before is passed over: a list may still show what is revoked.
        """
        made: dict[str | None, list[Key]] = {}
        for key in self._current(keys):
            made.setdefault(key.user_id, []).append(key)
        actions = []
        for removal in removals:
            self._makers |= made.keys()
            for key in made.get(removal.user_id, []):
                if not key.organization_id:
                    self._elsewhere[key.id] = key
                elif key.id not in self._found:
                    self._found[key.id] = key, removal
                    actions += self._revocation(key, removal)
        return actions if self.mode == "revoke" else []

    def note_orphans(self, keys: Sequence[Key]) -> None:
        """Note the keys whose makers are no members: nobody's removal revokes them any more."""
        if not self._people.whole or not self._people.owners:
            return  # their makers may be members who are not seen
        for key in self._current(keys):
            if key.user_id not in self._people.members:
                if key.organization_id:
                    self._orphans.append(key)
                else:
                    self._elsewhere[key.id] = key

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
                f"The API keys of members who are removed could not be read, and go on working: {self._unread}"
            )
        if self.mode == "warn" and self._found:
            names = [f"{key.words} of {removal.name}" for key, removal in self._found.values()]
            warnings.append(
                f"{_keys(names)} go on working when the members who made them are removed: {some_of(names)}. Each is "
                f"revoked by {TASK}; leavers_api_keys=revoke does so before a member goes."
            )
        warnings += [
            f"Left, although a member is removed who made it: {some_of(names)}. It {WHY_LEFT[why]}."
            for why, names in self._left.items()
        ]
        if self._elsewhere:
            names = [key.words for key in self._elsewhere.values()]
            warnings.append(
                f"{_keys(names)} do not say which organization they are for, and are left, though those who made them "
                f"are removed or no members: {some_of(names)}. If it is this one, each is revoked by {TASK}."
            )
        if self._orphans:
            names = [key.words for key in self._orphans]
            warnings.append(
                f"{_keys(names)} go on working though those who made them are no members any more: "
                f"{some_of(names, most=len(names))}. Each is revoked by {TASK}."
            )
        if len(self._makers) == 1 and len(self._people.members) > 1:
            warnings.append(
                "All API keys that this API key was shown were made by one person: it may not see those of others."
            )
        return warnings

    def _current(self, keys: Iterable[Key]) -> list[Key]:
        """Return the keys that work, of this organization as far as they say."""
        return [
            key
            for key in keys
            if key.organization_id in (None, self._organization_id) and not key.has_ended(self._now)
        ]

    def _revocation(self, key: Key, removal: Action) -> list[Action]:
        if self.mode != "revoke":
            return []
        own = self._own(key)
        if own != "no":
            self._left.setdefault(own, []).append(f"{key.words} of {removal.name}")
            return []
        reason = f"{key.words} was made by a member who is removed"
        return [
            Action(
                "revoke_api_key",
                removal.email,
                removal.user_id,
                key.grants,
                None,
                reason,
                removal.desired,
                api_key=key,
                removal=removal,
            )
        ]


def _keys(names: Sequence[str]) -> str:
    return "1 API key" if len(names) == 1 else f"{len(names)} API keys"
