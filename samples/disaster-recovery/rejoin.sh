#!/usr/bin/env bash
# Makes a region that was lost the replica of the active one. What only the lost region has is discarded: save it before, if you
# need it (see CONTINUITY-PLAN.md).
#   rejoin.sh REGIONS REGION
set -euo pipefail
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
regions=${1:?Name the file of regions.} region=${2:?Name the region that was lost.}
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
require_region "$region"
lock_regions "$regions"
active=$(other_region "$region")

step "Rejoin of $region, which follows $active"
[ "$(store_role "$active")" = primary ] || fail "the database in $active is not the primary, so $region has nothing to follow"
stop_hosts "$region"
follow_store "$region" "$active"
follow_redis "$region" "$active"
step "Region $region can take over again"
