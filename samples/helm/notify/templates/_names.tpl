{{- define "notify.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* The account of a role: (dict "root" $ "role" "auth"). Each has its own, because a mesh authorizes by accounts. */}}
{{- define "notify.serviceAccount" -}}
{{- $own := printf "%s-%s" (include "notify.fullname" .root) .role -}}
{{- .root.Values.serviceAccount.name | default (ternary $own "default" .root.Values.serviceAccount.create) -}}
{{- end -}}

{{/* The roles that the gateway forwards to, and so the only ones that another role calls. */}}
{{- define "notify.called" -}}
{{- $roles := include "notify.roles" . | fromYaml -}}
{{- if hasKey $roles "gateway" }}{{ pick $roles "auth" "notifications" "devices" "analytics" | keys | sortAlpha | join " " }}{{ end -}}
{{- end -}}

{{- define "notify.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "notify.labels" -}}
{{ include "notify.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* The name of the store's setting. */}}
{{- define "notify.store" -}}
{{- if or .Values.mongodb.connectionString (hasKey .Values.secrets "Notify__MongoDb") -}}MongoDb{{- else -}}PostgreSql{{- end -}}
{{- end -}}

{{/* The annotations from which ExternalDNS creates this region's record of the common name. */}}
{{- define "notify.dns" -}}
{{- with .Values.globalLoadBalancing -}}
external-dns.alpha.kubernetes.io/set-identifier: {{ required "globalLoadBalancing.region is required: the name of this region." .region | quote }}
external-dns.alpha.kubernetes.io/ttl: {{ .dnsTtlSeconds | quote }}
{{- with .annotations }}
{{ toYaml . }}
{{- end }}
{{- end -}}
{{- end -}}

{{/* The labels of hooks. The selectors of roles and of the PodMonitor do not match them. */}}
{{- define "notify.hookLabels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}-hook
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* The roles that are enabled, by name, each with what the defaults give it. */}}
{{- define "notify.roles" -}}
{{- $values := .Values -}}
{{- $roles := dict -}}
{{- range $name, $own := .Values.roles -}}
{{- $role := mergeOverwrite (deepCopy $values.defaults) (default dict $own) -}}
{{- if $role.enabled -}}{{- $_ := set $roles $name $role -}}{{- end -}}
{{- end -}}
{{- toYaml $roles -}}
{{- end -}}

{{/*
The key of the pods' checksum/secret: without it, who may read a Deployment could try out weak secrets on the checksum. It is made at
the first install, kept in the Secret, and the same in every template of one rendering.
*/}}
{{- define "notify.salt" -}}
{{- if not (hasKey .Values "checksumSalt") -}}
{{- $kept := (lookup "v1" "Secret" .Release.Namespace (include "notify.fullname" .)).data | default dict -}}
{{- $_ := set .Values "checksumSalt" (index $kept "checksum-salt" | default (randAlphaNum 40 | b64enc)) -}}
{{- end -}}
{{- .Values.checksumSalt -}}
{{- end -}}
