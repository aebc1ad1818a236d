#!/usr/bin/env bash
# Disturbs the MongoDB servers that start.sh started, until it is ended: primaries step down and are killed, and chunks move.
#   tests/servers/disturb.sh mongodb | mongodb-sharded
set -uo pipefail

# Longer than an election, so that the set has a primary in between.
pause=25

shell() {
  local name=$1 port=$2
  shift 2
  docker exec "notify-$name" mongosh --quiet --port "$port" --eval "$*" || true
}

# Whichever member is the primary steps down, and the next time it is killed and started again.
elections() {
  local port round=0
  while sleep "$pause"; do
    round=$((round + 1))
    for port in 17017 17018 17019; do
      [ "$(shell "mongodb-$port" "$port" 'db.hello().isWritablePrimary' 2>/dev/null)" = true ] || continue
      if [ $((round % 2)) = 1 ]; then
        echo "The primary at $port steps down."
        shell "mongodb-$port" "$port" 'db.adminCommand({ replSetStepDown: 10, secondaryCatchUpPeriodSecs: 5, force: true })'
      else
        echo "The primary at $port is killed."
        docker kill --signal KILL "notify-mongodb-$port" >/dev/null
        docker start "notify-mongodb-$port" >/dev/null
      fi
      break
    done
  done
}

# Shards the collections of every test database, and moves chunks of each between the two shards.
# shellcheck disable=SC2016 # The program is JavaScript.
chunks() {
  while sleep 2; do
    shell mongodb-router 17117 '
      for (const { name } of db.adminCommand({ listDatabases: 1, filter: { name: /^notify_/ } }).databases) {
        const ns = `${name}.deliveries`
        try {
          db.getSiblingDB(name).deliveries.createIndex({ user: "hashed", tenant: 1 })
          sh.shardCollection(ns, { user: "hashed", tenant: 1 })
        } catch (error) { }
        try {
          const config = db.getSiblingDB("config")
          const { uuid } = config.collections.findOne({ _id: ns })
          const chunk = config.chunks.aggregate([{ $match: { uuid } }, { $sample: { size: 1 } }]).next()
          db.adminCommand({ moveChunk: ns, bounds: [chunk.min, chunk.max], to: chunk.shard == "a" ? "b" : "a" })
          print(`A chunk of ${ns} moved.`)
        } catch (error) { }
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
