#!/usr/bin/env bash
# Returns to a region that was lost: it becomes a replica first, and then the active region.
#   failback.sh REGIONS TO
set -euo pipefail
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
"$folder/rejoin.sh" "$1" "$2"
"$folder/switchover.sh" "$1" "$2"
