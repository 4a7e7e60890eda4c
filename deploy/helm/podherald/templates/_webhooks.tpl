{{/* An entry for pods. Arguments: root, name; optional scopeLabel (In or NotIn) and annotatedOnly. */}}
{{- define "podherald.podWebhook" -}}
- name: {{ .name }}
  # `caBundle` is omitted on purpose: podherald, cert-manager or whoever issues the certificate writes it, and a value in
  # this manifest would overwrite it at every upgrade.
  clientConfig:
    service:
      namespace: {{ .root.Release.Namespace }}
      name: podherald
      path: /mutate
  rules:
  # Only CREATE: the fields that podherald adds are immutable in an existing pod.
  - operations: [CREATE]
    apiGroups: [""]
    apiVersions: [v1]
    resources: [pods]
    scope: Namespaced
  namespaceSelector:
    matchExpressions:
    # Pods of the control plane, of the nodes, and of podherald itself must start even if no replica of podherald runs
    # and `failurePolicy` is Fail.
    - key: kubernetes.io/metadata.name
      operator: NotIn
      values:
      {{- include "podherald.excludedNamespaces" .root | nindent 6 }}
    {{- with .scopeLabel }}
    - key: podherald.dev/inject
      operator: {{ . }}
      values: [enabled]
    {{- end }}
    {{- with .root.Values.namespaceSelector.matchExpressions }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  matchConditions:
  # A mirror pod is only the copy of a static pod in the API server. An injection would have no effect.
  - name: not-a-mirror-pod
    expression: "!('kubernetes.io/config.mirror' in object.metadata.?annotations.orValue({}))"
  {{- if .annotatedOnly }}
  # Only pods that have an annotation of podherald, with or without its prefix.
  - name: asks-podherald
    expression: object.metadata.?annotations.orValue({}).exists(k, k.startsWith('{{ include "podherald.annotationPrefix" .root }}') || k == 'inject-metadata' || k == 'inject-ambassador')
  {{- end }}
  # With Ignore, pods are created without an injection while podherald is unreachable. With Fail, they are rejected.
  failurePolicy: {{ .root.Values.failurePolicy }}
  # The longest delay of a pod if podherald does not respond. Normally it responds in about a millisecond.
  timeoutSeconds: 3
  # If a later webhook changes the pod, the API server calls podherald again, so that added containers get metadata too.
  reinvocationPolicy: IfNeeded
  matchPolicy: Equivalent
  # podherald has no side effects, so the API server also sends it dry runs.
  sideEffects: None
  admissionReviewVersions: [v1]
{{- end }}

{{/* The entry that warns whoever applies a workload or a Namespace. It never changes or rejects anything. */}}
{{- define "podherald.workloadWebhook" -}}
- name: workloads.podherald.dev
  clientConfig:
    service:
      namespace: {{ .Release.Namespace }}
      name: podherald
      path: /warn
  rules:
  - operations: [CREATE, UPDATE]
    apiGroups: [apps]
    apiVersions: [v1]
    resources: [deployments, statefulsets, daemonsets, replicasets]
    scope: Namespaced
  - operations: [CREATE, UPDATE]
    apiGroups: [batch]
    apiVersions: [v1]
    resources: [jobs, cronjobs]
    scope: Namespaced
  - operations: [CREATE, UPDATE]
    apiGroups: [""]
    apiVersions: [v1]
    resources: [namespaces, replicationcontrollers]
    scope: '*'
  namespaceSelector:
    matchExpressions:
    - key: kubernetes.io/metadata.name
      operator: NotIn
      values:
      {{- include "podherald.excludedNamespaces" . | nindent 6 }}
    {{- with .Values.namespaceSelector.matchExpressions }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  matchConditions:
  # Only objects with an annotation of podherald, or with one that looks like it, on themselves or on their pod template.
  - name: concerns-podherald
    expression: "[object.?metadata.?annotations.orValue({}), object.?spec.?template.?metadata.?annotations.orValue({}), object.?spec.?jobTemplate.?metadata.?annotations.orValue({}), object.?spec.?jobTemplate.?spec.?template.?metadata.?annotations.orValue({})].exists(a, a.exists(k, k.startsWith('{{ include "podherald.annotationPrefix" . }}') || k.matches('(?i){{ include "podherald.misspeltKey" . }}')))"
  # Controllers update workloads all the time, and read no warnings.
  - name: is-changed
    expression: oldObject == null || object.?metadata.?annotations != oldObject.?metadata.?annotations || object.?spec.?template != oldObject.?spec.?template || object.?spec.?jobTemplate != oldObject.?spec.?jobTemplate
  # Nobody applies the ReplicaSet of a Deployment or the Job of a CronJob.
  - name: has-no-controller
    expression: "!object.metadata.?ownerReferences.orValue([]).exists(o, o.?controller.orValue(false))"
  failurePolicy: Ignore
  # The longest delay if podherald does not respond.
  timeoutSeconds: 2
  reinvocationPolicy: Never
  matchPolicy: Equivalent
  sideEffects: None
  admissionReviewVersions: [v1]
{{- end }}

{{- /* Matches keys that may be misspelt: see src/core/decision/misspelt-keys.ts, which has the reasons. */}}
{{- define "podherald.misspeltKey" -}}
{{- $default := "podherald.dev" }}
{{- $own := include "podherald.annotationPrefix" . | trimSuffix "/" | lower }}
{{- $domains := include "podherald.domainParts" $default }}
{{- if ne $own $default }}
{{- $domains = printf "%s|%s" $domains (include "podherald.domainParts" $own) }}
{{- end -}}
^[^/]*(injec|t[^a-z]*met|adata|amba|ssador)[^/]*$|^[^/]*({{ $domains }})[^/]*/.*(injec|t[^a-z]*met|amba|meta|env|ata|files|path|ta[^a-z]*cont|ainers|ador|access|port|dor[^a-z]*kub|econfig)
{{- end }}

{{- /* The thirds of a domain, and the halves of its first label, each rounded half up. */}}
{{- define "podherald.domainParts" -}}
{{- $label := splitList "." . | first }}
{{- $parts := list }}
{{- range $of := list (list . 3) (list $label 2) }}
{{- $text := index $of 0 }}
{{- $count := index $of 1 }}
{{- range $part := until $count }}
{{- $from := div (add (mul 2 $part (len $text)) $count) (mul 2 $count) }}
{{- $to := div (add (mul 2 (add1 $part) (len $text)) $count) (mul 2 $count) }}
{{- $parts = append $parts (substr (int $from) (int $to) $text) }}
{{- end }}
{{- end }}
{{- join "|" $parts | replace "." "[.]" }}
{{- end }}
