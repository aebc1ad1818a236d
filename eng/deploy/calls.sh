# shellcheck shell=bash
# Functions for scripts that call an installation. They read the address in $address, the key in NOTIFY_KEY, and in TIMEOUT how
# many seconds a step may take. The key must be of the kind "test" with the scopes "send" and "read", so that nothing is sent.

: "${NOTIFY_KEY:?set NOTIFY_KEY to a key of the kind test with the scopes send and read}"
timeout=${TIMEOUT:-60}

# Prints the answer of one call; fails if it is not a success. The key is passed in a file, because other users see arguments.
call() {
  local path=$1
  shift
  curl --silent --show-error --fail-with-body --max-time 30 --header @<(echo "Authorization: Bearer $NOTIFY_KEY") \
    "$@" "${address:?}$path"
}

# Repeats a command until it succeeds; ends the script if it does not in time.
wait_for() {
  local what=$1 end=$((SECONDS + timeout))
  shift
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= end)); then
      echo "FAILED: $what, after $timeout seconds." >&2
      exit 1
    fi
    sleep 1
  done
  echo "ok: $what"
}

# Triggers a notification to an address and prints the URL of its timeline.
trigger() {
  local recipient=$1 key=$2
  call /v1/notifications --header "Idempotency-Key: $key" --header 'Content-Type: application/json' \
    --data "{\"to\":{\"email\":\"$recipient\"},\"content\":{\"title\":\"Test\",\"body\":\"Test\"}}" |
    sed -n 's/.*"statusUrl":"\([^"]*\)".*/\1/p'
}

# Succeeds if the only delivery of a notification is in a state: sent, deadLetter, cancelled.
is_in_state() {
  call "$1" | grep --quiet "\"$2\":1[,}]"
}
