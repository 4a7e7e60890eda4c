/** A named expression of a policy; later ones read it as `variables.<name>`. */
export interface Variable {
  readonly name: string;
  /** Why it is as it is, for the reader of the manifest. */
  readonly comment: string;
  readonly expression: string;
}
