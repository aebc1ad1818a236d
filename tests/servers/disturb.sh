#!/usr/bin/env bash
# Disturbs the MongoDB servers that start.sh started until it is ended: primaries step down and are killed, and chunks move. It
# prints a line for each disturbance.
#   tests/servers/disturb.sh mongodb | mongodb-sharded
set -uo pipefail

# A killed primary is replaced after 10 s (electionTimeoutMillis). The first member has the highest priority and takes over again
# when it has caught up, which is another election. The pause leaves time for both.
pause=25

shell() {
  local name=$1 port=$2
  shift 2
  docker exec "notify-$name" mongosh --quiet --port "$port" --eval "$*" || true
}

# The primary steps down in one round, and is killed and started again in the next.
elections() {
  local port round=0
  while sleep "$pause"; do
    round=$((round + 1))
    for port in 17017 17018 17019; do
      [ "$(shell "mongodb-$port" "$port" 'db.hello().isWritablePrimary' 2>/dev/null)" = true ] || continue
      if [ $((round % 2)) = 1 ]; then
        shell "mongodb-$port" "$port" \
          'db.adminCommand({ replSetStepDown: 10, secondaryCatchUpPeriodSecs: 5, force: true })' >/dev/null
        echo "Disturbed: the primary at $port stepped down."
      else
        # Starting a container that has not ended yet would have no effect, so wait for its end.
        docker kill --signal KILL "notify-mongodb-$port" >/dev/null
        docker wait "notify-mongodb-$port" >/dev/null
        docker start "notify-mongodb-$port" >/dev/null
        echo "Disturbed: the primary at $port was killed."
      fi
      break
    done
  done
}

# Moves chunks of the test databases between the two shards. The tests shard their databases themselves. A database lives for
# about a second, less than mongosh needs to start, so one program moves chunks for as long as it can.
# shellcheck disable=SC2016 # The program is JavaScript.
chunks() {
  while sleep 1; do
    shell mongodb-router 17117 '
      const config = db.getSiblingDB("config")
      for (;;) {
        try {
          const [collection] = config.collections
            .aggregate([{ $match: { _id: /^notify_/, unsplittable: { $ne: true } } }, { $sample: { size: 1 } }])
            .toArray()
          const [chunk] = collection
            ? config.chunks.aggregate([{ $match: { uuid: collection.uuid } }, { $sample: { size: 1 } }]).toArray()
            : []
          if (chunk) {
            const to = chunk.shard == "a" ? "b" : "a"
            db.adminCommand({ moveChunk: collection._id, bounds: [chunk.min, chunk.max], to })
            print(`Disturbed: a chunk of ${collection._id} moved to ${to}.`)
          }
        } catch (error) {
          // The test may have dropped the collection meanwhile, or another chunk of it is moving.
          print(`Not moved: ${error.codeName || error.message}`)
        }
        sleep(20)
      }'
  done
}

case ${1:-} in
  mongodb) elections ;;
  mongodb-sharded) chunks ;;
  *)
    echo "Unknown servers '${1:-}'. Known: mongodb mongodb-sharded" >&2
    exit 2
    ;;
esac
