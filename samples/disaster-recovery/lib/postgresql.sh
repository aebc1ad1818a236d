# shellcheck shell=bash
# PostgreSQL with a streaming replica in the other region. A platform may replace run_sql.
# shellcheck source=samples/disaster-recovery/lib/common.sh
# shellcheck source=samples/disaster-recovery/regions.example.sh

run_sql() {
  PGCONNECT_TIMEOUT=5 psql -X -A -t -q -v ON_ERROR_STOP=1 -U "$POSTGRESQL_USER" -d "$POSTGRESQL_DATABASE" \
    -h "$(host_part "${POSTGRESQL[$1]}")" -p "$(port_part "${POSTGRESQL[$1]}")" -c "$2"
}

# Prints primary, replica or down.
store_role() {
  case $(run_sql "$1" 'SELECT pg_is_in_recovery()' 2>/dev/null) in
    f) echo primary ;;
    t) echo replica ;;
    *) echo down ;;
  esac
}

# Tells whether a region's replica is connected to the primary of another.
#   is_following REPLICA PRIMARY
is_following() {
  [ "$(run_sql "$2" "SELECT count(*) FROM pg_stat_replication WHERE application_name = '$1' AND state = 'streaming'")" = 1 ]
}

# Tells whether a replica itself is connected to its primary.
#   has_contact REPLICA PRIMARY
has_contact() {
  [ "$(run_sql "$1" "SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'")" = 1 ]
}

# Prints the seconds that a replica is behind.
#   seconds_behind REPLICA PRIMARY
seconds_behind() {
  run_sql "$2" "SELECT COALESCE(extract(epoch FROM flush_lag), 0)::int FROM pg_stat_replication WHERE application_name = '$1'"
}

# Tells whether a replica has the position LSN.
has_replayed() {
  [ "$(run_sql "$1" "SELECT pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '$2') >= 0")" = t ]
}

# A replica has a copy of the primary's setting for synchronous commits. It must not wait for a replica that does not exist.
promote_store() {
  case $(store_role "$1") in
    primary)
      step "PostgreSQL in $1 is the primary already"
      return
      ;;
    down) fail "PostgreSQL in $1 does not answer, so it cannot be promoted" ;;
  esac
  step "PostgreSQL in $1: the last transaction that it received is of $(run_sql "$1" \
    "SELECT COALESCE(to_char(pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), 'unknown')") UTC"
  run_sql "$1" 'ALTER SYSTEM RESET synchronous_standby_names'
  run_sql "$1" 'SELECT pg_reload_conf()' >/dev/null
  [ "$(run_sql "$1" 'SELECT pg_promote(true, 60)')" = t ] || fail "PostgreSQL in $1 was not promoted within 60 s"
  step "PostgreSQL in $1 was promoted"
}

# Makes a region's server a replica of another region's primary, whatever state it is in.
#   follow_store REPLICA PRIMARY
follow_store() {
  [ "$(store_role "$2")" = primary ] || fail "PostgreSQL in $2 is not the primary"
  if [ "$(store_role "$1")" = replica ] && is_following "$1" "$2"; then
    step "PostgreSQL in $1 follows $2 already"
  else
    stop_store "$1"
    # pg_rewind recognizes the new timeline only after a checkpoint.
    run_sql "$2" CHECKPOINT
    copy_store "$1" "$2"
    start_store "$1"
    wait_for "$PATIENCE" "PostgreSQL in $1 to follow $2" is_following "$1" "$2"
    step "PostgreSQL in $1 follows $2"
  fi
  if [ "$REPLICATION" = synchronous ]; then
    run_sql "$2" "ALTER SYSTEM SET synchronous_standby_names = '\"$1\"'"
    run_sql "$2" 'SELECT pg_reload_conf()' >/dev/null
    step "PostgreSQL in $2 acknowledges a commit when $1 has it on disk"
  fi
}
