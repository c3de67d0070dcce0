import type { ConfigurationView, DescribedConfiguration, Instance } from '@plugboard/contracts/api';
import { describe, expect, it } from 'vitest';

import { changeOf, draftOf } from './draft.ts';
import { launchInForce, launchPatch } from './launch-schema.ts';

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is not read is left out
const view = {
  own: { preset: 'careful', values: { NAME: 'a' }, env: { KEPT: 'x=y', GONE: '1' } },
  entries: [
    { path: 'values.NAME', value: 'a', origin: 'own' },
    { path: 'values.REGION', value: 'eu', origin: 'preset' },
    { path: 'idleMs', value: 600_000, origin: 'plugboard' },
  ],
} as unknown as ConfigurationView;

const described: DescribedConfiguration = {
  server: 'com.example/a',
  version: '1.0.0',
  open: false,
  presets: [],
  schema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: {
      NAME: { type: 'string' },
      REGION: { type: 'string' },
      TOKEN: { type: 'string', writeOnly: true },
    },
  },
};

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is not read is left out
const instance = {
  idleMs: 600_000,
  startTimeoutMs: 60_000,
  launch: {
    driver: 'process',
    network: { mode: 'allow', hosts: ['api.example.com'] },
    limits: { memoryMb: 256, cpus: 1, pids: 64 },
    mounts: [],
  },
} as unknown as Instance;

const launch = launchInForce(instance, view);
const draft = draftOf(view, launch);

describe('a change of configuration', () => {
  it('is none when nothing differs', () => {
    expect(changeOf(draft, view, described, launchPatch(launch, draft.launch, view))).toBe(
      undefined,
    );
  });

  it('names only what differs; what is emptied is taken away', () => {
    const values = { NAME: 'b' };
    expect(changeOf({ ...draft, values }, view, described, undefined)).toEqual({
      settings: { values: { NAME: 'b', REGION: null } },
    });
  });

  it('has secrets apart, and leaves those alone that were not typed', () => {
    const typed = { ...draft.values, TOKEN: 'new' };
    expect(changeOf({ ...draft, values: typed }, view, described, undefined)).toEqual({
      secrets: { TOKEN: 'new' },
    });
    const empty = { ...draft.values, TOKEN: '' };
    expect(changeOf({ ...draft, values: empty }, view, described, undefined)).toBe(undefined);
  });

  it('takes a preset away with null', () => {
    expect(changeOf({ ...draft, preset: undefined }, view, described, undefined)).toEqual({
      settings: { preset: null },
    });
  });
});

describe('a change of how it runs', () => {
  it('has times and limits in the units of the API, and null for what is emptied', () => {
    const after = { ...launch, sleepMinutes: 2.5, memoryMb: undefined, cpus: 2 };
    expect(launchPatch(launch, after, view)).toEqual({
      idleMs: 150_000,
      limits: { memoryMb: null, cpus: 2 },
    });
  });

  it('has hosts only where the network asks for them', () => {
    expect(launchPatch(launch, { ...launch, network: 'open' }, view)).toEqual({
      network: { mode: 'open' },
    });
    expect(launchPatch(launch, { ...launch, hosts: ['b.example.com'] }, view)).toEqual({
      network: { mode: 'allow', hosts: ['b.example.com'] },
    });
    expect(launchPatch(launch, { ...launch, network: undefined }, view)).toEqual({ network: null });
  });

  it('keeps an equals sign in a value, and takes variables away that are gone', () => {
    expect(launch).toMatchObject({ env: ['KEPT=x=y', 'GONE=1'] });
    expect(launchPatch(launch, { ...launch, env: ['KEPT=x=z', 'NEW=1'] }, view)).toEqual({
      env: { KEPT: 'x=z', GONE: null, NEW: '1' },
    });
  });
});
