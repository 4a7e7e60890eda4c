import type { CompiledConfig } from './compile.ts';

/** Where the config comes from, and comes anew. */
export interface ConfigSource {
  /** The config in force: the last good one. */
  get(): CompiledConfig;
  /** Tells of each later change, good or not, until `stop`. */
  start(told: ConfigListener): void;
  stop(): void;
}

export interface ConfigListener {
  changed(config: CompiledConfig): void;
  /** The config in force stays. Each fault is one line: `file:line:column: path: sentence`. */
  broken(faults: readonly string[]): void;
}
