#!/usr/bin/env bash
# Prints the state of both regions. Exits with 1 if a failover now could lose more than RPO_SECONDS.
#   status.sh REGIONS
set -euo pipefail
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
regions=${1:?Name the file of regions.}
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
active=$(active_region)
for region in "${REGIONS[@]}"; do
  gateway='not ready' redis=none state=standby
  ! is_ready "${GATEWAY[$region]}" || gateway=ready
  ! has_redis "$region" || redis=$(redis_role "$region")
  [ "$region" != "$active" ] || state=active
  step "$region ($state): database $(store_role "$region"), Redis $redis, gateway $gateway"
done
[ -n "$active" ] || fail "no region is active"
replica=$(other_region "$active")
is_following "$replica" "$active" ||
  fail "the database in $replica does not follow $active: a failover would lose everything since it stopped"
behind=$(seconds_behind "$replica" "$active")
step "The database in $replica is $behind s behind; at most $RPO_SECONDS s are allowed"
[ "$behind" -le "$RPO_SECONDS" ] || fail "the database in $replica is too far behind"
