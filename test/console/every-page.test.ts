import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { checkPage, hasBrowser, openConsole } from '../harness/console.ts';
import { type BusyPlugboard, startBusyPlugboard } from './busy-plugboard.ts';

let busy: BusyPlugboard;

/** Every page there is, by the name of its picture; with what is on it when it has loaded. */
const pages = {
  // Its heading is the answer to how all is.
  home: ['/', /./],
  welcome: ['/welcome', /welcome|connect/i],
  marketplace: ['/marketplace', 'Marketplace'],
  search: ['/marketplace?q=sqlite', 'Marketplace'],
  server: ['/marketplace/dbhub', /DBHub/],
  install: ['/install?server=dbhub', /install|add/i],
  toolboxes: ['/toolboxes', 'Toolboxes'],
  instances: ['/instances', 'Instances'],
  instance: ['/instances/everything', /everything/],
  'instance-tools': ['/instances/everything?tab=tools', /everything/],
  'instance-logs': ['/instances/everything?tab=logs', /everything/],
  'instance-configuration': ['/instances/everything?tab=configuration', /everything/],
  'instance-history': ['/instances/everything?tab=history', /everything/],
  'instance-updates': ['/instances/everything?tab=updates', /everything/],
  agents: ['/agents', 'Agents'],
  agent: ['/agents/claude-code', /claude-code/],
  'agent-grants': ['/agents/claude-code?tab=grants', /claude-code/],
  'agent-connect': ['/agents/claude-code?tab=connect', /claude-code/],
  'agent-tokens': ['/agents/claude-code?tab=tokens', /claude-code/],
  permissions: ['/matrix', 'Permissions'],
  playground: ['/playground?agent=claude-code&instance=everything&tool=get-sum', 'Playground'],
  credentials: ['/credentials', 'Credentials'],
  connections: ['/connections', 'Connections'],
  audit: ['/audit', 'Audit'],
  'audit-record': ['/audit/5', /record|5/i],
  people: ['/people', 'People'],
  settings: ['/settings', 'Settings'],
} as const satisfies Record<string, readonly [string, string | RegExp]>;

const looks = [
  ['desktop', 'light'],
  ['desktop', 'dark'],
  ['phone', 'light'],
  ['phone', 'dark'],
] as const;

describe.skipIf(!hasBrowser)('every page', () => {
  beforeAll(async () => void (busy = await startBusyPlugboard()));
  afterAll(() => busy?.[Symbol.asyncDispose]());

  it.each(looks)('is without fault on a %s, %s', async (viewport, theme) => {
    await using page = await openConsole(busy.plugboard, { viewport, theme });
    for (const [name, [path, heading]] of Object.entries(pages)) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
      await checkPage(page, name);
    }
    expect.hasAssertions();
  });
});
