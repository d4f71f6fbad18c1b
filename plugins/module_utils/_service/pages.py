# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""Lists that the service hands out page by page: a reply names the next one in `next_page`, which the request repeats.

That a page ends the list is known only by its naming no other one.
"""

from __future__ import annotations

import typing as t
import urllib.parse

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.client import Client, encode

MOST_PAGES = 1000  # of one list; a service that names still another one is out of order


class Listing(t.NamedTuple):
    """The objects of a list, from all of its pages. whole: whether it was read to its end; else it is half a picture,
    since a page was repeated, or there was no end to them.
    """

    objects: list[dict[str, t.Any]]
    whole: bool


def read_pages(client: Client, *segments: str, key: str) -> Listing:
    """Return a list, all pages of it; one request for each.

    segments: the parts of the path; key: where the list stands in the reply. Nulls and whatever else in it is no object
    are passed over. Raises what `Client.request` raises, and ApiError where the reply has no such list.
    """
    objects: list[dict[str, t.Any]] = []
    pages, ids = set[str](), set[str]()
    page = ""
    while True:
        reply = client.request("GET", *segments, query=page and f"?{urllib.parse.urlencode({'next_page': page})}")
        listed = reply.get(key)
        if not isinstance(listed, list):  # never to be mistaken for a list with nothing in it
            message = f"the answer holds no list of {key}; is endpoint the right service?"
            raise ApiError(message, method="GET", path=f"/{'/'.join(map(encode, segments))}")
        found = [one for one in listed if isinstance(one, dict)]
        objects += found
        following = reply.get("next_page")
        if not following:
            return Listing(objects, True)
        page, these = str(following), {str(one.get("id")) for one in found}
        if page in pages or len(pages) >= MOST_PAGES or (these and these <= ids):
            return Listing(objects, False)
        pages.add(page)
        ids |= these
