import { AppError } from '@plugboard/contracts';
import type { PublishedReadme } from '@plugboard/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../../app/testing/build-app.ts';
import { buildSource, storeEntries } from '../search/testing/build-catalog.ts';
import { viewerOf } from '../search/viewer.ts';
import { smallEntry } from '../search/testing/small-catalog.ts';
import { showReadme } from './show-readme.ts';

let app: TestApp;
beforeAll(async () => {
  app = await buildApp();
  const { db } = app.database;
  const source = await buildSource(db, app.organizationId, { slug: 'told', kind: 'registry' });
  const told = smallEntry('io.github.acme/told', { title: 'Told', description: 'with words' });
  await storeEntries(db, app.organizationId, source, [
    { ...told, readme: '# Told\n<script>alert(1)</script>\n[x](javascript:alert(1))' },
    smallEntry('io.github.acme/silent', {
      title: 'Silent',
      description: 'without',
      remote: 'https://silent.example/mcp',
    }),
    smallEntry('io.github.acme/mail', {
      title: 'Mail',
      description: 'from npm',
      version: '1.2.0',
    }),
  ]);
});
afterAll(() => app[Symbol.asyncDispose]());

describe('the README of a server', () => {
  it('is not there for a server that there is not', async () => {
    const { status, body } = await app.request('GET', '/catalog/readme?server=none/none');
    expect([status, body.code]).toEqual([404, 'not_found']);
  });

  it('is its source’s, without HTML', async () => {
    const { status, body } = await app.request('GET', '/catalog/readme?server=io.github.acme/told');
    expect(status).toBe(200);
    expect(body).toMatchObject({ from: 'catalog', url: 'https://github.com/acme/told' });
    expect(body.markdown).toContain('# Told');
    expect(body.markdown).not.toMatch(/<script|\]\(javascript:/);
  });

  it('says where else to look when there is none, which is no failure', async () => {
    const { status, body } = await app.request(
      'GET',
      '/catalog/readme?server=io.github.acme/silent',
    );
    expect(status).toBe(200);
    expect(body).toEqual({
      message: 'Silent brings no README. Its repository may have one.',
      url: 'https://github.com/acme/silent',
    });
  });
});

describe('the README of an npm package', () => {
  const asked: (string | undefined)[] = [];
  const read = (answer: () => Promise<PublishedReadme | undefined>) =>
    showReadme(
      {
        ...app.services,
        published: {
          ...app.services.published,
          readme: (name, version) => {
            asked.push(name, version);
            return answer();
          },
        },
      },
      {
        organizationId: app.organizationId,
        viewer: viewerOf('owner'),
        name: 'io.github.acme/mail',
        signal: new AbortController().signal,
      },
    );

  it('is of the version that the catalog names', async () => {
    const repositoryUrl = 'https://github.com/acme/mail-server';
    expect(await read(async () => ({ markdown: '# Mail', repositoryUrl }))).toEqual({
      markdown: '# Mail',
      from: 'npm',
      url: repositoryUrl,
    });
    expect(asked).toEqual(['mail', '1.2.0']);
  });

  it('is not there, and why, when its registry has no such package', async () => {
    const failing = () => Promise.reject(new AppError('install_failed', 'There is no package.'));
    expect(await read(failing)).toEqual({
      message: 'There is no package.',
      url: 'https://github.com/acme/mail',
    });
    const bug = () => Promise.reject(new Error('a bug'));
    await expect(read(bug)).rejects.toThrow('a bug');
  });
});
