/**
 * What sigs.k8s.io/yaml 1.6 makes of these scalars: compared with it once, together with 60,000 random ones.
 * test/e2e/manifests.e2e.ts compares them with kubectl.
 */
export const SCALARS: readonly (readonly [text: string, value: unknown])[] = [
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', 'true', 'True', 'TRUE'].map(
    (text) => [text, true] as const,
  ),
  ...['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF', 'false', 'False', 'FALSE'].map(
    (text) => [text, false] as const,
  ),
  ...['yEs', 'oN', 'tRUE', 'nO', 'oFF', 'enabled', '"yes"', "'no'", '!!str on'].map(
    (text) => [text, text.replace(/^!!str |["']/g, '').replace(/["']$/, '')] as const,
  ),
  ...['~', 'null', 'Null', 'NULL', ''].map((text) => [text, null] as const),
  ...([
    ['0', 0],
    ['-1', -1],
    ['+1', 1],
    ['0644', 420],
    ['-0644', -420],
    ['08', 8],
    ['0o17', 15],
    ['0x1f', 31],
    ['0X1F', 31],
    ['-0x1F', -31],
    ['0b101', 5],
    ['8_001', 8001],
    ['0x_1f', 31],
    ['1_000.5', 1000.5],
    ['1e3', 1000],
    ['1.5e-1', 0.15],
    ['1.', 1],
    ['.5', 0.5],
  ] as const),
  ...['nULL', '1:30', '190:20:30', '2026-01-01', '2026-01-01T00:00:00Z', '1.2.3', '15m', '1Ki'].map(
    (text) => [text, text] as const,
  ),
  ...['0b2', '0xg', '_8', '.', '1e', '1e+1000', 'infinity', '='].map(
    (text) => [text, text] as const,
  ),
];
