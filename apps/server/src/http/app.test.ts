import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../app/testing/build-app.ts';

let app: TestApp;
beforeAll(async () => void (app = await buildApp()));
afterAll(() => app[Symbol.asyncDispose]());

describe('the API', () => {
  it('tells its status to whoever has a key', async () => {
    const { status, body, headers } = await app.request('GET', '/status');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ready: true,
      organization: { slug: 'default' },
      urls: { mcp: 'http://127.0.0.1:4477/mcp' },
      instances: { total: 0 },
    });
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it.each([
    ['nothing', undefined, /needs a key/],
    ['no bearer', 'Basic abc', /not an API key/],
    ['rubbish', 'Bearer pbk_abc', /not an API key/],
  ])('refuses %s', async (_, authorization, message) => {
    const headers = authorization === undefined ? undefined : { authorization };
    const response = await app.fetch('/api/v1/status', { ...(headers && { headers }) });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await response.json()).toMatchObject({
      code: 'unauthenticated',
      message: expect.stringMatching(message),
      requestId: expect.any(String),
    });
  });

  it("refuses an agent's token, and a key that was changed", async () => {
    const withAgent = await app.request('GET', '/status', undefined, app.demoToken);
    expect(withAgent).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    const other = `${app.ownerKey.slice(0, -1)}${app.ownerKey.endsWith('A') ? 'Q' : 'A'}`;
    const changed = await app.request('GET', '/status', undefined, other);
    expect(changed.status).toBe(401);
  });

  it('names every field at fault', async () => {
    const { status, body } = await app.request('POST', '/toolboxes', { slug: 'A b', nmae: 'x' });
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'invalid_input', requestId: expect.any(String) });
    expect(body.message).toMatch(/slug: lower-case letters.*nmae/);
  });

  it('says what is wrong with a body', async () => {
    const send = (body: string) =>
      app.fetch('/api/v1/toolboxes', {
        method: 'POST',
        headers: {
          authorization: `Bearer ${app.ownerKey}`,
          'content-type': 'application/json',
        },
        body,
      });
    const malformed = await send('{"slug":');
    expect(malformed.status).toBe(400);
    expect(await malformed.json()).toMatchObject({ message: expect.stringMatching(/valid JSON/) });
    const large = await send(JSON.stringify({ slug: 'x'.repeat(5 * 1024 * 1024) }));
    expect(large.status).toBe(413);
    expect(await large.json()).toMatchObject({ code: 'payload_too_large' });
  });

  it('answers unknown paths with where the description lies', async () => {
    const { status, body } = await app.request('GET', '/nothing');
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: 'not_found' });
    expect(body.message).toContain('/api/v1/openapi.json');
  });

  it('describes itself', async () => {
    const response = await app.fetch('/api/v1/openapi.json');
    expect(await response.json()).toMatchObject({
      openapi: expect.stringMatching(/^3\.1/),
      paths: { '/instances': { post: { operationId: 'instances.add' } } },
      components: {
        schemas: {
          Error: { properties: { code: { enum: expect.arrayContaining(['not_found']) } } },
        },
      },
    });
  });

  it('is alive and ready', async () => {
    expect((await app.fetch('/healthz')).status).toBe(200);
    const ready = await app.fetch('/readyz');
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ ready: true });
  });
});
