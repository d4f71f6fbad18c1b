# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the options for the connection, which every module has."""

from __future__ import annotations


class ModuleDocFragment:
    """The fragment, as Ansible looks for it."""

    DOCUMENTATION = r"""
options:
  api_key:
    description:
      - The API key, made in the Elastic Cloud console by an organization owner. Only the key of an owner sees the whole
        organization.
      - When it is left out or blank, the environment variable E(EC_API_KEY) is used.
    type: str
    required: true
  organization_id:
    description:
      - The id of the organization.
      - When it is left out or blank, the environment variable E(EC_ORGANIZATION_ID) is used, and after that the only
        organization that the API key sees. Where it sees several, the task fails and lists them.
    type: str
  endpoint:
    description:
      - Where the API is, with or without C(/api/v1). Plain C(http) is accepted for a loopback host only.
      - When it is left out or blank, the environment variable E(EC_ENDPOINT) is used.
    type: str
    default: https://api.elastic-cloud.com
  timeout:
    description:
      - How many seconds to wait for the connection, and then for each part of an answer. A service that sends a little
        now and then may take longer as a whole.
    type: int
    default: 30
  retries:
    description:
      - How often one request is repeated after a broken connection or one of the answers 429, 500, 502, 503 and 504,
        each time after a longer pause, or after the one that the service asks for (up to a minute).
      - A change is repeated only where it has certainly not happened, which is read from the service unless its answer
        says so. An invitation of which nothing is seen then is not sent again, but reported as a failure.
    type: int
    default: 5
  validate_certs:
    description:
      - Whether the certificate of the endpoint must be valid. With V(false), anybody on the way can read the API key.
    type: bool
    default: true
  ca_path:
    description:
      - A file or folder with the certificates of the authorities to trust, in place of those that requests brings
        along. For networks with a proxy that breaks TLS open.
    type: path
requirements:
  - python >= 3.10 on the host that runs the module
  - requests >= 2.28 on the host that runs the module
notes:
  - The modules talk to the service only, not to the inventory's hosts. Run them where Ansible runs, with
    C(connection=local) or C(delegate_to=localhost). Environment variables count on the host that runs the module.
  - An API key in E(EC_API_KEY) stands in no playbook, no inventory and no arguments of a task. It is visible to
    processes of the same user, and ansible-runner stores the environment of a job among its artifacts.
  - An API key from a variable that is encrypted with Ansible Vault stands in clear in no file of yours, and Ansible
    masks it in results and logs. Never write it on the command line (C(-e api_key=...)), where the list of processes
    and the shell's history show it.
  - Proxies are taken from the usual environment variables such as E(HTTPS_PROXY) and E(NO_PROXY). A netrc file is not
    used, redirects are not followed, and plain C(http) never goes through a proxy.
"""
