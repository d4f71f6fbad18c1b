# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every reading of the API that code could stumble over, as switches of the emulator. Its defaults are the first."""

from __future__ import annotations

from typing import Any

READINGS: list[dict[str, Any]] = [
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
]
