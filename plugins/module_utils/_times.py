# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""Points in time and lengths of time, as texts have them.

Pure: knows neither Ansible nor HTTP, and no clock.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import re

# A point in time in ISO 8601: a day, maybe a time of it, to the nanosecond, maybe a zone. As Python 3.10 reads it, too.
MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d+))?)?(?:[Zz]|([+-]\d\d):?(\d\d))?", re.ASCII
)
DURATION = re.compile(r"(\d+[dhms])+", re.ASCII)
UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def moment(text: str | None) -> dt.datetime | None:
    """Return a point in time, in UTC, in ISO 8601 or in the form of HTTP dates; None for anything else."""
    try:
        if found := MOMENT.fullmatch((text or "").strip()):
            day, time_of_day, fraction, hours, minutes = found.groups()
            zone = f"{hours}:{minutes}" if hours else "+00:00"
            there = dt.datetime.fromisoformat(f"{day}T{time_of_day or '00:00'}{zone}")
            there += dt.timedelta(microseconds=int(f"{fraction or 0:0<6}"[:6]))
        else:
            there = email.utils.parsedate_to_datetime(text or "")
            there = there if there.tzinfo else there.replace(tzinfo=dt.timezone.utc)
        return there.astimezone(dt.timezone.utc)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


def length(text: str) -> dt.timedelta | None:
    """Return a length of time such as `90d`, `12h` or `1d12h`; None for anything else, and for what no calendar has."""
    if not DURATION.fullmatch(text):
        return None
    try:
        return sum(
            (dt.timedelta(**{UNITS[unit]: int(number)}) for number, unit in re.findall(r"(\d+)([dhms])", text)),
            dt.timedelta(),
        )
    except (OverflowError, ValueError):
        return None
