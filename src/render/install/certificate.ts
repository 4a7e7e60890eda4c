import { type InstallOptions, NAME, namespacedMetadata, TLS_SECRET } from './install-options.ts';
import { commented, type InstallManifest } from './manifest-text.ts';

const API_VERSION = 'cert-manager.io/v1';
/** Differs from CA_SECRET, because both exist while an installation changes from one CA to the other. */
const CA = 'podherald-cert-manager-ca';
const BOOTSTRAP = 'podherald-bootstrap';
const KEY = { algorithm: 'ECDSA', size: 256 } as const;

/** The name of the serving Certificate. cert-manager writes its CA to `caBundle`. */
export const SERVING_CERTIFICATE = NAME;

/** A CA that only podherald uses, and the serving certificate that it issues for the Service. */
export function certificateManifests(options: InstallOptions): InstallManifest[] {
  return [
    {
      apiVersion: API_VERSION,
      kind: 'Issuer',
      metadata: namespacedMetadata(options, BOOTSTRAP),
      spec: { selfSigned: {} },
    },
    {
      apiVersion: API_VERSION,
      kind: 'Certificate',
      metadata: namespacedMetadata(options, CA),
      spec: {
        isCA: true,
        commonName: CA,
        secretName: CA,
        duration: commented(
          'Ten years. This CA issues one certificate, and only the webhook configuration trusts it.',
          '87600h',
        ),
        privateKey: {
          ...KEY,
          rotationPolicy: commented(
            'Renewal keeps the key of the CA, so certificates that it has issued stay valid. With a new key, calls to the webhook would fail until every replica serves a certificate of the new CA.',
            'Never',
          ),
        },
        issuerRef: { kind: 'Issuer', name: BOOTSTRAP },
      },
    },
    {
      apiVersion: API_VERSION,
      kind: 'Issuer',
      metadata: namespacedMetadata(options, CA),
      spec: { ca: { secretName: CA } },
    },
    {
      apiVersion: API_VERSION,
      kind: 'Certificate',
      metadata: namespacedMetadata(options, SERVING_CERTIFICATE),
      spec: {
        secretName: TLS_SECRET,
        dnsNames: commented(
          'The API server verifies the name <service>.<namespace>.svc, which must be a SAN.',
          [`${NAME}.${options.namespace}.svc`],
        ),
        duration: commented(
          '90 days. cert-manager renews the certificate after two thirds of that, and podherald reloads it without a restart.',
          '2160h',
        ),
        usages: ['digital signature', 'server auth'],
        privateKey: { ...KEY, rotationPolicy: 'Always' },
        issuerRef: { kind: 'Issuer', name: CA },
      },
    },
  ];
}
