#!/usr/bin/env bash
# Removes the containers that start.sh started, with their data.
set -euo pipefail
mapfile -t containers < <(docker ps --all --quiet --filter label=notify-test-server)
if [ "${#containers[@]}" -gt 0 ]; then
  docker rm --force --volumes "${containers[@]}" >/dev/null
fi
