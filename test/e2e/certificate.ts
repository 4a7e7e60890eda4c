import { execFile } from 'node:child_process';
import { isIP } from 'node:net';
import { promisify } from 'node:util';

// TODO src/tls/certificate.ts
export async function certificateFor(host: string): Promise<{ cert: string; key: string }> {
  const { stdout } = await promisify(execFile)('bash', ['-c', `d=$(mktemp -d); openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -keyout $d/k -out $d/c -subj /CN=podherald -addext subjectAltName=${isIP(host) ? 'IP' : 'DNS'}:${host}; cat $d/k $d/c; rm -r $d`]);
  const at = stdout.indexOf('-----BEGIN CERT');
  return { key: stdout.slice(0, at), cert: stdout.slice(at) };
}
