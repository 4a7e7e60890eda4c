// Writes docs/demo.svg from what podherald prints. A unit test fails if it is out of date.
import { writeFileSync } from 'node:fs';
import { demoSvg } from './demo/demo.ts';

writeFileSync(new URL('../docs/demo.svg', import.meta.url), demoSvg());
console.log('wrote docs/demo.svg');
