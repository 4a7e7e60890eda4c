/** An error in a config file, with its location. */
export interface ConfigFault {
  /** The path of the field, such as `profiles.team.env.A`; empty if the error is not about a field. */
  readonly path: string;
  /** Starts at 1. */
  readonly line: number;
  /** Starts at 1. */
  readonly column: number;
  readonly message: string;
}
