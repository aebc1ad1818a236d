# shellcheck shell=bash
# Redis with a replica in the other region. A platform may replace run_redis.
# shellcheck source=samples/disaster-recovery/lib/common.sh
# shellcheck source=samples/disaster-recovery/regions.example.sh

run_redis() {
  local region=$1
  shift
  timeout 30 redis-cli -h "$(host_part "${REDIS[$region]}")" -p "$(port_part "${REDIS[$region]}")" "$@"
}

has_redis() { [ -n "${REDIS[$1]:-}" ]; }

# Prints master, slave or down, as Redis names them.
redis_role() {
  local role
  role=$(run_redis "$1" ROLE 2>/dev/null | head -n 1) || true
  case $role in
    master | slave) echo "$role" ;;
    *) echo down ;;
  esac
}

is_redis_in_step() { run_redis "$1" INFO replication | grep -q '^master_link_status:up'; }

# Hosts work without Redis, so a Redis that does not answer stops nothing.
promote_redis() {
  has_redis "$1" || return 0
  case $(redis_role "$1") in
    down)
      step "Redis in $1 does not answer. Hosts work without it; start it and run this script again"
      return
      ;;
    master) step "Redis in $1 is the master already" ;;
    *)
      run_redis "$1" REPLICAOF NO ONE >/dev/null
      step "Redis in $1 was promoted"
      ;;
  esac
}

# Redis may know more than the promoted database does. If it remembered an idempotency key whose notification was lost, it would
# answer the client's repetition with a notification that does not exist. Rates and the fences of leaders are kept. Only while no
# host uses the server. On a Redis Cluster, run it on each master.
empty_caches() {
  has_redis "$1" && [ "$(redis_role "$1")" = master ] || return 0
  local kind removed=0
  for kind in once user devices token; do
    removed=$((removed + $(run_redis "$1" EVAL "
      local cursor, removed = '0', 0
      repeat
        local page = redis.call('SCAN', cursor, 'MATCH', ARGV[1], 'COUNT', 1000)
        cursor = page[1]
        for _, key in ipairs(page[2]) do removed = removed + redis.call('UNLINK', key) end
      until cursor == '0'
      return removed" 0 "$REDIS_KEY_PREFIX:$kind:*")))
  done
  step "Redis in $1: removed $removed cached entries, which may be newer than the database"
}

#   follow_redis REPLICA MASTER
follow_redis() {
  has_redis "$1" || return 0
  start_redis "$1"
  run_redis "$1" REPLICAOF "$(host_part "${REDIS[$2]}")" "$(port_part "${REDIS[$2]}")" >/dev/null
  wait_for "$PATIENCE" "Redis in $1 to follow $2" is_redis_in_step "$1"
  step "Redis in $1 follows $2"
}
