{{/* What would not start is said here already. */}}
{{- define "notify.checks" -}}
{{- $stores := list -}}
{{- if or .Values.postgresql.connectionString (hasKey .Values.secrets "Notify__PostgreSql") -}}{{- $stores = append $stores "postgresql" -}}{{- end -}}
{{- if or .Values.mongodb.connectionString (hasKey .Values.secrets "Notify__MongoDb") -}}{{- $stores = append $stores "mongodb" -}}{{- end -}}
{{- if not $stores -}}
{{- fail "Pods need a store that they share. Set postgresql.connectionString or mongodb.connectionString." -}}
{{- end -}}
{{- if gt (len $stores) 1 -}}
{{- fail "postgresql and mongodb are both set, and notifications are kept in one store. Keep one of them." -}}
{{- end -}}
{{- if and (ne .Values.serviceMesh.kind "none") (or .Values.serviceAccount.name (not .Values.serviceAccount.create)) -}}
{{- fail "serviceMesh authorizes roles by their accounts. Set serviceAccount.create to true and leave serviceAccount.name empty." -}}
{{- end -}}
{{- if and (ne .Values.globalLoadBalancing.kind "none") (not (or .Values.ingress.enabled .Values.route.enabled)) -}}
{{- fail "globalLoadBalancing needs the names that clients call. Enable ingress or route." -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not (hasKey (include "notify.roles" . | fromYaml) "gateway")) -}}
{{- fail "ingress leads to the gateway. Enable roles.gateway." -}}
{{- end -}}
{{- range $name, $secret := omit .Values.secrets "Notify__ApiKey" "Notify__Secrets__RootKeys__0" -}}
{{- if not (or $secret.value $secret.existingSecret) -}}
{{- fail (printf "secrets.%s needs a value, or existingSecret and key." $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
