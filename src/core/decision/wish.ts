import type { Finding, ReasonOf } from './reasons.ts';

/** Why a wish is not granted: of the kind `skipped`, or a notice to tell. */
export type Because = Finding<ReasonOf<'skipped' | 'notice'>>;

/** What becomes of one of a pod's wishes: its metadata, or its ambassador. */
export type Wish<Granted> = { readonly notices: readonly Finding[] } & (
  | { readonly granted: Granted }
  | { readonly granted?: undefined; readonly because: Because }
);
