import { type InstallOptions, NAME, namespacedMetadata, TLS_SECRET } from './install-options.ts';
import { commented, type Manifest } from './manifest-text.ts';

const API_VERSION = 'cert-manager.io/v1';
/** Not the Secret that a self-managed podherald has: while one follows the other, both run. */
const CA = 'podherald-cert-manager-ca';
const BOOTSTRAP = 'podherald-bootstrap';
const KEY = { algorithm: 'ECDSA', size: 256 } as const;

/** The Certificate that is served; its authority is what cert-manager writes as caBundle. */
export const SERVING_CERTIFICATE = NAME;

/** An authority for this purpose alone, and the certificate it issues for the Service. */
export function certificateManifests(options: InstallOptions): Manifest[] {
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
          'Ten years. The authority signs for one name in this namespace and is trusted by one webhook configuration.',
          '87600h',
        ),
        privateKey: {
          ...KEY,
          rotationPolicy: commented(
            'The renewed authority keeps its name and key, so whatever it has signed stays valid under both. With a new key, every call would fail until each replica serves a certificate of the new one.',
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
        dnsNames: commented('The API server wants the name <service>.<namespace>.svc, as a SAN.', [
          `${NAME}.${options.namespace}.svc`,
        ]),
        duration: commented(
          'Renewed at two thirds of it, by default. podherald takes up the renewed one without a restart.',
          '2160h',
        ),
        usages: ['digital signature', 'server auth'],
        privateKey: { ...KEY, rotationPolicy: 'Always' },
        issuerRef: { kind: 'Issuer', name: CA },
      },
    },
  ];
}
