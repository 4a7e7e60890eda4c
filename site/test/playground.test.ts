import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { deflateRawSync } from 'node:zlib';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const AXE = createRequire(import.meta.url).resolve('axe-core');

let podherald: ChildProcess;
let url = '';
let browser: Browser;
let page: Page;
/** What the page must never have: errors, and requests to other hosts. */
let problems: string[] = [];

/** Starts `podherald serve --standalone`, and returns the address of the playground that it prints. */
function serve(): Promise<string> {
  podherald = spawn(
    process.execPath,
    ['src/main.ts', 'serve', '--standalone', '--port', '0', '--admin-port', '0'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let output = '';
  podherald.stdout?.on('data', (chunk: Buffer) => {
    output += chunk;
    const [, found] = /playground: (\S+)/.exec(output) ?? [];
    if (found !== undefined) resolve(found);
  });
  podherald.once('exit', () => reject(new Error(`podherald ended: ${output}`)));
  return promise;
}

beforeAll(async () => {
  [url, browser] = await Promise.all([
    serve(),
    chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] }),
  ]);
});

afterAll(async () => {
  await browser?.close();
  podherald?.removeAllListeners('exit').kill('SIGKILL');
});

beforeEach(async () => {
  problems = [];
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) problems.push(request.url());
  });
});

afterEach(async () => {
  await page.close();
  expect(problems).toEqual([]);
});

/** Opens the playground, and waits until the editor has replaced the text areas. */
async function open(fragment = ''): Promise<void> {
  await page.goto(url + fragment);
  await page.waitForSelector('#config .cm-editor', { state: 'attached' });
}

const injected = () => page.locator('#injected').innerText();
const result = () => page.locator('#workloads').innerText();
const choose = (example: string) => page.selectOption('#examples', { label: example });

/** Replaces the text of an editor, as somebody who selects all and types. */
async function write(editor: string, text: string): Promise<void> {
  await page.locator(`#${editor} .cm-content`).click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(text);
}

async function violations(): Promise<string[]> {
  await page.evaluate(
    await import('node:fs').then(({ readFileSync }) => readFileSync(AXE, 'utf8')),
  );
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const found = await axe.run();
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`);
  });
}

describe('the playground', () => {
  it('shows an injected pod at the first visit', async () => {
    await open();

    expect(await injected()).toContain('fieldPath: metadata.name');
    expect(await result()).toContain('Pod hello: injected');
    expect(await result()).toContain('An admission policy (podherald policy) would do the same.');
    expect(await violations()).toEqual([]);
  });

  it('marks a mistake at its line, and forgets it when it is corrected', async () => {
    await open();
    await choose('A mistake');
    await page.locator('#manifest .cm-lint-marker-error').waitFor();
    await page.locator('#config .cm-lint-marker-error').waitFor();

    expect(await result()).toContain('did you mean metadata.name?');
    expect(await result()).toContain('Deployment web: denied');
    expect(await violations()).toEqual([]);

    const text = await page.locator('#manifest .cm-content').innerText();
    await write('manifest', text.replace('tru\n', '"true"\n').replace('nmae', 'name'));
    await write('config', 'onInvalid: warn');
    await expect.poll(() => page.locator('#marks li').count(), { timeout: 30_000 }).toBe(0);

    expect(await result()).toContain('Deployment web: injected');
    expect(await page.locator('.cm-lint-marker').count()).toBe(0);
  });

  it('goes to the line of a problem that is clicked', async () => {
    await open();
    await choose('A mistake');
    await page.getByRole('button', { name: 'config, line 1' }).click();

    expect(await page.evaluate(() => document.activeElement?.closest('#config') !== null)).toBe(
      true,
    );
  });

  it.each(['Variables of your own', 'OpenTelemetry', 'Ambassador', 'Defaults of a namespace'])(
    'shows the example %s without a problem',
    async (example) => {
      await open();
      await choose(example);

      expect(await page.locator('#injected .added').count()).toBeGreaterThan(3);
      expect(await result()).toContain(': injected');
      expect(await page.locator('#marks li').count()).toBe(0);
      expect(await violations()).toEqual([]);
    },
  );

  it('puts everything into a link, which shows the same again', async () => {
    await open();
    await choose('OpenTelemetry');
    const before = await injected();
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.waitForFunction(() => location.hash.length > 1);
    const link = new URL(page.url());

    await page.goto('about:blank');
    await open(link.hash);
    expect(await injected()).toBe(before);
    expect(link.hash.length).toBeLessThan(1000);
  });

  it('says that a link is damaged', async () => {
    await open('#damaged!');

    expect(await page.getByRole('status').innerText()).toContain('The link is damaged');
    expect(await result()).toContain('Pod hello: injected');
  });

  it('works with the keyboard only', async () => {
    await open();
    const reached = new Set<string>();
    for (let press = 0; press < 20; press++) {
      await page.keyboard.press('Tab');
      reached.add(
        await page.evaluate(() => {
          const focused = document.activeElement;
          return focused?.id || focused?.closest('[id]')?.id || focused?.tagName || '';
        }),
      );
    }
    expect([...reached]).toEqual(
      expect.arrayContaining(['examples', 'share', 'manifest', 'injected']),
    );

    await page.locator('#examples').focus();
    await page.keyboard.press('ArrowDown');
    await page.locator('#injected', { hasText: 'MEMORY_MIB' }).waitFor();
  });

  it('completes annotations, and the fields of the config', async () => {
    await open();
    await write('manifest', 'kind: Pod\nmetadata:\n  annotations:\n    inject-m');
    await page.keyboard.press('Control+Space');
    await page.locator('.cm-tooltip-autocomplete', { hasText: 'inject-metadata' }).waitFor();
    await page.keyboard.press('Escape');

    await choose('A mistake');
    await write('config', 'onInv');
    await page.keyboard.press('Control+Space');
    await page.locator('.cm-tooltip-autocomplete', { hasText: 'onInvalid' }).waitFor();
  });

  it('fits on a phone', async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    await open();

    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      390,
    );
    expect(await violations()).toEqual([]);
  });

  it('shows 200 KB of YAML, and a change in it', async () => {
    await open();
    const pod = await page.locator('#manifest .cm-content').innerText();
    const many = Array(Math.ceil(200_000 / pod.length))
      .fill(`${pod}\n---\n`)
      .join('');
    const texts = JSON.stringify([many, '', '']);
    await page.goto('about:blank');
    const startMs = performance.now();
    await open(`#${deflateRawSync(texts).toString('base64url')}`);
    await page.locator('#workloads h3').nth(400).waitFor();

    await page.locator('#manifest .cm-content').click();
    await page.keyboard.press('ControlOrMeta+Home');
    await page.keyboard.insertText('# a comment\n');
    await page.locator('#injected', { hasText: '# a comment' }).waitFor();
    // It takes about nine seconds on two cores.
    expect(performance.now() - startMs).toBeLessThan(20_000);
  });
});
