#!/usr/bin/env bash
# Starts both regions for a drill on this machine: servers that do not exist are created, and one region is made active. Only for
# PLATFORM=processes.
#   start.sh REGIONS ACTIVE
set -euo pipefail
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
regions=${1:?Name the file of regions.} active=${2:?Name the region that is active.}
# shellcheck source=samples/disaster-recovery/lib/common.sh
source "$folder/lib/common.sh"
# shellcheck source=samples/disaster-recovery/regions.example.sh
source "$regions"
# shellcheck source=samples/disaster-recovery/lib/postgresql.sh
source "$folder/lib/$STORE.sh"
# shellcheck source=samples/disaster-recovery/lib/redis.sh
source "$folder/lib/redis.sh"
# shellcheck source=samples/disaster-recovery/platforms/processes.sh
source "$folder/platforms/$PLATFORM.sh"
require_region "$active"
lock_regions "$regions"
replica=$(other_region "$active")

create_store "$active"
start_store "$active"
! has_redis "$active" || start_redis "$active"
follow_store "$replica" "$active"
follow_redis "$replica" "$active"
start_hosts "$active"
switch_traffic "$active"
step "Region $active is active, and $replica can take over"
