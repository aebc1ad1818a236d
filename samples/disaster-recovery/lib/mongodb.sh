# shellcheck shell=bash
# MongoDB as one replica set with members in both regions. Not run: there was no MongoDB server where this was written.
# shellcheck source=samples/disaster-recovery/lib/common.sh
# shellcheck source=samples/disaster-recovery/regions.example.sh

#   run_mongo MEMBER PROGRAM
run_mongo() {
  timeout 60 mongosh "mongodb://$1/?directConnection=true&serverSelectionTimeoutMS=5000" "${MONGODB_OPTIONS[@]}" --eval "$2"
}

# Prints a region's members as a list in JavaScript.
list_members() {
  local member
  printf '['
  for member in ${MONGODB[$1]}; do
    printf "'%s'," "$member"
  done
  printf ']'
}

# Prints the first member of a region that is in one of the states, or fails.
#   find_member REGION STATE...
find_member() {
  local region=$1 member state
  shift
  for member in ${MONGODB[$region]}; do
    state=$(run_mongo "$member" 'print(rs.status().myState)' 2>/dev/null) || continue
    [[ " $* " != *" $state "* ]] || {
      echo "$member"
      return
    }
  done
  return 1
}

# 1 is PRIMARY and 2 is SECONDARY.
store_role() {
  if find_member "$1" 1 >/dev/null; then
    echo primary
  elif find_member "$1" 2 >/dev/null; then
    echo replica
  else
    echo down
  fi
}

#   is_following REPLICA PRIMARY
is_following() {
  run_mongo "$(find_member "$2" 1)" "
    const ours = $(list_members "$1")
    quit(rs.status().members.filter(m => ours.includes(m.name)).every(m => m.state == 2) ? 0 : 1)"
}

#   has_contact REPLICA PRIMARY
has_contact() {
  run_mongo "$(find_member "$1" 1 2)" "
    const theirs = $(list_members "$2")
    quit(rs.status().members.some(m => theirs.includes(m.name) && m.health == 1) ? 0 : 1)"
}

#   seconds_behind REPLICA PRIMARY
seconds_behind() {
  run_mongo "$(find_member "$2" 1)" "
    const { members } = rs.status(), ours = $(list_members "$1"), primary = members.find(m => m.state == 1)
    print(Math.round(Math.min(...members.filter(m => ours.includes(m.name)).map(m => primary.optimeDate - m.optimeDate)) / 1000))"
}

# After a loss, the remaining members have no majority, so they form the replica set alone. In a switchover they get the highest
# priority and are elected.
promote_store() {
  if [ "$(store_role "$1")" = primary ]; then
    step "MongoDB in $1 has the primary already"
    return
  fi
  local member other
  other=$(other_region "$1")
  member=$(find_member "$1" 2) || fail "MongoDB in $1 does not answer"
  if find_member "$other" 1 >/dev/null; then
    run_mongo "$(find_member "$other" 1)" "
      const config = rs.conf(), ours = $(list_members "$1")
      for (const m of config.members) m.priority = ours.includes(m.host) ? 2 : 1
      rs.reconfig(config)"
  else
    run_mongo "$member" "
      const config = rs.conf(), ours = $(list_members "$1")
      config.members = config.members.filter(m => ours.includes(m.host)).map(m => ({ ...m, votes: 1, priority: 1 }))
      rs.reconfig(config, { force: true })"
  fi
  wait_for 60 "a primary in $1" find_member "$1" 1
  step "MongoDB in $1 has the primary"
}

# Adds the members of a region again. A member that has writes which the others lack rolls them back, and keeps them in the folder
# rollback of its data.
#   follow_store REPLICA PRIMARY
follow_store() {
  local member
  for member in ${MONGODB[$1]}; do
    run_mongo "$(find_member "$2" 1)" "
      if (!rs.conf().members.some(m => m.host == '$member')) rs.add({ host: '$member', priority: 1, votes: 1 })"
  done
  wait_for "$PATIENCE" "MongoDB in $1 to follow $2" is_following "$1" "$2"
  step "MongoDB in $1 follows $2"
}

# A switchover stops no member: the election moves the primary, and every member has what was acknowledged.
stop_store() { :; }
start_store() { :; }
last_checkpoint() { :; }
has_replayed() { is_following "$1" "$(other_region "$1")"; }
