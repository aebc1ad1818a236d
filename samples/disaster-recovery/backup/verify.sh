#!/usr/bin/env bash
# Restores the newest backup of PostgreSQL into a scratch server that it creates and removes, and compares every table with the
# digest that was taken in the snapshot of the backup. Checks the newest backup of Redis for damage.
#   verify.sh [postgresql | redis]
set -euo pipefail
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=samples/disaster-recovery/backup/settings.example.sh
source "${NOTIFY_BACKUP_SETTINGS:-$folder/settings.example.sh}"
# shellcheck source=samples/disaster-recovery/lib/common.sh
source "$folder/../lib/common.sh"
# shellcheck source=samples/disaster-recovery/backup/lib.sh
source "$folder/lib.sh"

kind=${1:-postgresql}
file=$(newest_backup "$kind")
[ -f "$file" ] || fail "there is no backup of $kind in $BACKUP_FOLDER"
scratch=$(mktemp -d)
chmod 711 "$scratch"

as_server() {
  if [ "$(id -u)" = 0 ]; then
    (cd / && exec setpriv --reuid=postgres --regid=postgres --clear-groups "$@")
  else
    "$@"
  fi
}

clean_up() {
  [ ! -f "$scratch/data/PG_VERSION" ] || as_server pg_ctl -D "$scratch/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$scratch"
}
trap clean_up EXIT

# The server listens only on a socket in its own folder.
verify_postgresql() {
  mkdir -m 700 "$scratch/data"
  [ "$(id -u)" != 0 ] || chown postgres "$scratch/data"
  as_server initdb -D "$scratch/data" -U scratch -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
  as_server pg_ctl -D "$scratch/data" -l "$scratch/data/log" -w start \
    -o "-p 5432 -c listen_addresses= -c unix_socket_directories=$scratch/data -c fsync=off" >/dev/null
  export PGHOST=$scratch/data PGPORT=5432 PGUSER=scratch PGDATABASE=postgres
  "$folder/restore.sh" postgresql "$file"
  digest_tables | sql -f - >"$scratch/restored"
  # The digest is encrypted with the backup, so nobody can change both.
  decrypt "${file%.*.age}.tables" >"$scratch/expected"
  diff "$scratch/expected" "$scratch/restored" >&2 || fail "the restored tables differ from those that were backed up"
  local rows
  rows=$(awk -F'|' '{ rows += $2 } END { print rows }' "$scratch/restored")
  step "Verified $file: $(wc -l <"$scratch/restored") tables with $rows rows"
}

verify_redis() {
  decrypt "$file" >"$scratch/dump.rdb"
  redis-check-rdb "$scratch/dump.rdb" >/dev/null || fail "$file is damaged"
  step "Verified $file"
}

case $kind in
  postgresql | redis) "verify_$kind" ;;
  *) fail "'$kind' cannot be verified. Use postgresql or redis" ;;
esac
