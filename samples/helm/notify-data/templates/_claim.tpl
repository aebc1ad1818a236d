{{/* The claim of a volume: (dict "root" . "size" "10Gi"). */}}
{{- define "notify-data.claim" -}}
accessModes: [ReadWriteOnce]
{{- with .root.Values.storageClass }}
storageClassName: {{ . }}
{{- end }}
resources:
  requests:
    storage: {{ .size }}
{{- end -}}

{{- define "notify-data.labels" -}}
app.kubernetes.io/part-of: notify
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}
