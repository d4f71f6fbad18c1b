# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters that make words and artifacts of a result of the module org_team."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._report import artifacts, drift, report


class FilterModule:
    """The filters, each described in a file beside this one."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"org_team_report": report, "org_team_artifacts": artifacts, "org_team_drift": drift}
