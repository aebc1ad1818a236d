#!/usr/bin/env bash
# Moves the active region as planned: nothing is lost, and no trigger is accepted for some seconds. Both regions must work.
#   switchover.sh REGIONS TO
set -euo pipefail
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
regions=${1:?Name the file of regions.} to=${2:?Name the region that takes over.}
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

if [ "$(active_region)" = "$to" ] && [ "$(store_role "$to")" = primary ]; then
  step "Region $to is active already"
  exit
fi
step "Switchover from $from to $to"
is_following "$to" "$from" || fail "the database in $to does not follow $from. Run rejoin.sh first"
stop_hosts "$from"
stop_store "$from"
checkpoint=$(last_checkpoint "$from")
# The old region becomes active again if the new one lacks something.
if ! (wait_for 60 "the database in $to to have everything of $from" has_replayed "$to" "$checkpoint"); then
  start_store "$from"
  start_hosts "$from"
  fail "nothing was changed; region $from is active"
fi
promote_store "$to"
promote_redis "$to"
empty_caches "$to"
start_hosts "$to"
wait_for "$PATIENCE" "the gateway of $to" is_ready "${GATEWAY[$to]}"
switch_traffic "$to"
step "Region $to is active after $((SECONDS - begun)) s"
follow_store "$from" "$to"
follow_redis "$from" "$to"
