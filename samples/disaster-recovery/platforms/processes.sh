# shellcheck shell=bash
# Regions as processes of this machine, one folder each. The drill runs this platform. For machines with systemd, replace the
# bodies of these functions with ssh and systemctl; the scripts need nothing else.
# shellcheck source=samples/disaster-recovery/lib/common.sh
# shellcheck source=samples/disaster-recovery/regions.example.sh

# PostgreSQL refuses to run as root.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then
    (cd / && exec setpriv --reuid=postgres --regid=postgres --clear-groups "$@")
  else
    "$@"
  fi
}

# Runs a program in the background until the machine stops it. Its process id is in run/NAME.pid.
#   start_process REGION NAME COMMAND...
start_process() {
  local folder=$DATA/$1 name=$2
  shift 2
  mkdir -p "$folder/run" "$folder/log"
  setsid "$@" </dev/null >>"$folder/log/$name.log" 2>&1 9<&- &
  echo $! >"$folder/run/$name.pid"
}

# A process that has ended stays in the list (Z) until its parent has noticed.
#   is_running REGION NAME
is_running() {
  local state
  [ -f "$DATA/$1/run/$2.pid" ] && read -r _ _ state _ 2>/dev/null <"/proc/$(cat "$DATA/$1/run/$2.pid")/stat" && [ "$state" != Z ]
}

#   end_process REGION NAME SIGNAL
end_process() {
  if is_running "$1" "$2"; then
    kill "-$3" "$(cat "$DATA/$1/run/$2.pid")" 2>/dev/null || true
    wait_for "$PATIENCE" "$2 in $1 to end" has_ended "$1" "$2"
  fi
  rm -f "$DATA/$1/run/$2.pid"
}

has_ended() { ! is_running "$@"; }

# Prints the names of the region's hosts.
list_hosts() {
  local file
  for file in "$DATA/$1/hosts"/*.env; do
    basename "$file" .env
  done
}

#   read_setting REGION HOST NAME
read_setting() { sed -n "s/^$3=//p" "$DATA/$1/hosts/$2.env"; }

start_hosts() {
  local host settings
  for host in $(list_hosts "$1"); do
    if is_running "$1" "$host"; then
      step "Host $host in $1 runs already"
      continue
    fi
    mapfile -t settings <"$DATA/$1/hosts/$host.env"
    start_process "$1" "$host" env "${settings[@]}" "${HOST_COMMAND[@]}"
  done
  for host in $(list_hosts "$1"); do
    wait_for "$PATIENCE" "host $host in $1 to be ready (see $DATA/$1/log/$host.log)" \
      is_ready "$(read_setting "$1" "$host" Kestrel__Endpoints__http__Url)"
  done
  step "All hosts in $1 are ready"
}

# SIGTERM: a host finishes what it is sending.
stop_hosts() {
  local host
  for host in $(list_hosts "$1"); do
    end_process "$1" "$host" TERM
  done
  step "No host runs in $1"
}

start_store() {
  local folder=$DATA/$1/postgresql
  as_postgres pg_ctl -D "$folder" status >/dev/null && return
  mkdir -p "$DATA/$1/log"
  touch "$DATA/$1/log/postgresql.log"
  [ "$(id -u)" != 0 ] || chown postgres "$DATA/$1/log/postgresql.log"
  # Address and port are arguments, because pg_rewind copies the other region's configuration files.
  as_postgres pg_ctl -D "$folder" -l "$DATA/$1/log/postgresql.log" -w -t "$PATIENCE" start >/dev/null 9<&- \
    -o "-h $(host_part "${POSTGRESQL[$1]}") -p $(port_part "${POSTGRESQL[$1]}") -c unix_socket_directories=" ||
    fail "PostgreSQL in $1 did not start (see $DATA/$1/log/postgresql.log)"
  step "PostgreSQL in $1 runs"
}

# A fast shutdown: a primary sends everything to its replica before it ends.
stop_store() {
  local folder=$DATA/$1/postgresql
  as_postgres pg_ctl -D "$folder" status >/dev/null 2>&1 || return 0
  as_postgres pg_ctl -D "$folder" -m fast -w -t "$PATIENCE" stop >/dev/null
  step "PostgreSQL in $1 was stopped"
}

# Creates an empty database server. wal_log_hints is what pg_rewind needs; wal_keep_size is how long a replica may be away before
# it needs a new base backup.
create_store() {
  local folder=$DATA/$1/postgresql
  [ ! -f "$folder/PG_VERSION" ] || return 0
  own_folder "$folder"
  as_postgres initdb -D "$folder" -U "$POSTGRESQL_USER" -A trust -E UTF8 --locale=C.UTF-8 \
    "${POSTGRESQL_FILE_OPTIONS[@]}" >/dev/null
  printf '%s\n' "wal_log_hints = on" "wal_keep_size = 1GB" "max_connections = 200" |
    as_postgres tee -a "$folder/postgresql.conf" >/dev/null
  start_store "$1"
  [ "$POSTGRESQL_DATABASE" = postgres ] ||
    as_postgres createdb -h "$(host_part "${POSTGRESQL[$1]}")" -p "$(port_part "${POSTGRESQL[$1]}")" -U "$POSTGRESQL_USER" \
      "$POSTGRESQL_DATABASE"
  step "PostgreSQL in $1 was created"
}

own_folder() {
  mkdir -p "$1"
  chmod 700 "$1"
  [ "$(id -u)" != 0 ] || chown postgres "$1"
}

# Makes a stopped server's files those of a replica: rewinds what only it has, or copies everything if that is not possible.
#   copy_store REPLICA PRIMARY
copy_store() {
  local folder=$DATA/$1/postgresql source
  source="host=$(host_part "${POSTGRESQL[$2]}") port=$(port_part "${POSTGRESQL[$2]}") user=$POSTGRESQL_USER application_name=$1"
  if [ -f "$folder/PG_VERSION" ]; then
    if as_postgres pg_rewind --target-pgdata="$folder" --source-server="$source dbname=$POSTGRESQL_DATABASE" \
      --write-recovery-conf "${POSTGRESQL_FILE_OPTIONS[@]}" >>"$DATA/$1/log/postgresql.log" 2>&1; then
      step "PostgreSQL in $1 was rewound to where it parted from $2"
      return
    fi
    # The old files may be the only ones with what was lost in the failover, so they are kept.
    mv "$folder" "$folder.$(date -u +%Y%m%d-%H%M%S)"
    step "PostgreSQL in $1 cannot be rewound, so it is copied; the old files were moved to $folder.*"
  fi
  own_folder "$folder"
  as_postgres pg_basebackup -d "$source" -D "$folder" -R -X stream -c fast "${POSTGRESQL_FILE_OPTIONS[@]}"
  step "PostgreSQL in $1 was copied from $2"
}

# Prints the position of the last checkpoint of a stopped server.
last_checkpoint() {
  as_postgres pg_controldata -D "$DATA/$1/postgresql" | sed -n 's/^Latest checkpoint location: *//p'
}

start_redis() {
  is_running "$1" redis && return
  mkdir -p "$DATA/$1/redis"
  start_process "$1" redis redis-server --bind "$(host_part "${REDIS[$1]}")" --port "$(port_part "${REDIS[$1]}")" \
    --dir "$DATA/$1/redis" --save 60 1 --repl-diskless-sync-delay 0
  wait_for "$PATIENCE" "Redis in $1 to answer" run_redis "$1" PING
  step "Redis in $1 runs"
}

# Makes sure that a region cannot write any more, even if it comes back. Here everything in it is ended.
fence() {
  local host
  for host in $(list_hosts "$1"); do
    end_process "$1" "$host" KILL
  done
  stop_store "$1"
  step "Region $1 is fenced: its hosts and its database are stopped"
}

# Stands for the DNS record, the global load balancer or the anycast route that clients follow.
switch_traffic() {
  printf '%s\n' "$1" >"$DATA/active.new"
  mv "$DATA/active.new" "$DATA/active"
}

active_region() { cat "$DATA/active" 2>/dev/null || true; }
