# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every reading of the API that code could stumble over, as switches of the emulator."""

from __future__ import annotations

from typing import Any

Reading = dict[str, Any]

# Under each of these every run does all that is asked of it. The first is what the emulator takes for the likeliest.
READINGS: list[Reading] = [
    {},
    {"existing_invitation": "refresh"},
    {"existing_invitation": "refresh_keep_roles"},
    {"expired_invitation_counts": False},
    {"bad_email_in_batch": "skip"},
    {"removal_matching": "ignore_application_roles"},
    {"same_role_other_application_roles": "replace"},
    {"redundant_change": "error"},
    {"unknown_id_in_delete": "ignore"},
    {"role_id_style": "short", "role_id_in_removal": "as_shown"},
    {"role_id_style": "full", "empty_parts": "empty"},
    {"grouping": "shuffled", "empty_parts": "null"},
    {"grouping": "per_grant", "email_case": "lower"},
    {"list_lag": 1},
    {"list_lag": 2},
    {"max_emails": 1, "max_path_bytes": 220},
    {"rate_limit": 5},
    {"same_role_other_application_roles": "keep"},
    {"existing_invitation": "refresh", "older_invitations": "last_goes"},
    {"existing_invitation": "refresh", "older_invitations": "stay"},
    {"existing_invitation": "refresh_keep_roles", "older_invitations": "last_goes"},
    {"expired_invitation_counts": False, "older_invitations": "stay"},
]

# The readings of what is open about API keys, for whatever reads or writes them. Under each of them the keys of whoever
# made the key in use are listed, and those that are named are revoked.
KEY_READINGS: list[Reading] = [
    {},
    {"keys_listed": "own"},
    {"keys_elsewhere": True},
    {"keys_elsewhere": True, "entries_per_page": 1},
    {"entries_per_page": 2, "list_lag": 1},
    {"expired_keys": "listed", "unknown_id_in_delete": "ignore"},
    {"key_text": "opaque", "key_expiration": "iso"},
    {"key_expiration": "http", "empty_parts": "null"},
    {"role_id_style": "short", "grouping": "shuffled", "empty_parts": "empty"},
]

# Under these nothing about keys is certain, and a run has to say what it could not see.
KEY_READINGS_WITH_RESERVE: list[Reading] = [
    {"key_organization": False},
    {"keys_listed": "refuse"},
    {"entries_per_page": 1, "next_page_repeats": True},
]

# The readings of what is open about the settings of an organization.
SETTINGS_READINGS: list[Reading] = [
    {},
    {"enforcement_shown": "when_changed"},
    {"enforcement_shown": "never"},
    {"organization_update": "clear"},
    {"enforcement_shown": "never", "organization_update": "clear"},
]

# Under these a run has to hold something back and to say so, by the promise in front: for tests of their own.
READINGS_WITH_RESERVE: dict[int, Reading] = {
    19: {"max_pending_invitations": 4},
    20: {"always_fails": ["odd@example.com"]},
    23: {"extra_fields": {"inherited": False}},
    24: {"page_size": 2},
}
