import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';

import { checkPage, hasBrowser, openConsole } from '../harness/console.ts';
import { type FileFixture, plugboardForFile } from '../harness/for-file.ts';
import { packageOf } from '../registry/registry.ts';

/** What the policy of an App's frame refuses, the browser says aloud. */
const stopped = [/Content Security Policy/, /Blocked|blocked|sandbox|Failed to load/, /Unsafe/];

describe.skipIf(!hasBrowser)('the playground', () => {
  const file: FileFixture = plugboardForFile({}, async ({ plugboard }) => {
    await plugboard.add({ server: packageOf('apps'), slug: 'apps' });
    await plugboard.agent('coder', { starter: 'execute' });
    await plugboard.agent('reader', { starter: 'read' });
  });
  const open = (
    tool: string,
    more: Partial<Parameters<typeof openConsole>[1]> = {},
    agent = 'coder',
  ) =>
    openConsole(file.plugboard, {
      path: `/playground?agent=${agent}&instance=apps&tool=${encodeURIComponent(tool)}`,
      ...more,
    });
  const call = (page: Page) => page.getByRole('button', { name: 'Call it' }).click();

  it.each([
    ['desktop', 'light'],
    ['desktop', 'dark'],
    ['phone', 'light'],
    ['phone', 'dark'],
  ] as const)('shows every kind of content on %s, %s', async (viewport, theme) => {
    await using page = await open('everything', { viewport, theme });
    await call(page);
    await page.getByText('It worked').waitFor();
    // What looks like HTML is text; what says that it is a picture and is none is shown as data.
    await page.getByText('<img src=x onerror=').waitFor();
    expect(await page.title()).toBe('Playground · Plugboard');
    const sources = await page
      .locator('img[alt="What the tool drew"]')
      .evaluateAll((found) => found.map((each) => each.getAttribute('src')?.slice(0, 22)));
    expect(sources).toEqual(['data:image/png;base64,']);
    await page.getByLabel('image that is none').waitFor();
    await checkPage(page, 'playground');
  });

  it('calls with a form by the keyboard alone, and leads to the record', async () => {
    await using page = await open('add');
    const by = page.getByLabel(/^by/);
    await by.focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('4');
    await page.keyboard.press('Enter');
    await page.getByText('The counter stands at').first().waitFor();
    const record = page.getByRole('link', { name: /^record/ });
    const seq = Number((await record.textContent())?.split(' ')[1]);
    const { entry } = await file.plugboard.api.audit.get({ seq });
    expect(entry.record).toMatchObject({ kind: 'call.outcome', offering: 'add', outcome: 'ok' });
    await page.getByRole('button', { name: 'Copy as a command' }).click();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
      `plugboard call --agent coder --server apps -- add '{"by":4}'`,
    );
  });

  it('explains a refusal, with the way to a grant', async () => {
    await using page = await open('destroy', {}, 'reader');
    await call(page);
    await page.getByText('Refused', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Look at what it may use' }).click();
    await page.getByRole('dialog', { name: /reader on apps/ }).waitFor();
  });

  it('reads resources and prompts too', async () => {
    await using page = await open('note://one');
    await page.getByRole('button', { name: 'Read it' }).click();
    await page.getByText('A note.').waitFor();
    await page.getByRole('button', { name: 'greet' }).click();
    await page.getByLabel(/^who/).fill('Ann');
    await page.getByRole('button', { name: 'Get it' }).click();
    await page.getByText('Greet Ann').waitFor();
  });

  describe('an App', () => {
    it('shows what its tool answered, and calls what only reads', async () => {
      await using page = await open('counter');
      await call(page);
      const app = page.frameLocator('iframe[title="App of counter"]');
      await app.getByText(/stands at \d/).waitFor();
      await app.getByRole('button', { name: 'Look' }).click();
      await app.getByText(/^got .*structuredContent/).waitFor();
      await page.getByText('https://api.example.com').waitFor();
      await checkPage(page, 'playground-app', { expected: stopped });
    });

    it('has the person asked before it changes anything, and takes a no', async () => {
      await using page = await open('counter');
      await call(page);
      const app = page.frameLocator('iframe[title="App of counter"]');
      await app.getByRole('button', { name: 'Add one' }).click();
      const asks = page.getByRole('dialog', { name: /level write/ });
      await asks.getByText('add', { exact: true }).waitFor();
      await asks.getByRole('button', { name: 'Call it this once' }).click();
      await app.getByText(/^got /).waitFor();
      await app.getByRole('button', { name: 'Secret' }).click();
      await app.getByText(/no such tool for Apps/).waitFor();
      await app.getByRole('button', { name: 'Open the page' }).click();
      await page
        .getByRole('dialog', { name: /new tab/ })
        .getByRole('button', { name: 'No' })
        .click();
      await app.getByText('got {"isError":true}').waitFor();
      // It said no once: it is not asked again.
      await app.getByRole('button', { name: 'Add one' }).click();
      await app.getByText(/did not allow/).waitFor();
      expect(page.context().pages()).toHaveLength(1);
    });

    it('is ended when it sends too much', async () => {
      await using page = await open('counter');
      await call(page);
      const app = page.frameLocator('iframe[title="App of counter"]');
      await app.getByRole('button', { name: 'Flood' }).click();
      await page.getByText(/too many messages/).waitFor();
      expect(await page.locator('iframe').count()).toBe(0);
    });

    it('gets out of its frame by nothing', async () => {
      // Requests: Chromium opens a connection before it asks the policy, and sends nothing on it.
      const touched: string[] = [];
      await using outside = createServer((socket) => {
        socket.once('data', (data) => touched.push(data.toString().split('\r\n')[0] ?? ''));
        socket.on('error', () => undefined);
        socket.end();
      });
      await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve));
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server that listens has one
      const { port } = outside.address() as AddressInfo;
      await using page = await open('attack');
      const before = page.url();
      await page.getByLabel(/^outside/).fill(`http://127.0.0.1:${port}`);
      await call(page);
      const frame = page.locator('iframe[title="App of attack"]');
      const report = page.frameLocator('iframe[title="App of attack"]').locator('#report');
      await expect.poll(() => report.textContent()).toContain('{');
      const told = JSON.parse((await report.textContent()) ?? '{}');
      for (const [name, outcome] of Object.entries(told)) {
        const harmless = name === 'popup' ? 'null' : name === 'form' ? 'sent' : undefined;
        const isStopped =
          outcome === harmless ||
          (name === 'beacon' && outcome === 'true') ||
          (name === 'script link' && outcome === '{"isError":true}') ||
          String(outcome).startsWith('stopped: ');
        expect.soft([name, outcome, isStopped]).toEqual([name, outcome, true]);
      }
      const box = await frame.boundingBox();
      expect(box?.height).toBeLessThanOrEqual(900);
      // Its last deed is to leave for the outside by itself.
      await page.waitForTimeout(1500);
      expect(touched).toEqual([]);
      expect(page.url()).toBe(before);
      expect(page.context().pages()).toHaveLength(1);
      // A message that comes from anywhere else is no App's.
      await page.evaluate(
        `window.postMessage({ jsonrpc: '2.0', method: 'ui/notifications/size-changed', params: { height: 333 } }, '*')`,
      );
      expect((await frame.boundingBox())?.height).not.toBe(333);
    });

    it('may stand in no page of others', async () => {
      const answer = await fetch(`${file.plugboard.url}/app-frame`);
      expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'self'");
      expect(answer.headers.get('x-frame-options')).toBe('SAMEORIGIN');
      expect(answer.headers.get('set-cookie')).toBeNull();
    });
  });
});
