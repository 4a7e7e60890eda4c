/** What the authority keeps. */
export type Keeps = 'Secret' | 'MutatingWebhookConfiguration' | 'certificate';

/** What the authority has done, or could not do. Each is told once, not at every round. */
export type AuthorityEvent =
  /** There was no CA that could be used: a new one was made. */
  | { readonly is: 'created'; readonly why: string; readonly expires: Date }
  /** A new CA was put in the place of one that has lived for two thirds of its life. */
  | { readonly is: 'renewed'; readonly why: string; readonly expires: Date }
  /** The Secret was written again with the CA that this replica had in memory. */
  | { readonly is: 'restored'; readonly why: string; readonly expires: Date }
  /** Another CA than before counts, which another replica, or an earlier process, has made. */
  | { readonly is: 'adopted'; readonly expires: Date }
  /** The caBundle of every entry holds the CA now. */
  | { readonly is: 'published'; readonly entries: number }
  /** The same, after somebody had taken it out. */
  | { readonly is: 'healed'; readonly entries: number; readonly changedBy?: string | undefined }
  | { readonly is: 'trouble'; readonly with: Keeps; readonly error: string }
  | { readonly is: 'recovered'; readonly with: Keeps };
