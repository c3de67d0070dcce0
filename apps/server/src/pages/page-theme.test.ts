import { Hono } from 'hono';
import { html } from 'hono/html';
import { describe, expect, it } from 'vitest';

import { answerPage } from './answer-page.ts';

const app = new Hono();
app.get('/', (c) => answerPage(c, { title: 'Sign in', body: html`<p>here</p>` }));

async function pageWith(cookie?: string): Promise<string> {
  const response = await app.request('/', { headers: cookie === undefined ? {} : { cookie } });
  return response.text();
}

describe('the theme of a page', () => {
  it.each([
    ['plugboard-theme=dark', 'dark'],
    ['a=b; plugboard-theme=light; c=d', 'light'],
    ['a=b;plugboard-theme=dark', 'dark'],
  ])('is what the console chose: %s', async (cookie, theme) => {
    expect(await pageWith(cookie)).toContain(`data-theme="${theme}"`);
  });

  it.each([
    undefined,
    '',
    'plugboard-theme=',
    'plugboard-theme=dark"><script>alert(1)</script>',
    'xplugboard-theme=dark',
    'plugboard-theme=darker',
  ])('is the system’s with the cookie %j', async (cookie) => {
    const page = await pageWith(cookie);
    expect(page).not.toContain('data-theme');
    expect(page).not.toContain('<script');
  });
});
