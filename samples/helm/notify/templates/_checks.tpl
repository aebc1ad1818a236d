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
{{- range $name, $secret := omit .Values.secrets "Notify__ApiKey" "Notify__Secrets__RootKeys__0" -}}
{{- if not (or $secret.value $secret.existingSecret) -}}
{{- fail (printf "secrets.%s needs a value, or existingSecret and key." $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
