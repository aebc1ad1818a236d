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
