{{/* Values of earlier versions. Silently ignoring one would leave out what it asked for. */}}
{{- define "notify.deprecations" -}}
{{- if hasKey .Values.roles "api" -}}
{{- fail "roles.api was removed. Its endpoints belong to gateway, auth, notifications and devices: move its values there." -}}
{{- end -}}
{{- end -}}
