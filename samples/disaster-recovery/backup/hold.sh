#!/usr/bin/env bash
# Holds what a restored PostgreSQL database would send at once, because it may have been sent after the backup. Each delivery that
# is due, was in flight, or waits for an earlier step of its fallback becomes a dead letter with the reason "held after a
# restore". Find and replay them by this reason. What is scheduled for later stays. No host may run; the script may be repeated.
#   hold.sh
set -euo pipefail
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=samples/disaster-recovery/backup/settings.example.sh
source "${NOTIFY_BACKUP_SETTINGS:-$folder/settings.example.sh}"
# shellcheck source=samples/disaster-recovery/lib/common.sh
source "$folder/../lib/common.sh"
# shellcheck source=samples/disaster-recovery/backup/lib.sh
source "$folder/lib.sh"

# State 2 is a dead letter. A higher fence ends the lease that a process had when the backup was made.
held=$(
  sql -v schema="$POSTGRESQL_SCHEMA" -f - <<'SQL'
WITH held AS (
  UPDATE :"schema".delivery
  SET state = 2, due_at = NULL, owner = NULL, fence = fence + 1, reason = 'held after a restore', ended_at = now()
  WHERE due_at IS NOT NULL AND (due_at <= now() OR owner IS NOT NULL OR fallback_chain IS NOT NULL)
  RETURNING 1)
SELECT count(*) FROM held;
SQL
)
step "Held $held deliveries"
others=$(
  sql -v schema="$POSTGRESQL_SCHEMA" -f - <<'SQL'
SELECT (SELECT count(*) FROM :"schema".expansion WHERE due_at <= now()) || ' notifications to topics and '
  || (SELECT count(*) FROM :"schema".digest WHERE due_at <= now()) || ' digests';
SQL
)
step "Not held: $others, which continue when a host starts"
