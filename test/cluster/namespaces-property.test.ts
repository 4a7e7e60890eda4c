import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { connectTo } from '../../src/cluster/connection.ts';
import { type NamespaceSource, namespaceInformer } from '../../src/cluster/namespaces.ts';
import { logLines } from '../support/log-lines.ts';
import {
  answerStatus,
  cut,
  FakeApiServer,
  hang,
  type RequestKind,
  sayAndCut,
  sayAndHang,
} from './fake-api-server.ts';
import { fakeClock } from './fake-clock.ts';
import { eventually, KEY, knownAtOnce } from './informed.ts';

const NAMES = ['a', 'b', 'c', 'd'] as const;
const NO_ANSWERS = {
  401: answerStatus(401),
  410: answerStatus(410),
  429: answerStatus(429, {}, { 'retry-after': '1' }),
  500: answerStatus(500),
  garbage: answerStatus(200, 'garbage'),
  cut,
  hang,
  cutInside: sayAndCut('{"items":[{"metadata":'),
  hangInside: sayAndHang('{"type":"ADD'),
} as const;

/** What may happen to an API server, or between it and the informer. */
type Step =
  | { readonly does: 'put'; readonly name: string; readonly value: string }
  | { readonly does: 'remove'; readonly name: string }
  | { readonly does: 'lookup'; readonly name: string }
  | {
      readonly does: 'refuse';
      readonly kind: RequestKind;
      readonly answer: keyof typeof NO_ANSWERS;
    }
  | { readonly does: 'pass'; readonly ms: number }
  | {
      readonly does:
        | 'cutWatches'
        | 'endWatches'
        | 'silenceWatches'
        | 'bookmark'
        | 'compact'
        | 'restart'
        | 'breathe';
    };

const name = fc.constantFrom(...NAMES);
const value = fc.constantFrom('true', 'false', 'otel', '');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant('put'), name, value }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('remove'), name }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('lookup'), name }) },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('refuse'),
      kind: fc.constantFrom('list', 'watch', 'get'),
      answer: fc.constantFrom(...(Object.keys(NO_ANSWERS) as unknown as ['cut'])),
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('pass'), ms: fc.nat(40_000) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      does: fc.constantFrom(
        'cutWatches',
        'endWatches',
        'silenceWatches',
        'bookmark',
        'compact',
        'restart',
        'breathe',
      ),
    }),
  },
) as fc.Arbitrary<Step>;

describe('after any changes and outages', () => {
  it('the cache equals the namespaces of the API server', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 30 }), endsRight), {
      numRuns: 150,
    });
  });
});

async function endsRight(steps: readonly Step[]): Promise<void> {
  const api = new FakeApiServer();
  await api.start();
  const clock = fakeClock();
  const connection = connectTo(api.url, async () => ({}), clock);
  const { log } = logLines();
  const source = namespaceInformer(connection, {
    keep: { isAnnotation: (key) => key === KEY, labelKeys: () => new Set() },
    log,
    clock,
  });
  source.start();
  try {
    for (const one of steps) await take(one, { api, clock, source });
    api.forgetScripts();
    // Without live reads, only the informer can be right.
    api.always('get', answerStatus(500));
    let quietMs = 0;
    await eventually(() => {
      // Hanging and silent requests are given up long before the namespaces are listed again anyway.
      if (quietMs < 150_000) clock.pass(5_000);
      quietMs += 5_000;
      api.bookmark();
      return NAMES.map((each) => knownAtOnce(source, each)?.[KEY]);
    }).toEqual(NAMES.map((each) => api.namespaces.annotationsOf(each)?.[KEY]));
  } finally {
    source.stop();
    connection.close();
    await api.stop();
  }
}

interface World {
  readonly api: FakeApiServer;
  readonly clock: ReturnType<typeof fakeClock>;
  readonly source: NamespaceSource;
}

async function take(one: Step, { api, clock, source }: World): Promise<void> {
  switch (one.does) {
    case 'put':
      return api.put(one.name, { [KEY]: one.value });
    case 'remove':
      return api.namespaces.names().includes(one.name) ? api.remove(one.name) : undefined;
    case 'lookup':
      return void source.lookup(one.name);
    case 'refuse':
      return api.script(one.kind, NO_ANSWERS[one.answer]);
    case 'pass':
      return clock.pass(one.ms);
    case 'restart':
      await api.stop();
      return api.start();
    case 'breathe':
      return new Promise((resolve) => setTimeout(resolve, 1));
    default:
      return api[one.does]();
  }
}
