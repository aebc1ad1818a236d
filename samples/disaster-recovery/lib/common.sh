# shellcheck shell=bash
# What the scripts share. A script sources it first, and then the file of regions.

# Prints a step with its time.
step() {
  printf '%s  %s\n' "$(date -u +%H:%M:%S)" "$*"
}

fail() {
  printf '%s  failed: %s\n' "$(date -u +%H:%M:%S)" "$*" >&2
  exit 1
}

# Repeats a command until it succeeds.
#   wait_for SECONDS WHAT COMMAND...
wait_for() {
  local patience=$1 what=$2 until
  shift 2
  until=$((SECONDS + patience))
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $until ] || fail "waited $patience s for $what"
    sleep 0.2
  done
}

# Splits host:port.
host_part() { printf '%s' "${1%:*}"; }
port_part() { printf '%s' "${1##*:}"; }

# Prints the other region.
other_region() {
  local region
  for region in "${REGIONS[@]}"; do
    [ "$region" = "$1" ] || printf '%s' "$region"
  done
}

require_region() {
  [[ " ${REGIONS[*]} " == *" $1 "* ]] || fail "'$1' is not a region. The regions are: ${REGIONS[*]}"
}

# Only one script may change the regions at a time. Whoever starts a process that outlives the script closes descriptor 9 for it.
lock_regions() {
  exec 9<"$1"
  flock -n 9 || fail "another script is changing these regions"
}

# Asks a host whether it is ready. The key is passed on standard input, so that it appears in no list of processes.
is_ready() {
  local header=''
  [ -z "${NOTIFY_KEY:-}" ] || header="Authorization: Bearer $NOTIFY_KEY"
  printf '%s' "$header" | curl --silent --fail --max-time 5 --header @- --output /dev/null "$1/health/ready"
}

# PostgreSQL's programs are not on the path of Debian.
newest=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1 || true)
PATH=$PATH${newest:+:$newest}
