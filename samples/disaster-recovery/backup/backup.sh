#!/usr/bin/env bash
# Writes an encrypted backup and deletes old ones.
#   backup.sh postgresql | redis | mongodb
set -euo pipefail
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=samples/disaster-recovery/backup/settings.example.sh
source "${NOTIFY_BACKUP_SETTINGS:-$folder/settings.example.sh}"
# shellcheck source=samples/disaster-recovery/lib/common.sh
source "$folder/../lib/common.sh"
# shellcheck source=samples/disaster-recovery/backup/lib.sh
source "$folder/lib.sh"

kind=${1:?Name what to back up: postgresql, redis or mongodb.}
file=$BACKUP_FOLDER/$kind-$(date -u +%Y%m%dT%H%M%SZ)
umask 077
mkdir -p "$BACKUP_FOLDER"
trap 'rm -f "$file".*.part' EXIT

# Reads standard input. A backup that breaks off keeps the name .part and is deleted.
encrypt() { age --encrypt --recipients-file "$BACKUP_RECIPIENTS" --output "$file.$1.age.part"; }

# The digest of every table is taken in the same snapshot as the dump, so a restored database must have exactly the same.
backup_postgresql() {
  local snapshot
  coproc SNAPSHOT { sql -f -; }
  printf '%s\n' 'BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;' 'SELECT pg_export_snapshot();' >&"${SNAPSHOT[1]}"
  read -r snapshot <&"${SNAPSHOT[0]}" || fail "PostgreSQL does not answer"
  pg_dump --format custom --no-owner --no-privileges --snapshot "$snapshot" | encrypt dump
  { echo "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET TRANSACTION SNAPSHOT '$snapshot';"; digest_tables; } |
    sql -f - | encrypt tables
  echo COMMIT >&"${SNAPSHOT[1]}"
  mv "$file.tables.age.part" "$file.tables"
}

backup_redis() {
  redis-cli -h "$REDIS_HOST" -p "$REDIS_PORT" --rdb "$file.rdb.part" >/dev/null
  encrypt rdb <"$file.rdb.part"
}

# Not run: there was no MongoDB server where this was written.
backup_mongodb() { mongodump --uri "$MONGODB_URI" --archive --oplog --quiet | encrypt archive; }

case $kind in
  postgresql | redis | mongodb) "backup_$kind" ;;
  *) fail "'$kind' is unknown. Use postgresql, redis or mongodb" ;;
esac
for part in "$file".*.age.part; do
  mv "$part" "${part%.part}"
  step "Wrote ${part%.part} ($(stat -c %s "${part%.part}") bytes)"
done

find "$BACKUP_FOLDER" -maxdepth 1 -name "$kind-*.age" | sort | head -n "-$BACKUP_KEEP" | while read -r old; do
  rm -f "$old" "${old%.*.age}.tables"
  step "Deleted $old"
done
