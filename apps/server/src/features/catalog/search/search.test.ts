import { newId } from '@plugboard/contracts';
import { parseQuery, type Viewer } from '@plugboard/catalog';
import * as fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { withTenant } from '../../../store/tenant.ts';
import {
  buildOrganization,
  createTestDatabase,
  type TestDatabase,
} from '../../../store/testing/test-database.ts';
import { findServers, findTools } from '../find-servers.ts';
import { showDocument, showServer, showVersions } from '../show-server.ts';
import { suggest } from '../suggest.ts';
import { indexServers } from './index-servers.ts';
import { searchServers } from './search-servers.ts';
import { buildSource, storeEntries } from './testing/build-catalog.ts';
import { smallCatalog, smallEntry } from './testing/small-catalog.ts';

let database: TestDatabase;
let organization: string;
beforeAll(async () => {
  database = await createTestDatabase();
  organization = await buildOrganization(database.db);
  const official = await buildSource(database.db, organization, {
    slug: 'official',
    kind: 'registry',
    priority: 50,
  });
  await storeEntries(database.db, organization, official, smallCatalog);
});
afterAll(() => database[Symbol.asyncDispose]());

const inTenant = <T>(work: Parameters<typeof withTenant<T>>[2], organizationId = organization) =>
  withTenant(database.db, organizationId, work);

const find = (q: string, viewer: Viewer = 'member', cursor?: string, limit = 20) =>
  inTenant((tx) => findServers(tx, viewer, { q, limit, cursor }));

const names = async (q: string, viewer?: Viewer) =>
  (await find(q, viewer)).servers.map(({ name }) => name.split('/')[1]);

describe('search', () => {
  it.each([
    ['postgres ', ['postgres-mcp']],
    ['pg ', ['postgres-mcp']],
    ['postg', ['postgres-mcp']],
    ['psotgres ', ['postgres-mcp']],
    ['k8s ', ['kubernetes']],
    ['kubrnetes ', ['kubernetes']],
    ['kubrnet', ['kubernetes']],
    ['what can send an e-mail?', ['mailer']],
    ['sending emails ', ['mailer']],
    ['list drafts ', ['mailer', 'postgres-mcp']],
    ['"read only"', ['gitlab-server']],
    ['"only read"', []],
    ['"psotgres"', []],
    ['database -postgres', ['mysql']],
    ['category:databases sort:name', ['mysql', 'postgres-mcp']],
    ['-category:databases -status:deprecated sort:stars', ['kubernetes', 'mailer']],
    ['tool:send', ['mailer']],
    ['tool:send_email', ['mailer']],
    ['tool:email_send', ['mailer']],
    ['tool:drafts,execute sort:name', ['mailer', 'postgres-mcp']],
    ['has:tools -tool:send', ['postgres-mcp']],
    ['has:remote', ['kubernetes']],
    ['transport:http', ['kubernetes']],
    ['runtime:node license:mit sort:name', ['gitlab-server', 'postgres-mcp']],
    ['license:unknown sort:name', ['kubernetes', 'mysql']],
    ['publisher:acme sort:name', ['mailer', 'postgres-mcp']],
    ['-publisher:acme has:license', ['gitlab-server']],
    ['updated:>2026-01', ['postgres-mcp']],
    ['updated:2025', ['kubernetes']],
    ['updated:<2025', ['mysql']],
    ['verified:false', []],
    ['source:official status:deprecated', ['gitlab-server']],
    ['zzzzzzz', []],
  ])('finds for %j', async (q, expected) => expect(await names(q)).toEqual(expected));

  it('tells what it looked for in place of an unknown word', async () => {
    expect(await find('psotgres ')).toMatchObject({
      corrections: [{ word: 'psotgres', meant: 'postgres' }],
      didYouMean: 'postgres ',
      total: 1,
    });
    expect((await find('postgres ')).corrections).toEqual([]);
  });

  it('shows which tools and words fit', async () => {
    const [card] = (await find('send email')).servers;
    expect(card?.matchingTools[0]).toMatchObject({ name: 'send_email', level: 'execute' });
    const [postgres] = (await find('postgresql databases ')).servers;
    const marked = postgres?.highlights
      .filter(({ field }) => field === 'description')
      .map(({ from, to }) => postgres.description.slice(from, to));
    expect(marked).toEqual(['PostgreSQL', 'databases']);
  });

  it('counts each filter without itself', async () => {
    const { facets, total } = await find('category:databases has:tools');
    expect(total).toBe(1);
    expect(facets.category).toEqual([
      { value: 'communication', count: 1 },
      { value: 'databases', count: 1 },
    ]);
    expect(facets.transport).toEqual([{ value: 'stdio', count: 1 }]);
    expect(facets.installed).toEqual([{ value: 'false', count: 1 }]);
    expect((await find('')).total).toBe(smallCatalog.length);
  });

  it('knows what is installed', async () => {
    const other = await buildOrganization(database.db);
    const source = await buildSource(database.db, other, { slug: 'official', kind: 'registry' });
    await storeEntries(database.db, other, source, smallCatalog);
    await inTenant(async (tx) => {
      const toolbox = newId();
      await sql`insert into toolboxes (id, organization_id, slug, name, environment)
        values (${toolbox}, ${other}, 'mine', 'Mine', 'dev')`.execute(tx);
      await sql`insert into instances (id, organization_id, toolbox_id, slug, server_name, version, launch, sealed_secrets, idle_ms, start_timeout_ms)
        values (${newId()}, ${other}, ${toolbox}, 'mail', 'io.github.acme/mailer', '1.0.0', '{}', '{}', 1000, 1000)`.execute(
        tx,
      );
    }, other);
    const found = await inTenant(
      (tx) => findServers(tx, 'member', { q: 'installed:true', limit: 5 }),
      other,
    );
    expect(found.servers.map(({ installed }) => installed)).toEqual([
      [{ slug: 'mail', toolbox: 'mine', version: '1.0.0' }],
    ]);
    expect(found.facets.installed).toEqual([
      { value: 'false', count: 4 },
      { value: 'true', count: 1 },
    ]);
    expect((await find('installed:true')).total).toBe(0);
  });

  it('turns pages without gap or repetition while a sync writes', async () => {
    const own = await buildOrganization(database.db);
    const source = await buildSource(database.db, own, { slug: 'many', kind: 'registry' });
    const many = Array.from({ length: 30 }, (_each, n) =>
      smallEntry(`io.github.many/server-${n}`, {
        title: `Weather ${n % 3 === 0 ? 'forecast' : 'report'} ${n}`,
        description: 'Tells the weather',
        source: { stars: n % 4 },
      }),
    );
    await storeEntries(database.db, own, source, many);
    for (const q of [
      'weather forecast',
      'weather ',
      '',
      'sort:stars',
      'sort:name',
      'sort:updated',
    ]) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await inTenant(
          (tx) => findServers(tx, 'member', { q, limit: 7, cursor }),
          own,
        );
        seen.push(...page.servers.map(({ name }) => name));
        cursor = page.nextCursor;
        await storeEntries(database.db, own, source, [
          smallEntry(`io.github.later/forecast-${seen.length}-${q.length}`, {
            description: 'A forecast that is not of the weather that was looked for',
          }),
        ]);
      } while (cursor !== undefined);
      const wanted = seen.filter((name) => name.startsWith('io.github.many/'));
      expect(new Set(seen).size, q).toBe(seen.length);
      expect(wanted.length, q).toBe(30);
    }
  });

  it('refuses cursors of other searches and made-up ones', async () => {
    const { nextCursor } = await find('', 'member', undefined, 2);
    await expect(find('postgres', 'member', nextCursor)).rejects.toMatchObject({
      code: 'invalid_input',
    });
    await expect(find('', 'admin', nextCursor)).rejects.toMatchObject({ code: 'invalid_input' });
    for (const cursor of ['x', 'bnVsbA', Buffer.from('{"query":1}').toString('base64url')]) {
      await expect(find('', 'member', cursor)).rejects.toMatchObject({ code: 'invalid_input' });
    }
  });

  it('finds tools by what they do and where they are', async () => {
    const tools = async (q: string) =>
      (await inTenant((tx) => findTools(tx, 'member', { q, limit: 5 }))).tools.map(
        ({ name, server }) => `${server.title}: ${name}`,
      );
    expect((await tools('what can send an e-mail?'))[0]).toBe('Mailer: send_email');
    expect((await tools('postgres tables'))[0]).toBe('Postgres: list_tables');
    expect((await tools('sned mail '))[0]).toBe('Mailer: send_email');
    expect(await tools('nothing whatsoever xyzzy')).toEqual([]);
  });

  it('completes filters, values, servers and tools', async () => {
    const labels = async (q: string) =>
      (await inTenant((tx) => suggest(tx, 'member', { q, limit: 8 }))).map(({ label }) => label);
    expect(await labels('cat')).toContain('category:');
    expect(await labels('x category:da')).toEqual([]);
    expect(await labels('category:d')).toEqual(['category:databases', 'category:development']);
    expect(await labels('kub')).toContain('Kubernetes');
    expect(await labels('send')).toContain('send_email');
    expect((await labels('')).slice(0, 1)).toEqual(['category:']);
  });

  it('takes whatever is typed', async () => {
    const hostile = [
      "'; drop table catalog_servers; --",
      'category:"\' or 1=1 --"',
      'license:%',
      'publisher:_%\\',
      'tool:%',
      'source:"\\"',
      '"%_%"',
      `-"' || pg_sleep(9)"`,
      "updated:>2026-01-01'::text",
      '\u0000 nul \ud800 half',
      'a'.repeat(10_000),
      'a b '.repeat(2_500),
      '((((((((|&!:*<->',
      'constructor __proto__ toString',
      'category:__proto__ has:constructor',
    ];
    for (const q of hostile) {
      await find(q);
      await inTenant((tx) => findTools(tx, 'member', { q, limit: 3 }));
      await inTenant((tx) => suggest(tx, 'member', { q, limit: 3 }));
    }
    for (const q of ['license:%', 'publisher:%', 'publisher:_', 'tool:%', '"%"']) {
      const { servers } = await find(q);
      expect([0, smallCatalog.length], q).toContain(servers.length);
      if (!q.startsWith('"') && q !== 'tool:%') expect(servers, q).toEqual([]);
    }
    expect((await find('')).total).toBe(smallCatalog.length);
  });

  it('takes every text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.string({ unit: 'binary', maxLength: 8 }),
            fc.constantFrom(
              'tool:',
              'license:',
              'has:tools',
              '-',
              '"',
              'updated:<2026',
              'sort:name',
              'publisher:',
              'postgres',
              "'",
              '\\',
            ),
          ),
          { maxLength: 8 },
        ),
        async (pieces) => {
          const { total, servers } = await find(pieces.join(' '));
          expect(servers.length).toBe(Math.min(total, 20));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('what a viewer sees', () => {
  let own: string;
  const name = 'io.github.acme/postgres-mcp';
  beforeAll(async () => {
    own = await buildOrganization(database.db);
    const members = await buildSource(database.db, own, {
      slug: 'official',
      kind: 'registry',
      priority: 50,
    });
    await storeEntries(database.db, own, members, smallCatalog);
    const admins = await buildSource(database.db, own, {
      slug: 'secret-source',
      kind: 'folder',
      audience: 'admins',
      priority: 1,
    });
    await storeEntries(database.db, own, admins, [
      smallEntry('com.secret/zanzibar', {
        title: 'Zanzibar',
        description: 'Keeps hidden quarterly figures',
        source: { category: 'finance', license: 'LicenseRef-Hidden', keywords: ['zanzibaric'] },
        tools: [['open_sesame', 'Opens the vault']],
      }),
      smallEntry(name, {
        title: 'Renamed by admins',
        description: 'Classified fork of the database',
        version: '9.9.9',
      }),
    ]);
    const open = await buildSource(database.db, own, {
      slug: 'open',
      kind: 'registry',
      audience: 'public',
      priority: 70,
    });
    await storeEntries(database.db, own, open, [
      smallEntry('io.github.open/everyone', { description: 'For anybody at all' }),
    ]);
  });

  const search = (q: string, viewer: Viewer) =>
    inTenant((tx) => findServers(tx, viewer, { q, limit: 20 }), own);

  it('is told of no source above its audience by any answer', async () => {
    const questions = [
      '',
      'zanzibar ',
      'zanzibr ',
      'zanz',
      'zanzibaric',
      'open sesame',
      'tool:open',
      '"quarterly figures"',
      'renamed',
      'classified ',
      'source:secret-source',
      'license:licenseref-hidden',
      'category:finance',
      'publisher:secret',
      'postgres',
      'sort:name',
    ];
    for (const q of questions) {
      const answers: unknown[] = [
        await search(q, 'member'),
        await inTenant((tx) => findTools(tx, 'member', { q, limit: 20 }), own),
        await inTenant((tx) => suggest(tx, 'member', { q, limit: 20 }), own),
      ];
      const told = JSON.stringify(answers).replaceAll(JSON.stringify(q).slice(1, -1), '');
      expect(told, q).not.toMatch(
        /com\.secret|Zanzibar|zanzibar|sesame|Classified|9\.9\.9|secret-source|hidden|finance","count/,
      );
    }
    expect((await search('zanzibar ', 'admin')).total).toBe(1);
    expect((await search('zanzibr ', 'admin')).corrections).toHaveLength(1);
    expect((await search('source:secret-source', 'admin')).total).toBe(2);
  });

  it('gets a server as its own sources tell it', async () => {
    const show = (viewer: Viewer) => inTenant((tx) => showServer(tx, viewer, name), own);
    expect(await show('admin')).toMatchObject({
      version: '9.9.9',
      source: { slug: 'secret-source' },
    });
    expect(await show('member')).toMatchObject({
      version: '1.0.0',
      source: { slug: 'official' },
      tools: [{}, {}],
    });
    await expect(show('anybody')).rejects.toMatchObject({ code: 'not_found' });
    const versions = await inTenant((tx) => showVersions(tx, 'member', name), own);
    expect(versions.versions).toMatchObject([{ version: '1.0.0', isLatest: true }]);
    const document = (version: string, viewer: Viewer) =>
      inTenant((tx) => showDocument(tx, viewer, { name, version }), own);
    await expect(document('9.9.9', 'member')).rejects.toMatchObject({ code: 'not_found' });
    expect((await document('9.9.9', 'admin')).server).toMatchObject({ version: '9.9.9' });
    await expect(
      inTenant((tx) => showServer(tx, 'member', 'com.secret/zanzibar'), own),
    ).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is what it sees and nothing else', async () => {
    expect((await search('', 'anybody')).servers.map((each) => each.name)).toEqual([
      'io.github.open/everyone',
    ]);
    expect((await search('', 'member')).total).toBe(6);
    expect((await search('', 'admin')).total).toBe(7);
    // Another organization's words are no words here.
    expect((await find('zanzibr ', 'admin')).corrections).toEqual([]);
    expect((await find('zanzibar ', 'admin')).total).toBe(0);
  });
});

describe('indexServers', () => {
  it('follows every change, and leaves nothing behind', async () => {
    const own = await buildOrganization(database.db);
    const { db } = database;
    const source = await buildSource(db, own, { slug: 'one', kind: 'registry' });
    const version = (version: string, more: object = {}) =>
      smallEntry('io.github.acme/thing', { description: `Thing of ${version}`, version, ...more });
    const told = async () => {
      const { servers } = await inTenant(
        (tx) => findServers(tx, 'member', { q: '', limit: 5 }),
        own,
      );
      return servers.map((server) => [server.version, server.versions]);
    };
    const unmarked = (entry: ReturnType<typeof version>) => ({ ...entry, isLatest: false });
    await storeEntries(
      db,
      own,
      source,
      ['1.9.0', '1.10.0', '1.2.0'].map((v) => unmarked(version(v))),
    );
    expect(await told()).toEqual([['1.10.0', 3]]);
    await storeEntries(db, own, source, [version('1.9.0')]);
    expect(await told()).toEqual([['1.9.0', 3]]);
    await storeEntries(db, own, source, [{ ...version('1.9.0'), status: 'deleted' }]);
    expect(await told()).toEqual([['1.10.0', 2]]);
    const preferred = await buildSource(db, own, { slug: 'two', kind: 'folder', priority: 1 });
    await storeEntries(db, own, preferred, [version('0.1.0', { tools: [['unique_zebra', 'x']] })]);
    expect(await told()).toEqual([['0.1.0', 1]]);
    await inTenant(async (tx) => {
      await tx.deleteFrom('catalog_versions').execute();
      await indexServers(tx, own, ['io.github.acme/thing']);
    }, own);
    expect(await told()).toEqual([]);
    for (const table of ['servers', 'server_texts', 'tools', 'postings', 'words']) {
      const { rows } = await inTenant(
        (tx) =>
          sql<{ n: number }>`select count(*) as n from ${sql.table(`catalog_${table}`)}`.execute(
            tx,
          ),
        own,
      );
      expect(rows, table).toEqual([{ n: 0 }]);
    }
  });

  it('writes nothing when nothing changed', async () => {
    const ids = () =>
      inTenant(
        async (tx) =>
          (await sql`select id, xmin::text from catalog_servers order by id`.execute(tx)).rows,
      );
    const before = await ids();
    await inTenant((tx) =>
      indexServers(
        tx,
        organization,
        smallCatalog.map(({ server }) => server.name),
      ),
    );
    expect(await ids()).toEqual(before);
  });

  it('says the same whoever of two writes last', async () => {
    const own = await buildOrganization(database.db);
    const [first, second] = await Promise.all(
      ['a', 'b'].map((slug, n) =>
        buildSource(database.db, own, { slug, kind: 'registry', priority: n }),
      ),
    );
    const entries = (title: string) =>
      Array.from({ length: 40 }, (_each, n) =>
        smallEntry(`io.github.acme/s${n}`, { title, description: `${title} says so` }),
      );
    await Promise.all([
      storeEntries(database.db, own, first ?? '', entries('Alpha')),
      storeEntries(database.db, own, second ?? '', entries('Beta')),
    ]);
    const { servers, total } = await inTenant(
      (tx) =>
        searchServers(tx, {
          viewer: 'member',
          query: parseQuery(''),
          limit: 50,
          cursor: undefined,
        }),
      own,
    );
    expect(total).toBe(40);
    expect(new Set(servers.map(({ card }) => JSON.parse(card).title))).toEqual(new Set(['Alpha']));
    const { rows } = await inTenant(
      (tx) =>
        sql`select word, seen_by_members as n from catalog_words where word in ('', 'alpha', 'beta') order by word`.execute(
          tx,
        ),
      own,
    );
    expect(rows).toEqual([
      { word: '', n: 40 },
      { word: 'alpha', n: 40 },
    ]);
  });

  it('forgets all of an organization with it', async () => {
    const own = await buildOrganization(database.db);
    const source = await buildSource(database.db, own, { slug: 'one', kind: 'registry' });
    await storeEntries(database.db, own, source, smallCatalog);
    await inTenant((tx) => tx.deleteFrom('organizations').where('id', '=', own).execute(), own);
    const { rows } = await inTenant(
      (tx) => sql`select from catalog_postings union all select from catalog_words`.execute(tx),
      own,
    );
    expect(rows).toHaveLength(0);
  });
});
