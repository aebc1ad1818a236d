# shellcheck shell=bash disable=SC2034 # The scripts read these variables.
# The settings of backup.sh, verify.sh and restore.sh. Values from the environment win, so a CronJob needs no other file.
# Passwords are read from PGPASSWORD or ~/.pgpass, and REDISCLI_AUTH.

# Where encrypted backups are written: a folder outside the region, such as a mounted bucket.
BACKUP_FOLDER=${BACKUP_FOLDER:-/var/backups/notify}
# How many backups of each kind are kept.
BACKUP_KEEP=${BACKUP_KEEP:-14}
# The public keys of those who may read backups, one a line (age-keygen). The machine that makes backups cannot read them.
BACKUP_RECIPIENTS=${BACKUP_RECIPIENTS:-/etc/notify/backup-recipients.txt}
# The private key, only where backups are verified or restored.
BACKUP_IDENTITY=${BACKUP_IDENTITY:-/etc/notify/backup-identity.txt}

# PostgreSQL is found by its own variables.
export PGHOST=${PGHOST:-127.0.0.1} PGPORT=${PGPORT:-5432} PGUSER=${PGUSER:-notify} PGDATABASE=${PGDATABASE:-notify}
# The schema of the option PostgreSqlStoreOptions.Schema.
POSTGRESQL_SCHEMA=${POSTGRESQL_SCHEMA:-notify}

REDIS_HOST=${REDIS_HOST:-127.0.0.1}
REDIS_PORT=${REDIS_PORT:-6379}
REDIS_KEY_PREFIX=${REDIS_KEY_PREFIX:-notify}

MONGODB_URI=${MONGODB_URI:-mongodb://127.0.0.1:27017/notify}
