# shellcheck shell=bash disable=SC2034 # The scripts read these variables.
# The two regions. Copy this file, replace the values, and pass it to the scripts. It contains no secret: passwords are read from
# ~/.pgpass, REDISCLI_AUTH and NOTIFY_KEY.

# How the scripts reach and start things: processes (run by the drill) or kubernetes (not run anywhere yet).
PLATFORM=processes
# postgresql (run by the drill) or mongodb (not run anywhere yet).
STORE=postgresql
REGIONS=(a b)

# asynchronous: triggers do not wait for the other region. What it had not received is lost with the active region.
# synchronous: every acknowledged trigger is in both regions. Each commit pays the round trip, and waits while the other region
# cannot be reached.
REPLICATION=asynchronous

# The most that may be lost, in seconds. status.sh fails while the replica is further behind.
RPO_SECONDS=300

# host:port of each region's servers. Leave REDIS empty without Redis.
declare -A POSTGRESQL=([a]=10.1.0.5:5432 [b]=10.2.0.5:5432)
declare -A REDIS=([a]=10.1.0.6:6379 [b]=10.2.0.6:6379)
declare -A GATEWAY=([a]=https://notify-a.example.org [b]=https://notify-b.example.org)

# The user needs the rights of a superuser (pg_promote, ALTER SYSTEM, pg_rewind).
POSTGRESQL_USER=notify
POSTGRESQL_DATABASE=notify
REDIS_KEY_PREFIX=notify

# Seconds to wait for a server, a host or a replica.
PATIENCE=300

# Only for PLATFORM=processes: a folder for each region below DATA, and the command of the reference host. The settings of each
# host process are in DATA/REGION/hosts/NAME.env, one NAME=VALUE a line.
DATA=/var/lib/notify
HOST_COMMAND=(dotnet /opt/notify/Notify.Host.dll)
# Options of initdb, pg_basebackup and pg_rewind; (--no-sync) makes a drill on one machine faster.
POSTGRESQL_FILE_OPTIONS=()

# Only for STORE=mongodb: the members of one replica set that are in each region. MONGODB_OPTIONS are arguments of mongosh.
declare -A MONGODB=([a]="10.1.0.5:27017 10.1.0.6:27017" [b]="10.2.0.5:27017 10.2.0.6:27017")
MONGODB_OPTIONS=(--quiet)

# Only for PLATFORM=kubernetes. SWITCH_COMMAND is called with the region that becomes active; leave it empty if a global load
# balancer follows the readiness of the gateways.
declare -A KUBE_CONTEXT=([a]=notify-a [b]=notify-b)
declare -A POSTGRESQL_CLUSTER=([a]=notify-a [b]=notify-b)
declare -A POSTGRESQL_MANIFEST=([a]=postgresql-a.yaml [b]=postgresql-b.yaml)
NAMESPACE=notify
RELEASE=notify
REPLICAS=3
REDIS_POD=notify-redis-0
SWITCH_COMMAND=()
