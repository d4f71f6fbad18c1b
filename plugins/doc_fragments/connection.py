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
      - If it is left out or blank, the environment variable E(EC_API_KEY) is used.
    type: str
    required: true
  organization_id:
    description:
      - The id of the organization.
      - If it is left out or blank, the environment variable E(EC_ORGANIZATION_ID) is used. If that is not set either,
        the only organization that the API key can see is used. If the API key can see several, the task fails and lists
        them.
    type: str
  endpoint:
    description:
      - Where the API is, with or without C(/api/v1). Plain C(http) is accepted for a loopback host only.
      - If it is left out or blank, the environment variable E(EC_ENDPOINT) is used.
    type: str
    default: https://api.elastic-cloud.com
  timeout:
    description:
      - How many seconds to wait for the connection, and then for each part of a response. A response that keeps
        arriving in small parts can take longer as a whole.
    type: int
    default: 30
  retries:
    description:
      - How many times a request is retried after a broken connection or one of the HTTP status codes 429, 500, 502, 503
        and 504. The pause gets longer each time, unless the service asks for a certain pause (up to a minute).
      - A change is retried only if it has certainly not happened. Unless the response says so, the module reads from
        the service to find out. An invitation that it does not find there is not sent again, but reported as a failure.
    type: int
    default: 5
  validate_certs:
    description:
      - Whether the certificate of the endpoint must be valid. With V(false), anybody between you and the service can
        read the API key.
    type: bool
    default: true
  ca_path:
    description:
      - A file or directory with the CA certificates to trust, instead of those that come with the Python library
        requests. Needed in networks whose proxy decrypts TLS.
    type: path
requirements:
  - python >= 3.10 on the host that runs the module
  - requests >= 2.28 on the host that runs the module
notes:
  - The modules talk to the service only, not to the inventory's hosts. Run them where Ansible runs, with
    C(connection=local) or C(delegate_to=localhost). Environment variables are read on the host that runs the module.
  - An API key in E(EC_API_KEY) does not appear in playbooks, inventories or task arguments. It is visible to processes
    of the same user, and ansible-runner stores the environment of a job among its artifacts.
  - An API key from a variable that is encrypted with Ansible Vault cannot be read in any of your files, and Ansible
    masks it in results and logs. Never write it on the command line (C(-e api_key=...)), where the list of processes
    and the shell's history show it.
  - Proxies are taken from the usual environment variables such as E(HTTPS_PROXY) and E(NO_PROXY). A netrc file is not
    used, redirects are not followed, and plain C(http) never goes through a proxy.
"""
