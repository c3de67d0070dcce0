import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';

import { hasBrowser, openConsole } from '../harness/console.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import type { Plugboard } from '../harness/plugboard.ts';
import { fillWithHostile, hostileAgent, readPayloads } from './hostile-plugboard.ts';

const hostileSvg = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="parent.canary('icon')">
  <script>parent.canary('icon')</script><image href="https://canary.invalid/in-icon"/><rect width="9" height="9"/>
</svg>`;

/** What hostile content did in a page. */
interface Watched {
  readonly page: Page;
  readonly did: string[];
}

/** Opens the console with everything in wait for what hostile content would do. */
async function watched(plugboard: Plugboard, path: string): Promise<Watched> {
  const page = await openConsole(plugboard);
  const did: string[] = [];
  const context = page.context();
  await context.exposeBinding('canary', ({ frame }, why: unknown) => {
    did.push(`ran in ${frame.url()}: ${String(why)}`);
  });
  await context.route('**/*', async (route) => {
    const url = route.request().url();
    const isOurs = url.startsWith(plugboard.url) || /^(?:data:image|blob:)/.test(url);
    if (isOurs) return route.continue();
    did.push(`asked for ${url.slice(0, 200)}`);
    return route.abort();
  });
  // The server asks for pictures itself; this is what a hostile publisher would have it give.
  await context.route('**/api/v1/catalog/icon*', (route) =>
    route.fulfill({ contentType: 'image/svg+xml', body: hostileSvg }),
  );
  page.on('dialog', (dialog) => {
    did.push(`opened a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on('page', (opened) => did.push(`opened a window: ${opened.url()}`));
  page.on('framenavigated', (frame) => {
    const url = frame.url();
    const isOurs = url.startsWith(plugboard.url) || /^about:(?:blank|srcdoc)$/.test(url);
    if (!isOurs) did.push(`went to ${url}`);
  });
  await page.goto(path);
  return { page, did };
}

/** What was made of a payload that should have stayed text, in words. */
const made = `(() => {
  const found = [];
  const forbidden = '[data-hostile], a[href^="javascript:" i], a[href^="data:" i], [onerror], ' +
    '[onload], [ontoggle], [onfocus], [onmouseover], base, iframe[srcdoc*="canary"], ' +
    'img[src*="canary.invalid"], object, embed';
  for (const element of document.querySelectorAll(forbidden)) found.push(element.outerHTML.slice(0, 200));
  for (const link of document.querySelectorAll('a[href*="canary.invalid"]')) {
    const { rel, target } = link;
    if (target !== '_blank' || !rel.includes('noopener') || !rel.includes('noreferrer')) found.push(link.outerHTML.slice(0, 200));
  }
  const unseen = /[\\u0000\\u001b\\u200b\\u202a-\\u202e\\u2060\\u2066-\\u2069\\ufeff]/;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { nodeValue, parentElement } = walker.currentNode;
    if (unseen.test(nodeValue)) found.push('unseen characters in ' + parentElement?.outerHTML.slice(0, 200));
  }
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) found.push('scrolls sideways');
  if ({}.canary !== undefined || {}.plain !== undefined) found.push('prototype');
  return found;
})()`;

async function expectInert({ page, did }: Watched, where: string): Promise<void> {
  await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' });
  expect.soft(await page.evaluate(made), where).toEqual([]);
  expect.soft(did, where).toEqual([]);
}

/** What is on each page when it has loaded. */
const pages = {
  '/': 'Home',
  '/marketplace?q=canary': 'canary(',
  '/instances': 'hostile',
  '/instances/hostile': 'hostile',
  '/instances/hostile?tab=tools': 't-script',
  '/instances/hostile?tab=tools&kind=tool&name=t-image': 't-image',
  '/instances/hostile?tab=configuration': 'hostile',
  '/instances/hostile?tab=history': 'hostile',
  '/toolboxes': 'evil',
  '/agents': 'canary',
  [`/agents/${hostileAgent}`]: 'canary',
  [`/agents/${hostileAgent}?tab=tokens`]: 'canary',
  [`/agents/${hostileAgent}?tab=grants`]: 'canary',
  [`/agents/${hostileAgent}?tab=activity`]: 'canary',
  '/matrix': 'hostile',
  '/credentials': 'canary',
  '/connections': 'Connections',
  '/audit': 'canary',
  '/audit?kind=credential.created': 'canary',
  '/people?tab=keys': 'canary',
  '/settings?part=sources': 'canary',
  '/settings?part=provisioning': 'canary',
  '/install?server=com.hostile%2Fimage': 'canary',
} as const;

describe.skipIf(!hasBrowser)('hostile content', () => {
  const file = plugboardForFile({}, fillWithHostile);

  it('would be noticed if it were more', async () => {
    const open = await watched(file.plugboard, '/agents');
    await using page = open.page;
    await page.evaluate('canary("control")');
    await page.evaluate(`document.body.append(Object.assign(document.createElement('a'), {
      href: 'https://canary.invalid/', textContent: 'a\\u202eb' }))`);
    expect(open.did).toEqual([expect.stringContaining('control')]);
    expect(await page.evaluate(made)).toHaveLength(2);
  });

  it('stays text on every page that shows it', { timeout: 300_000 }, async () => {
    const open = await watched(file.plugboard, '/');
    await using page = open.page;
    for (const [path, sight] of Object.entries(pages)) {
      await page.goto(path);
      await page.getByText(sight).first().waitFor({ state: 'attached' });
      await expectInert(open, path);
    }
  });

  it('stays text in what is told of a server, its README too', { timeout: 300_000 }, async () => {
    const open = await watched(file.plugboard, '/');
    await using page = open.page;
    for (const name of ['script', 'markdownLink', 'bidi', 'css']) {
      await page.goto(`/marketplace/com.hostile/${name}`);
      await page.getByText('canary.invalid').first().waitFor();
      await expectInert(open, `README of ${name}`);
    }
    for (const tab of ['install', 'tools', 'configuration', 'versions', 'security', 'examples']) {
      await page.goto(`/marketplace/com.hostile/image?tab=${tab}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await expectInert(open, tab);
    }
  });

  it('stays text in the log', async () => {
    const open = await watched(file.plugboard, '/instances/hostile?tab=logs');
    await using page = open.page;
    await page.getByText('canary').first().waitFor();
    await expectInert(open, 'log');
  });

  it('stays text in suggestions and in the palette', async () => {
    const open = await watched(file.plugboard, '/marketplace');
    await using page = open.page;
    await page.getByRole('combobox').first().fill('<img');
    await page.getByText('canary').first().waitFor();
    await expectInert(open, 'suggestions');
    await page.keyboard.press('Escape');
    await page.goto('/agents');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('dialog').getByRole('combobox').fill('onerror');
    await page.getByRole('dialog').getByText('onerror').first().waitFor();
    await expectInert(open, 'palette');
  });

  it(
    'stays text in the playground: schemas, results and errors',
    { timeout: 300_000 },
    async () => {
      const open = await watched(file.plugboard, '/');
      await using page = open.page;
      for (const tool of ['all', 't-image', 't-bidi', 't-svg']) {
        await page.goto(
          `/playground?agent=${hostileAgent}&instance=hostile&tool=${tool}&kind=tool`,
        );
        const call = page.getByRole('button', { name: /^(?:Call|Send)/ }).first();
        await call.waitFor();
        await expectInert(open, `form of ${tool}`);
        await call.click();
        await page
          .getByText(/\d ms|\d s\b/)
          .first()
          .waitFor();
        await expectInert(open, `result of ${tool}`);
      }
    },
  );

  it('stays text in each record of the log', { timeout: 300_000 }, async () => {
    const { entries } = await file.plugboard.api.audit.list({ limit: 100 });
    const open = await watched(file.plugboard, '/audit');
    await using page = open.page;
    const kinds = new Map(entries.map(({ kind, seq }) => [kind, seq]));
    for (const [kind, seq] of kinds) {
      await page.goto(`/audit/${seq}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByText(kind).first().waitFor({ state: 'attached' });
      await expectInert(open, `${kind} ${seq}`);
    }
  });

  it('is all there: each payload is told by the server as it is', async () => {
    const payloads = await readPayloads();
    const listed = await file.plugboard.api.offerings.list({ instance: 'hostile' });
    const names = listed.offerings.map(({ name }) => name);
    for (const tool of Object.keys(payloads)) expect(names).toContain(`t-${tool}`);
  });
});
