/** The flags of `serve` that count with --self-managed-tls. */
export interface SelfManagedFlags {
  readonly namespace?: string;
  readonly service?: string;
  readonly caSecret?: string;
  readonly webhookConfiguration?: string;
}

export const DEFAULT_SERVICE = 'podherald';
export const DEFAULT_CA_SECRET = 'podherald-ca';
export const DEFAULT_WEBHOOK_CONFIGURATION = 'podherald';
