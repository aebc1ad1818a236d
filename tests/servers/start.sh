#!/usr/bin/env bash
# Starts real servers in Docker containers for the tests, and prints the variables that point the tests at them.
#   tests/servers/start.sh [postgresql] [redis] [kafka] [mongodb | mongodb-sharded]
# In a shell: export $(tests/servers/start.sh postgresql redis). In a workflow: ... >> "$GITHUB_ENV".
# tests/servers/stop.sh removes the containers.
set -euo pipefail

# Every server listens on 127.0.0.1 and uses the host's network, because the nodes of a cluster tell clients their own addresses.
run() {
  local name=$1
  shift
  docker run --detach --network host --label notify-test-server --name "notify-$name" "$@" >/dev/null
}

# Repeats a command until it succeeds, for at most two minutes.
eventually() {
  for _ in $(seq 60); do
    if "$@" >/dev/null 2>&1; then
      return
    fi
    sleep 2
  done
  echo "Gave up on: $*" >&2
  "$@" >&2
}

postgresql() {
  run postgresql --env POSTGRES_USER=notify --env POSTGRES_PASSWORD=notify postgres:17.6 \
    -c listen_addresses=127.0.0.1 -c port=15432 -c max_connections=300
  # The image restarts the server once after it has created the database; only the second one listens on TCP.
  eventually docker exec notify-postgresql pg_isready --host 127.0.0.1 --port 15432 --username notify
  echo "NOTIFY_TEST_POSTGRESQL=Host=127.0.0.1;Port=15432;Username=notify;Password=notify;Database=notify"
}

# Three masters with one replica each.
redis() {
  local port nodes=()
  for port in 17000 17001 17002 17003 17004 17005; do
    run "redis-$port" redis:7.4.5 redis-server --bind 127.0.0.1 --port "$port" --save '' \
      --cluster-enabled yes --cluster-node-timeout 5000
    nodes+=("127.0.0.1:$port")
  done
  for port in 17000 17001 17002 17003 17004 17005; do
    eventually docker exec notify-redis-17000 redis-cli -p "$port" ping
  done
  docker exec notify-redis-17000 redis-cli --cluster create "${nodes[@]}" --cluster-replicas 1 --cluster-yes >&2
  eventually docker exec notify-redis-17000 redis-cli --cluster check 127.0.0.1:17000
  echo "NOTIFY_TEST_REDIS=127.0.0.1:17000,127.0.0.1:17001,127.0.0.1:17002"
}

# Three brokers, each of them a controller too. They create no topic on demand.
kafka() {
  local id
  for id in 1 2 3; do
    run "kafka-$id" \
      --env KAFKA_NODE_ID=$id \
      --env KAFKA_PROCESS_ROLES=broker,controller \
      --env KAFKA_LISTENERS="PLAINTEXT://127.0.0.1:1909$id,CONTROLLER://127.0.0.1:1919$id" \
      --env KAFKA_ADVERTISED_LISTENERS="PLAINTEXT://127.0.0.1:1909$id" \
      --env KAFKA_LISTENER_SECURITY_PROTOCOL_MAP=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT \
      --env KAFKA_CONTROLLER_LISTENER_NAMES=CONTROLLER \
      --env KAFKA_CONTROLLER_QUORUM_VOTERS=1@127.0.0.1:19191,2@127.0.0.1:19192,3@127.0.0.1:19193 \
      --env KAFKA_AUTO_CREATE_TOPICS_ENABLE=false \
      --env KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR=3 \
      --env KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR=3 \
      --env KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS=0 \
      --env CLUSTER_ID=bm90aWZ5LXRlc3RzLTAwMQ \
      apache/kafka:4.0.0
  done
  for id in 1 2 3; do
    eventually docker exec notify-kafka-1 /opt/kafka/bin/kafka-broker-api-versions.sh --bootstrap-server "127.0.0.1:1909$id"
  done
  echo "NOTIFY_TEST_KAFKA=127.0.0.1:19091,127.0.0.1:19092,127.0.0.1:19093"
}

# MONGODB_VERSION chooses the image.
mongo=mongo:${MONGODB_VERSION:-8.0.13}

mongod() {
  local name=$1 port=$2
  shift 2
  run "$name" "$mongo" mongod --bind_ip 127.0.0.1 --port "$port" "$@"
  eventually docker exec "notify-$name" mongosh --quiet --port "$port" --eval 'db.hello().ok'
}

# Makes a replica set of the members that listen on the given ports, and waits for a primary. The first member has the
# highest priority, so the wait asks only that one.
initiate() {
  local name=$1 set=$2 port member=0 members=''
  shift 2
  for port in "$@"; do
    members+="{ _id: $member, host: '127.0.0.1:$port', priority: $((member == 0 ? 2 : 1)) },"
    member=$((member + 1))
  done
  docker exec "notify-$name" mongosh --quiet --port "$1" --eval "rs.initiate({ _id: '$set', members: [$members] })" >&2
  eventually docker exec "notify-$name" mongosh --quiet --port "$1" --eval 'if (!db.hello().isWritablePrimary) quit(1)'
}

mongodb() {
  local port
  for port in 17017 17018 17019; do
    mongod "mongodb-$port" "$port" --replSet notify
  done
  initiate mongodb-17017 notify 17017 17018 17019
  echo "NOTIFY_TEST_MONGODB=mongodb://127.0.0.1:17017,127.0.0.1:17018,127.0.0.1:17019/?replicaSet=notify"
}

# Two shards and their config servers, each a replica set of one, behind one router. By default a shard keeps the documents of a
# chunk that it gave away for 15 minutes, and cannot take the chunk back before. Tests move chunks, so it must not wait.
mongodb-sharded() {
  mongod mongodb-config 17120 --configsvr --replSet config
  initiate mongodb-config config 17120
  mongod mongodb-shard-a 17121 --shardsvr --replSet a --setParameter orphanCleanupDelaySecs=0
  initiate mongodb-shard-a a 17121
  mongod mongodb-shard-b 17122 --shardsvr --replSet b --setParameter orphanCleanupDelaySecs=0
  initiate mongodb-shard-b b 17122
  run mongodb-router "$mongo" mongos --configdb config/127.0.0.1:17120 --bind_ip 127.0.0.1 --port 17117
  eventually docker exec notify-mongodb-router mongosh --quiet --port 17117 --eval 'db.hello().ok'
  docker exec notify-mongodb-router mongosh --quiet --port 17117 \
    --eval "sh.addShard('a/127.0.0.1:17121'); sh.addShard('b/127.0.0.1:17122')" >&2
  echo "NOTIFY_TEST_MONGODB=mongodb://127.0.0.1:17117/"
}

for server in "$@"; do
  case $server in
    postgresql | redis | kafka | mongodb | mongodb-sharded) "$server" ;;
    *)
      echo "Unknown server '$server'. Known: postgresql redis kafka mongodb mongodb-sharded" >&2
      exit 2
      ;;
  esac
done
