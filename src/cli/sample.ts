/** The pod of the README: what it asks for is one line. */
export const SAMPLE_POD = `apiVersion: v1
kind: Pod
metadata:
  name: hello
  labels:
    foo: bar
  annotations:
    inject-metadata: "true"
spec:
  containers:
  - name: app
    image: busybox
    command: ["sleep", "infinity"]
    resources:
      requests: {cpu: 15m, memory: 100Ki}
      limits: {cpu: 100m, memory: 8Mi}
`;
