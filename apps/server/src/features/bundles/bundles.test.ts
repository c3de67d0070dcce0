import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { bundleFolder } from './bundle-files.ts';

let app: TestApp;
beforeAll(async () => {
  app = await buildApp();
});
afterAll(() => app[Symbol.asyncDispose]());

function upload(body: string, query = '', key = app.ownerKey): Promise<Response> {
  const headers = { authorization: `Bearer ${key}` };
  return app.fetch(`/api/v1/bundles${query}`, { method: 'POST', headers, body });
}

describe('uploading a bundle', () => {
  it('keeps nothing of what is no bundle', async () => {
    const folder = bundleFolder(app.dataDir, app.organizationId);
    for (const [body, query] of [
      ['no zip', ''],
      ['', ''],
      ['no zip', `?sha256=${'a'.repeat(64)}`],
      ['no zip', '?sha256=../../x'],
    ] as const) {
      const response = await upload(body, query);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ code: 'invalid_input' });
    }
    expect(await readdir(folder).catch(() => [])).toEqual([]);
  });

  it('stops reading at the limit', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 2 ** 20;
        controller.enqueue(new Uint8Array(2 ** 20));
      },
    });
    const headers = { authorization: `Bearer ${app.ownerKey}` };
    const init = { method: 'POST', headers, body: endless, duplex: 'half' as const };
    const response = await app.fetch('/api/v1/bundles', init);
    expect(response.status).toBe(413);
    expect(sent).toBeLessThan(220 * 2 ** 20);
  });

  it('removes what was uploaded a day ago and is used by nothing', async () => {
    const folder = bundleFolder(app.dataDir, app.organizationId);
    const [old, fresh] = [`${'a'.repeat(64)}.mcpb`, `${'b'.repeat(64)}.mcpb`];
    for (const name of [old, fresh]) await writeFile(join(folder, name), 'x');
    const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 60 * 60;
    await utimes(join(folder, old), twoDaysAgo, twoDaysAgo);
    await upload('no zip');
    expect(await readdir(folder)).toEqual([fresh]);
  });

  it('is for owners and admins', async () => {
    for (const role of ['member', 'auditor'] as const) {
      expect((await upload('x', '', await app.buildMember(role))).status).toBe(403);
    }
    expect((await upload('x', '', 'pbk_none')).status).toBe(401);
  });
});
