#!/usr/bin/env bash
# Restores a backup. No host may run.
#   restore.sh postgresql [FILE] [--hold] into PGDATABASE, which must be empty; --hold calls hold.sh afterwards
#   restore.sh redis FILE TARGET          into the file dump.rdb of a server that is stopped
#   restore.sh mongodb [FILE]             into MONGODB_URI, which must be empty
# Without FILE, it uses the newest backup.
set -euo pipefail
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=samples/disaster-recovery/backup/settings.example.sh
source "${NOTIFY_BACKUP_SETTINGS:-$folder/settings.example.sh}"
# shellcheck source=samples/disaster-recovery/lib/common.sh
source "$folder/../lib/common.sh"
# shellcheck source=samples/disaster-recovery/backup/lib.sh
source "$folder/lib.sh"

kind=${1:?Name what to restore: postgresql, redis or mongodb.} hold=
if [ "${!#}" = --hold ]; then
  [ "$kind" = postgresql ] || fail "--hold is only for postgresql"
  hold=yes
  set -- "${@:1:$#-1}"
fi
file=${2:-$(newest_backup "$kind")}
[ -f "$file" ] || fail "there is no backup of $kind in $BACKUP_FOLDER"

case $kind in
  postgresql)
    [ "$(sql -c "SELECT count(*) FROM pg_tables WHERE schemaname !~ '^pg_' AND schemaname <> 'information_schema'")" = 0 ] ||
      fail "the database $PGDATABASE at $PGHOST:$PGPORT is not empty"
    # One transaction: after a failure, the database is empty again.
    decrypt "$file" | pg_restore --single-transaction --exit-on-error --no-owner --no-privileges --dbname "$PGDATABASE"
    ;;
  redis) decrypt "$file" >"${3:?Name the file dump.rdb.}" ;;
  # Not run: there was no MongoDB server where this was written.
  mongodb) decrypt "$file" | mongorestore --uri "$MONGODB_URI" --archive --oplogReplay --stopOnError --quiet ;;
  *) fail "'$kind' is unknown. Use postgresql, redis or mongodb" ;;
esac
step "Restored $file"
[ -z "$hold" ] || "$folder/hold.sh"
