/**
 * The least that a Node webhook can do: HTTPS, JSON.parse, a constant patch. What podherald's
 * requests/s are measured against. Arguments: port, certificate, key, file with the base64 patch.
 */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const [port, cert = '', key = '', patchFile = ''] = process.argv.slice(2);
const patch = readFileSync(patchFile, 'utf8');

createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = answer(Buffer.concat(chunks).toString());
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  });
}).listen(Number(port), '127.0.0.1');

function answer(review: string): string {
  const { uid } = (JSON.parse(review) as { request: { uid: string } }).request;
  return JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid, allowed: true, patchType: 'JSONPatch', patch },
  });
}
