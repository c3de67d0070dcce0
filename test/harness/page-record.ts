import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { Page } from 'playwright-core';

import { repository } from './repository.ts';

/** How a page was opened: what its pictures are called after. */
interface OpenedAs {
  readonly theme: 'light' | 'dark';
  readonly viewport: 'desktop' | 'phone';
}

interface PageRecord {
  readonly openedAs: OpenedAs;
  readonly faults: string[];
}

const records = new WeakMap<Page, PageRecord>();

/** Keeps what goes wrong in a page from now on, as its browser says. */
export function recordPage(page: Page, openedAs: OpenedAs): void {
  const faults: string[] = [];
  records.set(page, { openedAs, faults });
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`);
  });
}

/** Faults of a page so far: errors in its console, exceptions, and violations of its policy. */
export function faultsOf(page: Page): readonly string[] {
  return records.get(page)?.faults ?? [];
}

/** Of which looks pictures are kept: each theme and each size once. */
const pictured: ReadonlySet<string> = new Set(['desktop-light', 'phone-dark']);

/** Writes a picture of the page to `docs/screenshots/`, where `PLUGBOARD_SCREENSHOTS` is set. */
export async function shoot(page: Page, name: string): Promise<void> {
  const record = records.get(page);
  if (!process.env['PLUGBOARD_SCREENSHOTS'] || !record) return;
  const { theme, viewport } = record.openedAs;
  const look = `${viewport}-${theme}`;
  if (!pictured.has(look)) return;
  const folder = path.join(repository, 'docs/screenshots');
  await mkdir(folder, { recursive: true });
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 60 });
  await session.detach();
  const file = path.join(folder, `${name}-${look}.webp`);
  await writeFile(file, Buffer.from(data, 'base64'));
}
