# shellcheck shell=bash
# What the backup scripts share.
# shellcheck source=samples/disaster-recovery/backup/settings.example.sh

# Every value has the same text on every server.
export PGOPTIONS='-c TimeZone=UTC -c DateStyle=ISO -c bytea_output=hex -c extra_float_digits=1' PGCONNECT_TIMEOUT=10

sql() { psql -X -A -t -q -v ON_ERROR_STOP=1 "$@"; }

decrypt() { age --decrypt --identity "$BACKUP_IDENTITY" "$1"; }

# Prints the newest backup of a kind.
newest_backup() {
  find "$BACKUP_FOLDER" -maxdepth 1 -name "$1-*.age" | sort | tail -n 1
}

# SQL that prints each table with the number of its rows and a sum over them, which does not depend on their order. Partitions are
# counted with their parent.
digest_tables() {
  cat <<'SQL'
SELECT format(
  'SELECT %L, count(*), COALESCE(sum(hashtextextended(t::text, 0)), 0) FROM %I.%I t;', n.nspname || '.' || c.relname,
  n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY 1
\gexec
SQL
}
