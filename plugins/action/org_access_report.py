# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes one report of several access reviews, all of it on the controller."""

from __future__ import annotations

import datetime as dt
import typing as t
from pathlib import Path

from ansible.plugins.action import ActionBase

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import InputError
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.combining import combine
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.folders import destination

OPTIONS: dict[str, dict[str, t.Any]] = {
    "documents": {"type": "list", "elements": "path", "required": True},
    "failed": {"type": "dict", "default": {}},
    "dest": {"type": "path", "default": "access-review"},
    "formats": {"type": "list", "elements": "str", "choices": ["html", "csv"], "default": ["html", "csv"]},
}


class ActionModule(ActionBase):  # type: ignore[misc]
    """The whole of the module."""

    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return which organizations it is about, and where it was written."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        result["changed"] = False
        _checked, options = self.validate_argument_spec(argument_spec=OPTIONS)
        writes = not self._task.check_mode
        try:
            result |= combine(
                [Path(one) for one in options["documents"]],
                {str(name): str(message) for name, message in options["failed"].items()},
                destination(options["dest"]),
                options["formats"],
                dt.datetime.now(dt.timezone.utc),
                write=writes,
            )
        except InputError as error:
            return result | {"failed": True, "msg": str(error)}
        except OSError as error:
            return result | {"failed": True, "msg": f"The report could not be written: {error}"}
        if not writes:
            result["warnings"] = ["In check mode no files are written: there is no report."]
        return result
