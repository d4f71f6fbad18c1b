#!/usr/bin/env bash
# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# One request after the other: curl.sh FILE, with method, path and body on each line.
set -eu

while IFS=$'\t' read -r method path body; do
  curl --silent --show-error --fail --output /dev/null --request "$method" \
    --header "Authorization: ApiKey $EC_API_KEY" --header "Content-Type: application/json" \
    ${body:+--data "$body"} "$EC_ENDPOINT$path"
done <"$1"
