#!/usr/bin/env bash
# Installs the lifecycle policy and the index template, and imports the saved objects of Kibana:
#   ELASTICSEARCH=http://127.0.0.1:9200 KIBANA=http://127.0.0.1:5601 ./install.sh
# Both may contain credentials (https://user:password@host). Safe to run again.
set -euo pipefail
cd "$(dirname "$0")"

put() {
  curl --fail --silent --show-error --request PUT --header 'Content-Type: application/json' --data-binary "@$2" \
    "${ELASTICSEARCH:?set ELASTICSEARCH}/$1"
  echo
}

put _ilm/policy/notify-logs ilm-policy.json
put _index_template/notify-logs index-template.json

if [ -n "${KIBANA:-}" ]; then
  curl --fail --silent --show-error --request POST --header 'kbn-xsrf: notify' --form file=@../kibana/notify.ndjson \
    "$KIBANA/api/saved_objects/_import?overwrite=true"
  echo
fi
