# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The floor: a bare script that knows what is to be done, and makes no other requests than that takes.

python floor.py FILE
"""

from __future__ import annotations

import json
import os
import sys
import typing as t
from concurrent.futures import ThreadPoolExecutor

import requests
import requests.adapters

session = requests.Session()
session.headers["Authorization"] = f"ApiKey {os.environ['EC_API_KEY']}"
session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=8))


def send(request: list[t.Any]) -> t.Any:
    """Make a request, and return what is answered."""
    method, path, body, status = request
    response = session.request(method, os.environ["EC_ENDPOINT"] + path, json=body, timeout=30)
    if response.status_code != status:
        raise SystemExit(f"{method} {path}: {response.status_code} {response.text}")
    return response.json() if response.content else None


with open(sys.argv[1], encoding="utf-8") as file:
    stages = json.load(file)
with ThreadPoolExecutor(8) as pool:
    for stage in stages:
        list(pool.map(send, stage))
