import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';

import { answerAppFrame, appFramePath } from './app-frame.ts';

const app = new Hono();
app.get(appFramePath, answerAppFrame);

describe('the frame of Apps', () => {
  it('gives an App scripts and no origin, network, form or frame of its own', async () => {
    const { headers } = await app.request(appFramePath);
    const policy = (headers.get('content-security-policy') ?? '').split('; ');
    expect(policy).toEqual([
      'sandbox allow-scripts',
      "default-src 'none'",
      "script-src 'unsafe-inline'",
      "style-src 'unsafe-inline'",
      'img-src data: blob:',
      'font-src data:',
      'media-src data:',
      "connect-src 'none'",
      "form-action 'none'",
      "base-uri 'none'",
      "frame-ancestors 'self'",
    ]);
  });

  it('may stand in our own pages alone', async () => {
    const { headers } = await app.request(appFramePath);
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
    expect(headers.get('x-dns-prefetch-control')).toBe('off');
    expect(headers.get('permissions-policy')).toContain('camera=()');
  });

  it('has nothing of the request in it', async () => {
    const plain = await (await app.request(appFramePath)).text();
    const asked = await (
      await app.request(`${appFramePath}?html=<script>alert(1)</script>`)
    ).text();
    expect(asked).toBe(plain);
  });
});
