#!/usr/bin/env bash
# Prints the revision of a release that is deployed; nothing if there is none.
#   eng/deploy/last-revision.sh RELEASE
set -euo pipefail
{ helm history "${1:?"name the release"}" --max 100 2>/dev/null || true; } |
  awk '/[[:space:]]deployed[[:space:]]/ { revision = $1 } END { if (revision) print revision }'
