import { readFileSync } from 'node:fs';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { realData } from '../../../../test/harness/real-data.ts';
import { bundledServers } from '../bundled/bundled.ts';
import { type ServerJson, serverJsonSchema } from '../server-json.ts';
import { fromFirstForm } from '../sources/first-form.ts';
import { configurationSchema } from './configuration-schema.ts';
import type { LaunchTarget } from './launch-target.ts';
import { resolveLaunch } from './resolve-launch.ts';

const seed = realData('registry-2025-05/seed.json');

function realEntries(): readonly ServerJson[] {
  const items: unknown = seed === undefined ? [] : JSON.parse(readFileSync(seed, 'utf8'));
  const records = Array.isArray(items) ? items : [];
  return records.flatMap((item) => {
    const { success, data } = serverJsonSchema.safeParse(fromFirstForm(item).server);
    return success ? [data] : [];
  });
}

function targetsOf(entry: ServerJson): readonly LaunchTarget[] {
  return [
    ...(entry.packages ?? []).map((_, index) => ({ kind: 'package', index }) as const),
    ...(entry.remotes ?? []).map((_, index) => ({ kind: 'remote', index }) as const),
  ];
}

const entries = [...bundledServers().map(({ server }) => server), ...realEntries()];
const targets = entries.flatMap((entry) => targetsOf(entry).map((target) => ({ entry, target })));

describe('entries as they are', () => {
  it.skipIf(seed === undefined)('are hundreds', () => expect(targets.length).toBeGreaterThan(200));

  it('take any value without failing, and pass on no secret and no NUL', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom('--evil', '$(id)', 'a\0b', '../..', 'true', '8080', 'a\r\nb', '{workDir}/x'),
      fc.double(),
      fc.boolean(),
      fc.array(fc.string(), { maxLength: 3 }),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...targets),
        fc.infiniteStream(value),
        ({ entry, target }, all) => {
          const { properties } = configurationSchema(entry, target);
          const secrets = Object.keys(properties).filter((key) => properties[key]?.writeOnly);
          const given = Object.keys(properties).map((key) => [key, all.next().value] as const);
          const values = Object.fromEntries(given.filter(([key]) => !secrets.includes(key)));
          const hush = Object.fromEntries(secrets.map((key) => [key, 'hush-hush-hush']));
          const resolved = resolveLaunch(entry, target, { ...values, ...hush }, []);
          const { arguments: args, env, headers, url, problems } = resolved;
          const text = JSON.stringify([args, env, headers, url]);
          expect(text).not.toContain('hush-hush-hush');
          expect(text).not.toContain(String.raw`\u0000`);
          for (const header of Object.values(headers)) expect(header).not.toMatch(/[\r\n]/);
          for (const key of secrets) expect(problems.map((each) => each.key)).toContain(key);
          for (const { message } of problems) expect(message).toMatch(/\S\.$/);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('have keys that are unique, and defaults that are right for themselves', () => {
    for (const { entry, target } of targets) {
      const { properties, required } = configurationSchema(entry, target);
      const keys = Object.keys(properties);
      expect(new Set(keys).size).toBe(keys.length);
      expect(keys).toEqual(expect.arrayContaining([...required]));
      const { problems } = resolveLaunch(entry, target, {}, keys);
      const unexpected = problems.filter(
        ({ key, message }) => !required.includes(key) && !message.includes('is a secret'),
      );
      expect(unexpected, entry.name).toEqual([]);
    }
  });
});
