const DECIMAL = ['k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

const FACTORS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['n', 1e-9],
  ['u', 1e-6],
  ['m', 1e-3],
  ...DECIMAL.map((suffix, index): [string, number] => [suffix, 1000 ** (index + 1)]),
  ...BINARY.map((suffix, index): [string, number] => [suffix, 1024 ** (index + 1)]),
]);

/** A Kubernetes quantity that is not negative (apimachinery pkg/api/resource/quantity.go). */
export const QUANTITY = /^(\d+(?:\.\d*)?|\.\d+)(?:([numkMGTPE]|[KMGTPE]i)?|[eE]([-+]?\d{1,2}))$/;

/** The amount of a quantity, exact enough to compare two; undefined if the text is not one. */
export function quantityOf(text: string): number | undefined {
  const [, number, suffix = '', exponent = '0'] = QUANTITY.exec(text) ?? [];
  const factor = FACTORS.get(suffix);
  if (number === undefined || factor === undefined) return undefined;
  return Number(number) * factor * 10 ** Number(exponent);
}

/** Whether two quantities are the same amount, such as `1` and `1000m`. */
export function sameQuantity(one: string, other: string): boolean {
  const [a, b] = [quantityOf(one), quantityOf(other)];
  if (a === undefined || b === undefined) return one === other;
  return Math.abs(a - b) <= Math.max(a, b) * RELATIVE_ERROR;
}

/** Doubles have about sixteen digits, and the factors lose one or two of them. */
const RELATIVE_ERROR = 1e-12;
