/**
 * The fastest possible webhook on Node, with which podherald is compared: HTTPS, JSON.parse and a
 * constant patch. Usage: bare-server.ts PORT CERT_FILE KEY_FILE PATCH_FILE; the patch is in base64.
 */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const [port, cert = '', key = '', patchFile = ''] = process.argv.slice(2);
const patch = readFileSync(patchFile, 'utf8');

createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = respondTo(Buffer.concat(chunks).toString());
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  });
}).listen(Number(port), '127.0.0.1');

function respondTo(review: string): string {
  const { uid } = (JSON.parse(review) as { request: { uid: string } }).request;
  return JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid, allowed: true, patchType: 'JSONPatch', patch },
  });
}
