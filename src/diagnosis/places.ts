/** Where things are written, for whoever looks for them. Absent answers are unknown places. */
export interface Places {
  /** Of a place in the pod or pod template, such as `line 12` or `deployment.yaml:12`. */
  pod(path: readonly (string | number)[]): string | undefined;
  /** Of a place in a namespace. */
  namespace(name: string, path: readonly string[]): string | undefined;
  /** Of a field of the config, such as `config.yaml:3`. */
  config(path: readonly string[]): string | undefined;
}
