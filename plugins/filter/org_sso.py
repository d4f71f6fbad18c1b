# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter that makes words of a result of the module org_sso."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._sso_report import report


class FilterModule:
    """The filter, described in a file beside this one."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"org_sso_report": report}
