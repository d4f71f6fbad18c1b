# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters that the role org_access_review takes its results through."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.outcome import artifacts, parts


class FilterModule:
    """The filters, each described in a file beside this one."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        """Return the filters by their names."""
        return {"org_access_review_artifacts": artifacts, "org_access_review_parts": parts}
