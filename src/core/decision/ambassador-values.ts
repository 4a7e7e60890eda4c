import { ACCESSES, type Access } from './access.ts';
import { didYouMean } from './nearest.ts';
import { invalid, type Parse } from './parsed.ts';

/** Reads the value of `ambassador-access`. */
export const parseAccess: Parse<Access> = (text, { key }) => {
  const word = text.trim().toLowerCase();
  const access = ACCESSES.find((name) => name === word);
  if (access !== undefined) return { value: access, faults: [] };
  const expected = `expected ${ACCESSES.join(', ')}${didYouMean(word, ACCESSES)}`;
  return { faults: [invalid(key, text, expected)] };
};

/** Ports below are root's, which the ambassador is not (capabilities(7), CAP_NET_BIND_SERVICE). */
export const MIN_PORT = 1024;
export const MAX_PORT = 65_535;

/** Reads the value of `ambassador-port`. */
export const parsePort: Parse<number> = (text, { key }) => {
  const digits = text.trim();
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : Number.NaN;
  if (port >= MIN_PORT && port <= MAX_PORT) return { value: port, faults: [] };
  return { faults: [invalid(key, text, `expected a port from ${MIN_PORT} to ${MAX_PORT}`)] };
};
