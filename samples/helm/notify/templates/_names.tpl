{{- define "notify.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "notify.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (ternary (include "notify.fullname" .) "default" .Values.serviceAccount.create) -}}
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
