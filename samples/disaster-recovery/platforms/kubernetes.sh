# shellcheck shell=bash
# One Kubernetes cluster for each region, with the chart of the reference host, and PostgreSQL by the operator CloudNativePG as
# two clusters of which one follows the other. Not run: there was no Kubernetes cluster where this was written.
# shellcheck source=samples/disaster-recovery/lib/common.sh
# shellcheck source=samples/disaster-recovery/regions.example.sh

#   kube REGION ARGUMENTS...
kube() {
  local region=$1
  shift
  kubectl --context "${KUBE_CONTEXT[$region]}" --namespace "$NAMESPACE" --request-timeout 30s "$@"
}

run_sql() {
  local pod
  pod=$(kube "$1" get pod -o name -l "cnpg.io/cluster=${POSTGRESQL_CLUSTER[$1]},cnpg.io/instanceRole=primary")
  kube "$1" exec -i "$pod" -c postgres -- psql -X -A -t -q -v ON_ERROR_STOP=1 -d "$POSTGRESQL_DATABASE" -c "$2"
}

run_redis() {
  local region=$1
  shift
  kube "$region" exec -i "$REDIS_POD" -- redis-cli "$@"
}

# A deployment with no replicas is not scaled by its HorizontalPodAutoscaler, which continues once it has some.
start_hosts() {
  kube "$1" scale deployment -l "app.kubernetes.io/instance=$RELEASE" --replicas "$REPLICAS"
  kube "$1" rollout status deployment -l "app.kubernetes.io/instance=$RELEASE" --timeout "${PATIENCE}s" --request-timeout 0
  step "All hosts in $1 are ready"
}

stop_hosts() {
  kube "$1" scale deployment -l "app.kubernetes.io/instance=$RELEASE" --replicas 0
  kube "$1" wait pod -l "app.kubernetes.io/instance=$RELEASE" --for delete --timeout "${PATIENCE}s" --request-timeout 0
  step "No host runs in $1"
}

#   patch_postgresql REGION SPEC
patch_postgresql() {
  kube "$1" patch "cluster.postgresql.cnpg.io/${POSTGRESQL_CLUSTER[$1]}" --type merge --patch "{\"spec\":$2}"
}

# Tells every cluster which one is the primary. The one that gives up the role prints a token, with which the other is promoted
# without losing anything. Without a token it is promoted as it is.
demotion_token=''

stop_store() {
  local other
  other=$(other_region "$1")
  [ "$(store_role "$1")" = primary ] || return 0
  patch_postgresql "$1" "{\"replica\":{\"primary\":\"${POSTGRESQL_CLUSTER[$other]}\"}}"
  wait_for "$PATIENCE" "PostgreSQL in $1 to give up its role" has_demotion_token "$1"
  demotion_token=$(read_demotion_token "$1")
  step "PostgreSQL in $1 gave up its role"
}

read_demotion_token() {
  kube "$1" get "cluster.postgresql.cnpg.io/${POSTGRESQL_CLUSTER[$1]}" -o jsonpath='{.status.demotionToken}'
}

has_demotion_token() { [ -n "$(read_demotion_token "$1")" ]; }

start_store() {
  patch_postgresql "$1" "{\"replica\":{\"primary\":\"${POSTGRESQL_CLUSTER[$1]}\"}}"
}

# The operator compares the token with what the replica has.
last_checkpoint() { :; }
has_replayed() { :; }

promote_store() {
  if [ "$(store_role "$1")" = primary ]; then
    step "PostgreSQL in $1 is the primary already"
    return
  fi
  local token=''
  [ -z "$demotion_token" ] || token=",\"promotionToken\":\"$demotion_token\""
  patch_postgresql "$1" "{\"replica\":{\"primary\":\"${POSTGRESQL_CLUSTER[$1]}\"$token}}"
  wait_for "$PATIENCE" "PostgreSQL in $1 to be promoted" is_primary "$1"
  step "PostgreSQL in $1 was promoted"
}

is_primary() { [ "$(store_role "$1")" = primary ]; }

# A cluster that was lost has its own history, so it is created again from a base backup of the other.
#   follow_store REPLICA PRIMARY
follow_store() {
  if [ "$(store_role "$1")" != replica ] || ! has_contact "$1" "$2"; then
    kube "$1" delete "cluster.postgresql.cnpg.io/${POSTGRESQL_CLUSTER[$1]}" --ignore-not-found --wait
    kube "$1" apply -f "${POSTGRESQL_MANIFEST[$1]}"
    start_store_as_replica "$1" "$2"
  fi
  wait_for "$PATIENCE" "PostgreSQL in $1 to follow $2" has_contact "$1" "$2"
  step "PostgreSQL in $1 follows $2"
}

#   start_store_as_replica REPLICA PRIMARY
start_store_as_replica() {
  patch_postgresql "$1" "{\"replica\":{\"primary\":\"${POSTGRESQL_CLUSTER[$2]}\",\"source\":\"${POSTGRESQL_CLUSTER[$2]}\"}}"
}

start_redis() { kube "$1" wait "pod/$REDIS_POD" --for condition=Ready --timeout "${PATIENCE}s" --request-timeout 0; }

# Fails if the cluster's API does not answer. Then fence the region by other means, such as its network or its cloud account.
fence() {
  stop_hosts "$1" || return
  kube "$1" annotate "cluster.postgresql.cnpg.io/${POSTGRESQL_CLUSTER[$1]}" cnpg.io/hibernation=on --overwrite || return
  step "Region $1 is fenced: its hosts are scaled to 0 and its database hibernates"
}

# Every cluster that can be reached remembers the active region. k8gb and other load balancers follow the gateways' readiness.
switch_traffic() {
  local region reached=0
  [ ${#SWITCH_COMMAND[@]} = 0 ] || "${SWITCH_COMMAND[@]}" "$1"
  for region in "${REGIONS[@]}"; do
    if kube "$region" create configmap notify-active-region --from-literal "region=$1" --dry-run=client -o yaml |
      kube "$region" apply -f -; then
      reached=1
    fi
  done
  [ $reached = 1 ] || fail "no cluster can be reached"
}

# A region that was lost may still think that it is active when it comes back, so its database is asked too.
active_region() {
  local region
  for region in "${REGIONS[@]}"; do
    if [ "$(kube "$region" get configmap notify-active-region -o jsonpath='{.data.region}' 2>/dev/null)" = "$region" ] &&
      is_primary "$region"; then
      echo "$region"
      return
    fi
  done
}
