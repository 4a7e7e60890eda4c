{{/* The name of the cluster-scoped objects. There is one podherald in a cluster. */}}
{{- define "podherald.clusterName" -}}podherald{{- end }}

{{/* The labels of every object. */}}
{{- define "podherald.labels" -}}
{{- $own := dict "app.kubernetes.io/name" "podherald" "app.kubernetes.io/component" "webhook" "app.kubernetes.io/version" .Chart.AppVersion -}}
{{- merge $own .Values.labels | toYaml }}
{{- end }}

{{/* The metadata of an object. Arguments: root; optional name, clusterScoped, labels and annotations. */}}
{{- define "podherald.metadata" -}}
name: {{ .name | default "podherald" }}
{{- if not .clusterScoped }}
namespace: {{ .root.Release.Namespace }}
{{- end }}
labels:
  {{- include "podherald.labels" .root | nindent 2 }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with merge (dict) (.annotations | default dict) .root.Values.annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* "true" if podherald reads the annotations or labels of namespaces. */}}
{{- define "podherald.readsNamespaces" -}}
{{- $usesLabels := contains "namespace.labels[" (toJson (dig "profiles" dict .Values.config)) }}
{{- if or (dig "namespaces" "annotations" true .Values.config) (dig "namespaces" "labels" list .Values.config) $usesLabels -}}
true
{{- end -}}
{{- end }}

{{/* "true" if podherald calls the API server, and so needs a token. */}}
{{- define "podherald.needsToken" -}}
{{- if or (eq .Values.tls "self-managed") (include "podherald.readsNamespaces" .) }}true{{ end -}}
{{- end }}

{{/* The prefix of all annotation keys, with its slash. */}}
{{- define "podherald.annotationPrefix" -}}
{{- .Values.config.annotationPrefix | default "podherald.dev/" | trimSuffix "/" }}/
{{- end }}

{{/* The namespaces whose pods are never sent to podherald, as a YAML list. */}}
{{- define "podherald.excludedNamespaces" -}}
{{- $names := list .Release.Namespace "kube-system" "kube-node-lease" -}}
{{- if eq .Values.tls "cert-manager" }}{{ $names = append $names "cert-manager" }}{{ end -}}
{{- $exempt := dig "exempt" "namespaces" list .Values.config -}}
{{- concat $names $exempt .Values.excludedNamespaces | uniq | toYaml }}
{{- end }}
