#!/usr/bin/env bash
# Makes a region the active one after the other was lost. Every step may be repeated: after a failure, fix the cause and run the
# script again.
#   failover.sh REGIONS TO [--fenced]
# --fenced: the lost region cannot be reached, and you have made sure otherwise that it stays down (see CONTINUITY-PLAN.md).
set -euo pipefail
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
regions=${1:?Name the file of regions.} to=${2:?Name the region that takes over.} fenced=${3:-}
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
require_region "$to"
lock_regions "$regions"
from=$(other_region "$to")
begun=$SECONDS

if [ "$(active_region)" = "$to" ] && is_ready "${GATEWAY[$to]}"; then
  step "Region $to is active already"
  exit
fi
step "Failover from $from to $to"
# Two regions that both accept triggers would both send, and their databases could not be merged.
if [ "$fenced" = --fenced ]; then
  step "Region $from was fenced by you"
else
  fence "$from" || fail "region $from cannot be fenced. Make sure that it stays down, then repeat with --fenced"
fi
# Hosts of an earlier run that failed halfway.
stop_hosts "$to"
promote_store "$to"
promote_redis "$to"
empty_caches "$to"
start_hosts "$to"
wait_for "$PATIENCE" "the gateway of $to" is_ready "${GATEWAY[$to]}"
switch_traffic "$to"
step "Region $to is active after $((SECONDS - begun)) s. Next: failback.sh, when $from can be used again"
