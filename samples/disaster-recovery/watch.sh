#!/usr/bin/env bash
# Fails over by itself. Run it in the region that takes over.
#   watch.sh REGIONS TO [INTERVAL] [FAILURES]
# It checks every INTERVAL seconds (5). A region counts as lost after FAILURES checks in a row (6) in which all of these hold: its
# gateway is not ready, its database does not answer, and the replica has no connection to it either. The last check keeps a
# broken path between this machine and the region from being taken for a lost region.
set -euo pipefail
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
regions=${1:?Name the file of regions.} to=${2:?Name the region that takes over.} interval=${3:-5} failures=${4:-6}
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
from=$(other_region "$to")

is_lost() {
  ! is_ready "${GATEWAY[$from]}" &&
    [ "$(store_role "$from")" = down ] &&
    ! has_contact "$to" "$from"
}

step "Watching $from every $interval s; $to takes over after $failures failures in a row"
failed=0
while [ "$failed" -lt "$failures" ]; do
  sleep "$interval"
  if is_lost; then
    failed=$((failed + 1))
    step "Region $from does not answer ($failed of $failures)"
  else
    failed=0
  fi
done
exec "$folder/failover.sh" "$regions" "$to"
