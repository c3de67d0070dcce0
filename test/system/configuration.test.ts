import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type {
  AddInstanceInput,
  ConfigurationChange,
  ConfigurationView,
  Instance,
} from '@plugboard/contracts/api';
import { describe, expect, it } from 'vitest';

import { plugboardForFile } from '../harness/for-file.ts';
import { allProcesses } from '../harness/processes.ts';
import { packServer } from '../registry/pack.ts';

const servers = [
  'values',
  'heirs',
  'faulty',
  'guarded',
  'hidden',
  'tried',
  'named',
  'older',
  'spoken',
] as const;
const right = 'right-token-0123456789';
const wrong = 'wrong-token-9876543210';

const fixture = plugboardForFile({}, async ({ plugboard, registry }) => {
  registry.publish(await packServer('configured'));
  const folder = path.join(plugboard.dataDir, 'catalog', 'own');
  await mkdir(folder, { recursive: true });
  for (const name of servers) {
    await writeFile(path.join(folder, `${name}.server.json`), JSON.stringify(buildEntry(name)));
  }
  const { api } = plugboard;
  await api.sources.add({ slug: 'own', kind: 'folder', location: 'own', everyMs: null });
  const { id: sync } = await api.sources.sync({ source: 'own' });
  for await (const event of await api.sources.syncs.watch({ source: 'own', sync })) {
    if (event.type === 'done') expect(event.sync).toMatchObject({ state: 'succeeded' });
  }
  for (const environment of ['dev', 'staging', 'prod'] as const) {
    await api.toolboxes.create({ slug: environment, environment });
  }
});

function buildEntry(name: string): object {
  return {
    name: `com.example/${name}`,
    description: 'Shows what it was configured with',
    version: '1.0.0',
    packages: [
      {
        registryType: 'npm',
        identifier: 'plugboard-fixture-configured',
        version: '1.0.0',
        transport: { type: 'stdio' },
        packageArguments: [
          { type: 'named', name: '--port', format: 'number', default: '8080' },
          { type: 'named', name: '--read-only', format: 'boolean' },
          { type: 'positional', valueHint: 'words', isRepeated: true },
        ],
        environmentVariables: [
          { name: 'REGION', choices: ['eu', 'us'] },
          { name: 'REFUSE', format: 'boolean' },
          { name: 'NAME' },
          { name: 'TOKEN', isSecret: true },
        ],
      },
    ],
    _meta: {
      'dev.plugboard/catalog': {
        id: `own-${name}`,
        aliases: [],
        category: 'other',
        tier: 'community',
        publisher: 'Example',
        icon: { text: 'C', color: '#123456' },
        keywords: [],
        credentials: [
          {
            key: 'TOKEN',
            kind: 'token',
            title: 'Token',
            required: false,
            format: '[a-z]+-token-[0-9]+',
            test: { tool: 'whoami', arguments: {} },
          },
        ],
        tools: [],
        toolsFrom: 'unknown',
        presets: [
          {
            id: 'careful',
            title: 'Careful',
            description: 'Changes nothing',
            values: { 'read-only': true, REGION: 'eu' },
          },
        ],
        launch: {
          arguments: ['serve'],
          env: { FROM: 'catalog' },
          network: { mode: 'off' },
          networkReason: 'none',
          limits: { memoryMb: 256, cpus: 1, pids: 64 },
          requires: [],
        },
        offline: 'works',
        remarks: [],
      },
    },
  };
}

function add(
  name: (typeof servers)[number],
  slug: string,
  more: Partial<AddInstanceInput> = {},
): Promise<Instance> {
  return fixture.plugboard.add({ server: `com.example/${name}`, slug, ...more });
}

interface Shown {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What the running server says that it was started with. */
async function shown(slug: string): Promise<Shown> {
  return JSON.parse(await callTool(slug, 'show'));
}

let agents = 0;

async function callTool(slug: string, tool: string): Promise<string> {
  const { plugboard } = fixture;
  const instance = await plugboard.api.instances.get({ instance: slug });
  const token = await plugboard.agent(`reader-${(agents += 1)}`, { [slug]: 'execute' });
  const client = await plugboard.client(token, `/${instance.toolbox.slug}/${slug}`);
  try {
    return await client.say(tool);
  } finally {
    await client.end();
  }
}

async function configure(slug: string, change: ConfigurationChange): Promise<ConfigurationView> {
  const events = await fixture.plugboard.api.configuration.configure({ instance: slug, ...change });
  for await (const event of events) if (event.type === 'done') return event.configuration;
  throw new Error('configuring ended without an answer');
}

async function putLayer(
  name: string,
  environment: 'dev' | 'staging' | 'prod',
  values: Record<string, string | boolean>,
) {
  const layer = { server: `com.example/${name}`, environment, settings: { values } };
  for await (const event of await fixture.plugboard.api.configuration.layers.put(layer)) {
    if (event.type === 'done') return event;
  }
  throw new Error('writing the layer ended without an answer');
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.unreachable('it was not refused'),
    (error: unknown) => (error instanceof Error ? error : expect.unreachable(String(error))),
  );
}

function originsOf({ entries }: ConfigurationView): Record<string, string> {
  return Object.fromEntries(entries.map(({ path: at, origin }) => [at, origin]));
}

describe('values', () => {
  it('reach the server as they are, whatever a shell would make of them', async () => {
    const words = ['a b', '$(id)', "'; rm -rf / #", 'ü"\\'];
    await add('values', 'plain', { values: { words, 'read-only': true } });
    const { args, env } = await shown('plain');
    expect(args).toEqual(['serve', '--port', '8080', '--read-only', ...words]);
    expect(env).toMatchObject({ FROM: 'catalog' });

    const view = await configure('plain', {
      settings: { values: { port: 9000, REGION: 'us', words: null }, env: { EXTRA: 'yes' } },
    });
    expect(view.revision).toBe(2);
    expect(originsOf(view)).toMatchObject({
      'values.port': 'own',
      'values.REGION': 'own',
      'env.EXTRA': 'own',
      'env.FROM': 'catalog',
      'limits.memoryMb': 'catalog',
      network: 'catalog',
      idleMs: 'plugboard',
    });
    const after = await shown('plain');
    expect(after.args).toEqual(['serve', '--port', '9000', '--read-only']);
    expect(after.env).toMatchObject({ REGION: 'us', EXTRA: 'yes' });

    const same = await configure('plain', { settings: { values: { port: 9000 } } });
    expect(same.revision).toBe(2);
  });

  it('that are wrong are refused field by field, and nothing changes', async () => {
    await add('values', 'checked');
    const { api } = fixture.plugboard;
    const settings = { values: { port: 'eighty', REGION: 'mars', words: ['--evil'], Name: 'x' } };
    const { problems } = await api.configuration.plan({ instance: 'checked', settings });
    expect(Object.fromEntries(problems.map(({ key, message }) => [key, message]))).toEqual({
      port: 'must be a whole number such as 8080.',
      REGION: 'must be one of "eu", "us".',
      words: expect.stringContaining('must not begin with "-"'),
      Name: 'is not known. Did you mean NAME?',
    });
    const refusal = await failure(configure('checked', { settings }));
    expect(refusal.message).toContain('port: must be a whole number');
    expect((await api.configuration.get({ instance: 'checked' })).revision).toBe(1);
    await failure(add('values', 'never', { values: { port: 'eighty' } }));
  });

  it('come from a preset, which own values outrank', async () => {
    await add('values', 'preset', { preset: 'careful', values: { REGION: 'us' } });
    const { args, env } = await shown('preset');
    expect(args).toContain('--read-only');
    expect(env.REGION).toBe('us');
    const view = await fixture.plugboard.api.configuration.get({ instance: 'preset' });
    expect(originsOf(view)).toMatchObject({ 'values.read-only': 'preset', 'values.REGION': 'own' });
    const unknown = await failure(configure('preset', { settings: { preset: 'bold' } }));
    expect(unknown.message).toContain('There are careful');
  });
});

describe('layers', () => {
  it('are inherited from dev to staging to prod, and restart those alone that they change', async () => {
    const { api, database, dataDir } = fixture.plugboard;
    await add('heirs', 'in-dev', { toolbox: 'dev' });
    await add('heirs', 'in-staging', { toolbox: 'staging' });
    await add('heirs', 'in-prod', { toolbox: 'prod', values: { NAME: 'own' } });

    await putLayer('heirs', 'dev', { NAME: 'from-dev', REGION: 'eu' });
    const server = 'com.example/heirs';
    const settings = { values: { NAME: 'from-staging' } };
    const plan = await api.configuration.layers.plan({ server, environment: 'staging', settings });
    expect(plan.instances.map(({ instance }) => instance.slug)).toEqual(['in-staging']);
    expect(plan.instances[0]?.changes).toContainEqual({
      path: 'values.NAME',
      before: 'from-dev',
      after: 'from-staging',
      origin: 'layer:staging',
    });
    const pid = async (slug: string) => (await api.instances.get({ instance: slug })).state.pid;
    const before = { dev: await pid('in-dev'), prod: await pid('in-prod') };
    const done = await putLayer('heirs', 'staging', { NAME: 'from-staging' });
    expect(done.instances).toMatchObject([{ slug: 'in-staging', outcome: 'changed' }]);
    expect({ dev: await pid('in-dev'), prod: await pid('in-prod') }).toEqual(before);

    expect((await shown('in-dev')).env).toMatchObject({ NAME: 'from-dev', REGION: 'eu' });
    expect((await shown('in-staging')).env).toMatchObject({ NAME: 'from-staging', REGION: 'eu' });
    expect((await shown('in-prod')).env).toMatchObject({ NAME: 'own', REGION: 'eu' });
    expect(originsOf(await api.configuration.get({ instance: 'in-prod' }))).toMatchObject({
      'values.NAME': 'own',
      'values.REGION': 'layer:dev',
    });
    expect(
      originsOf(await configure('in-prod', { settings: { values: { NAME: null } } })),
    ).toMatchObject({ 'values.NAME': 'layer:staging' });

    const rows = await database.rows(
      dataDir,
      `select reason from instance_revisions r join instances i on i.id = r.instance_id
       where i.slug = 'in-prod' order by r.revision`,
    );
    expect(rows.map(({ reason }) => reason)).toEqual(['installed', 'inherited', 'configured']);
  });

  it('have a history, and go back', async () => {
    const { api } = fixture.plugboard;
    await add('named', 'goes-back', { toolbox: 'dev' });
    await putLayer('named', 'dev', { NAME: 'first' });
    await putLayer('named', 'dev', { NAME: 'second', REGION: 'us' });
    const ref = { server: 'com.example/named', environment: 'dev' } as const;
    const { changes } = await api.configuration.layers.diff({ ...ref, from: 1, to: 2 });
    expect(changes).toEqual([
      { path: 'values.NAME', before: 'first', after: 'second' },
      { path: 'values.REGION', after: 'us' },
    ]);
    for await (const _event of await api.configuration.layers.rollback({ ...ref, revision: 1 }));
    const { revisions } = await api.configuration.layers.history(ref);
    expect(revisions.map(({ revision, note }) => [revision, note])).toEqual([
      [3, 'back to revision 1'],
      [2, undefined],
      [1, undefined],
    ]);
    const { env } = await shown('goes-back');
    expect(env.NAME).toBe('first');
    expect(env).not.toHaveProperty('REGION');
  });

  it('leave an instance as it was that does not start with them, and tell of it', async () => {
    await add('faulty', 'stays', { toolbox: 'dev' });
    await add('faulty', 'ignores', { toolbox: 'dev', values: { REFUSE: false } });
    const done = await putLayer('faulty', 'dev', { REFUSE: true, NAME: 'new' });
    expect(done.instances).toMatchObject([
      { slug: 'ignores', outcome: 'changed' },
      { slug: 'stays', outcome: 'went_back', message: expect.stringContaining('did not start') },
    ]);
    expect((await shown('stays')).env).not.toHaveProperty('NAME');
    expect((await shown('ignores')).env.NAME).toBe('new');
    const view = await fixture.plugboard.api.configuration.get({ instance: 'stays' });
    expect(view.inForce).toBe(false);
  });

  it('are tried again when they are put again, or nothing is set', async () => {
    const { plugboard } = fixture;
    const { api } = plugboard;
    const cli = plugboard.cli.bind(plugboard);
    const state = async () => ({
      pid: (await api.instances.get({ instance: 'ignores' })).state.pid,
      name: (await shown('stays')).env.NAME,
    });
    const before = await state();
    const shownConfig = await cli('config', 'show', 'stays');
    expect(shownConfig.stdout).toMatch(/does not run with these settings[^]*config set stays/);
    const again = await putLayer('faulty', 'dev', { REFUSE: true, NAME: 'new' });
    expect(again).toMatchObject({ revision: 1, instances: [{ slug: 'stays' }] });
    expect(again.instances[0]!.message).toMatch(
      /^stays did not start with the settings that it inherits[^]*not in force[^]*config set stays/,
    );
    const asked = await cli('config', 'set', 'stays');
    expect(asked).toMatchObject({ code: 2 });
    expect(asked.stdout).toMatch(/It does not run with them yet/);
    const failing = await cli('config', 'set', 'stays', '--yes');
    expect(failing.code).toBe(1);
    expect(await state()).toEqual(before);
    const mended = await cli('config', 'set', 'stays', '--set', 'REFUSE=false', '--yes');
    expect(mended).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/fail/) });
    expect((await shown('stays')).env.NAME).toBe('new');
    expect((await api.configuration.get({ instance: 'stays' })).inForce).toBe(true);
    expect((await cli('config', 'show', 'stays')).stdout).not.toMatch(/does not run/);
  });

  it('take no secret and no wrong value, and change nothing then', async () => {
    const { api } = fixture.plugboard;
    await add('guarded', 'guarded', { toolbox: 'prod' });
    const layer = { server: 'com.example/guarded', environment: 'prod' } as const;
    const tries = [
      { values: { TOKEN: right } },
      { values: { NAME: `ghp_${'a1'.repeat(20)}` } },
      { env: { DB_PASSWORD: 'hunter2hunter2' } },
      { args: ['--api-key', 'q8w7e6r5t4'] },
      { values: { REGION: 'mars' } },
    ];
    for (const settings of tries) {
      const refusal = await failure(
        (async () => {
          for await (const _event of await api.configuration.layers.put({ ...layer, settings }));
        })(),
      );
      expect(refusal.message).toMatch(/secret|must be one of/);
      expect(refusal.message).not.toMatch(/hunter2|right-token|a1a1/);
    }
    expect((await api.configuration.layers.history(layer)).revisions).toEqual([]);
  });
});

describe('a test before saving', () => {
  it('starts the change beside the instance, tries the credential, and leaves nothing', async () => {
    const { api, dataDir } = fixture.plugboard;
    const { id } = await add('tried', 'tried');
    const before = await api.instances.get({ instance: id });
    const folders = () => readdir(path.join(dataDir, 'instances')).then((all) => all.sort());
    const present = await folders();

    const test = async (change: ConfigurationChange) => {
      for await (const event of await api.configuration.test({ instance: id, ...change })) {
        if (event.type === 'done') return event;
      }
      throw new Error('the test ended without an answer');
    };
    const good = await test({ settings: { values: { NAME: 'x' } }, secrets: { TOKEN: right } });
    expect(good).toMatchObject({ ok: true, credentials: [{ key: 'TOKEN', ok: true }] });
    expect(good.tools).toEqual(['show', 'whoami', 'command_lines']);
    const bad = await test({ secrets: { TOKEN: wrong } });
    expect(bad).toMatchObject({ ok: false, credentials: [{ key: 'TOKEN', ok: false }] });
    expect(JSON.stringify(bad)).not.toContain(wrong);
    const dead = await failure(test({ settings: { values: { REFUSE: true } } }));
    expect(dead.message).toContain('refuses to start');
    const unlike = await failure(test({ secrets: { TOKEN: 'no such form' } }));
    expect(unlike.message).toMatch(/^TOKEN: does not look like Token/);
    expect(unlike.message).not.toContain('no such form');

    expect(await folders()).toEqual(present);
    expect(await api.instances.get({ instance: id })).toMatchObject({
      secretNames: [],
      state: { pid: before.state.pid },
    });
    expect((await api.configuration.get({ instance: id })).revision).toBe(1);
  });
});

describe('secrets', () => {
  it('reach the server and are seen nowhere else', async () => {
    const { plugboard } = fixture;
    const { api, database, dataDir } = plugboard;
    await add('hidden', 'hidden', { secrets: { TOKEN: wrong } });
    const view = await configure('hidden', { secrets: { TOKEN: right } });
    expect(view.secrets).toEqual([{ key: 'TOKEN', name: 'TOKEN', required: false, set: true }]);
    expect(await callTool('hidden', 'whoami')).toBe('me');
    expect(await callTool('hidden', 'command_lines')).not.toContain(right);
    const inClear = await failure(configure('hidden', { settings: { values: { TOKEN: right } } }));
    expect(inClear.message).toContain('TOKEN: is a secret');
    await failure(configure('hidden', { settings: { env: { TOKEN: right } } }));

    const tables = await database.rows(
      dataDir,
      `select table_schema || '.' || table_name as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    );
    const dump: unknown[] = [];
    for (const { name } of tables) {
      dump.push(...(await database.rows(dataDir, `select t::text as row from ${String(name)} t`)));
    }
    const answers = await Promise.all([
      api.configuration.get({ instance: 'hidden' }),
      api.configuration.describe({ instance: 'hidden' }),
      api.instances.get({ instance: 'hidden' }),
      api.audit.list({}),
    ]);
    const seen = JSON.stringify([dump, answers, plugboard.output, allProcesses()]);
    expect(dump.length).toBeGreaterThan(50);
    for (const secret of [right, wrong]) {
      expect(seen).not.toContain(secret);
      expect(seen).not.toContain(Buffer.from(secret).toString('base64'));
    }
    expect((await configure('hidden', { secrets: { TOKEN: null } })).secrets[0]?.set).toBe(false);
    expect((await shown('hidden')).env).not.toHaveProperty('TOKEN');
  });
});

describe('templates', () => {
  it('are made of an instance without its secrets, and reach those that use them', async () => {
    const { plugboard } = fixture;
    const { api } = plugboard;
    await add('spoken', 'model', {
      values: { REGION: 'us', NAME: 'model' },
      secrets: { TOKEN: right },
    });
    await add('spoken', 'copy');
    const saved = await plugboard.cli('template', 'save', 'us', '--from', 'model', '--yes');
    expect(saved.stderr + saved.stdout).toContain('Wrote the template us');
    const applied = await plugboard.cli('template', 'apply', 'us', 'copy', '--yes');
    expect(applied.code, applied.stderr).toBe(0);
    expect((await shown('copy')).env).toMatchObject({ REGION: 'us', NAME: 'model' });
    const { templates } = await api.configuration.templates.list();
    expect(templates).toMatchObject([{ slug: 'us', usedBy: ['copy'] }]);
    expect(JSON.stringify(templates)).not.toContain('TOKEN');

    const server = 'com.example/spoken';
    const settings = { values: { REGION: 'eu' } };
    for await (const _event of await api.configuration.templates.save({
      server,
      slug: 'us',
      settings,
    }));
    const { env } = await shown('copy');
    expect(env.REGION).toBe('eu');
    expect(env).not.toHaveProperty('NAME');
    const inUse = await plugboard.cli('template', 'delete', 'us');
    expect(inUse.stderr).toContain('is used by copy');
    await configure('copy', { settings: { template: null } });
    expect((await plugboard.cli('template', 'delete', 'us')).code).toBe(0);
  });
});

describe('an instance from before revisions', () => {
  it('keeps what it was started with, and can be configured', async () => {
    const { database, dataDir } = fixture.plugboard;
    await add('older', 'older', { values: { NAME: 'old' } });
    await database.tamper(
      dataDir,
      'alter table instances no force row level security',
      'alter table instance_revisions no force row level security',
      `delete from instance_revisions where instance_id = (select id from instances where slug = 'older')`,
      `update instances set settings = '{}', entry = null, package = null where slug = 'older'`,
      'alter table instances force row level security',
      'alter table instance_revisions force row level security',
    );
    const view = await configure('older', { settings: { env: { EXTRA: 'new' } } });
    expect(view.own?.env).toMatchObject({ NAME: 'old', EXTRA: 'new' });
    const { args, env } = await shown('older');
    expect(args).toEqual(['serve', '--port', '8080']);
    expect(env).toMatchObject({ NAME: 'old', EXTRA: 'new', FROM: 'catalog' });
  });
});

describe('the command line', () => {
  it('shows, plans, sets with a test, and unsets', async () => {
    const { plugboard } = fixture;
    const cli = (...args: string[]) => plugboard.cli(...args);
    await add('values', 'spoken-to');
    const planned = await cli('config', 'set', 'spoken-to', '--set', 'REGION=eu');
    expect(planned.code).toBe(2);
    expect(planned.stdout).toMatch(/values\.REGION\s+eu\s+own/);
    expect(planned.stderr).toContain('--yes');
    const refused = await cli('config', 'set', 'spoken-to', '--set', 'port=x', '--yes');
    expect(refused.code).toBe(2);
    expect(refused.stdout).toContain('port: must be a whole number such as 8080.');

    const file = path.join(plugboard.dataDir, 'token.txt');
    await writeFile(file, `${right}\n`);
    const set = ['config', 'set', 'spoken-to', '--set', 'REGION=eu', '--set', 'words=a'];
    const done = await cli(
      ...set,
      '--secret',
      `TOKEN=@${file}`,
      '--test',
      '--note',
      'why',
      '--yes',
    );
    expect(done.code, done.stderr).toBe(0);
    expect(done.stdout).toContain('TOKEN: right');
    const shownText = (await cli('config', 'show', 'spoken-to')).stdout;
    expect(shownText).toMatch(/values\.REGION\s+eu\s+own/);
    expect(shownText).toMatch(/values\.port\s+8080\s+catalog/);
    expect(shownText).toMatch(/secrets\.TOKEN\s+set\s+own/);

    const unset = await cli('config', 'unset', 'spoken-to', 'words', 'secrets.TOKEN', '--yes');
    expect(unset.code, unset.stderr).toBe(0);
    const schema = (await cli('config', 'schema', 'com.example/values', '--catalog')).stdout;
    expect(schema).toMatch(/TOKEN\s+secret/);
    const layers = [
      'config',
      'layers',
      'set',
      'com.example/values',
      'prod',
      '--set',
      'REGION=mars',
    ];
    const layer = await cli(...layers, '--yes');
    expect(layer.code).toBe(2);
    expect(layer.stdout).toContain('REGION: must be one of');
  });
});
