{{/*
The environment of the migration: the secrets that have a value, the store and the settings. (dict "root" $ "secret" "its Secret")
*/}}
{{- define "notify.migrationEnvironment" -}}
{{- $values := .root.Values -}}
{{- $own := .secret -}}
{{- range $name, $secret := $values.secrets }}
{{- if or $secret.value $secret.existingSecret }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ $secret.existingSecret | default $own }}
      key: {{ $secret.key | default $name }}
{{- end }}
{{- end }}
{{- range $name, $value := dict "PostgreSql" $values.postgresql.connectionString "MongoDb" $values.mongodb.connectionString }}
{{- if $value }}
- name: Notify__{{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
{{- include "notify.setting" (dict "name" "Notify" "value" (pick $values.settings "PostgreSql" "MongoDb")) }}
{{- end -}}

{{/* The environment of a role. Secrets come first, because the others may refer to them as $(NAME). */}}
{{- define "notify.environment" -}}
{{- $root := .root -}}
{{- $values := .root.Values -}}
{{- $fullname := include "notify.fullname" .root -}}
{{- range $name, $secret := $values.secrets }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ $secret.existingSecret | default $fullname }}
      key: {{ $secret.key | default $name }}
{{- end }}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: ASPNETCORE_URLS
  value: {{ printf "http://%s:%v;http://%s:%v" .settings.listenAddress .settings.ports.http .settings.listenAddress .settings.ports.management | quote }}
- name: DOTNET_shutdownTimeoutSeconds
  value: {{ add $values.drainTimeoutSeconds 10 | quote }}
- name: Notify__Roles
  value: {{ .role }}
- name: Notify__ManagementPort
  value: {{ .settings.ports.management | quote }}
- name: Notify__DrainTimeout
  value: {{ printf "00:%02d:%02d" (div $values.drainTimeoutSeconds 60) (mod $values.drainTimeoutSeconds 60) | quote }}
{{- range $name, $value := dict "PostgreSql" $values.postgresql.connectionString "MongoDb" $values.mongodb.connectionString "Redis" $values.redis.connectionString "Kafka" $values.kafka.bootstrapServers }}
{{- if $value }}
- name: Notify__{{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
{{- if $values.migration.enabled }}
- name: Notify__{{ include "notify.store" $root }}__UpdateSchema
  value: "false"
{{- end }}
{{- if eq .role "gateway" }}
{{- $roles := include "notify.roles" .root | fromYaml }}
{{- $served := dict "Authentication" "auth" "Notifications" "notifications" "Devices" "devices" "Analytics" "analytics" }}
{{- range $feature, $role := $served }}
{{- with index $roles $role }}
- name: Notify__Gateway__{{ $feature }}
  value: http://{{ $fullname }}-{{ $role }}:{{ .service.port }}
{{- end }}
{{- end }}
{{- end }}
{{- include "notify.setting" (dict "name" "Notify" "value" $values.settings) }}
{{- if $values.telemetry.otlpEndpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ $values.telemetry.otlpEndpoint | quote }}
- name: OTEL_EXPORTER_OTLP_PROTOCOL
  value: {{ $values.telemetry.protocol }}
- name: OTEL_SERVICE_NAME
  value: {{ $fullname }}-{{ .role }}
- name: OTEL_RESOURCE_ATTRIBUTES
  value: service.instance.id=$(POD_NAME),k8s.pod.name=$(POD_NAME),k8s.namespace.name={{ $root.Release.Namespace }}
{{- end }}
{{- end -}}

{{/* A setting and those below it, as .NET reads them from the environment. */}}
{{- define "notify.setting" -}}
{{- $name := .name -}}
{{- if kindIs "map" .value -}}
{{- range $key, $value := .value }}{{ include "notify.setting" (dict "name" (printf "%s__%s" $name $key) "value" $value) }}{{ end -}}
{{- else if kindIs "slice" .value -}}
{{- range $index, $value := .value }}{{ include "notify.setting" (dict "name" (printf "%s__%d" $name $index) "value" $value) }}{{ end -}}
{{- else }}
- name: {{ $name }}
  value: {{ (kindIs "float64" .value | ternary (.value | toJson) (.value | toString)) | quote }}
{{- end -}}
{{- end -}}
