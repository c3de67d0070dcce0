import { type Level, levelCovers, levels } from '@plugboard/contracts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decide, type Grant, type Subject } from './decide.ts';

const now = 1_000_000;

const level = fc.constantFrom(...levels);
const toolboxId = fc.constantFrom('toolbox-a', 'toolbox-b');
const instanceId = fc.constantFrom('instance-a', 'instance-b');
const kind = fc.constantFrom('tool', 'prompt', 'resource', 'resource_template');
const name = fc.constantFrom('read', 'write', 'drop');

const target = fc.oneof(
  fc.record({ scope: fc.constant('toolbox' as const), toolboxId }),
  fc.record({ scope: fc.constant('instance' as const), instanceId }),
  fc.record({ scope: fc.constant('offering' as const), instanceId, kind, name }),
);
const grant: fc.Arbitrary<Grant> = fc.record({
  id: fc.uuid(),
  effect: fc.constantFrom('allow', 'deny'),
  level,
  target,
  expiresAt: fc.option(fc.integer({ min: now - 10, max: now + 10 }), { nil: undefined }),
});
const grants = fc.array(grant, { maxLength: 8 });
const subject: fc.Arbitrary<Subject> = fc.record({ toolboxId, instanceId, kind, name, level });

function allow(fields: Partial<Grant> = {}): Grant {
  const everything = { scope: 'toolbox', toolboxId: 'toolbox-a' } as const;
  return {
    id: '1',
    effect: 'allow',
    level: 'admin',
    target: everything,
    expiresAt: undefined,
    ...fields,
  };
}

const tool: Subject = {
  toolboxId: 'toolbox-a',
  instanceId: 'instance-a',
  kind: 'tool',
  name: 'write',
  level: 'write',
};

describe('decide', () => {
  it('allows nothing without an allow', () => {
    fc.assert(
      fc.property(grants, subject, (rules, asked) => {
        const denies = rules.filter(({ effect }) => effect === 'deny');
        expect(decide(denies, asked, now).allowed).toBe(false);
      }),
    );
  });

  it('does not depend on the order of grants', () => {
    const shuffled = grants.chain((rules) =>
      fc.tuple(fc.constant(rules), fc.shuffledSubarray(rules, { minLength: rules.length })),
    );
    fc.assert(
      fc.property(shuffled, subject, ([rules, others], asked) => {
        expect(decide(others, asked, now)).toEqual(decide(rules, asked, now));
      }),
    );
  });

  it('never permits more when a deny is added, nor less when an allow is', () => {
    fc.assert(
      fc.property(grants, grant, subject, (rules, added, asked) => {
        const before = decide(rules, asked, now).allowed;
        const after = decide([...rules, added], asked, now).allowed;
        if (added.effect === 'deny') expect(after && !before).toBe(false);
        else expect(before && !after).toBe(false);
      }),
    );
  });

  it('treats an expired grant as absent', () => {
    fc.assert(
      fc.property(grants, subject, (rules, asked) => {
        const current = rules.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now);
        expect(decide(rules, asked, now)).toEqual(decide(current, asked, now));
      }),
    );
  });

  it('permits at a level whatever it permits at a higher one', () => {
    fc.assert(
      fc.property(grants, subject, level, (rules, asked, lower) => {
        fc.pre(levelCovers(asked.level, lower));
        const atHigher = decide(rules, asked, now).allowed;
        const atLower = decide(rules, { ...asked, level: lower }, now).allowed;
        expect(atHigher && !atLower).toBe(false);
      }),
    );
  });

  it('names a grant that itself gives the decision', () => {
    fc.assert(
      fc.property(grants, subject, (rules, asked) => {
        const decision = decide(rules, asked, now);
        if (decision.reason === 'no_grant') return;
        expect(rules).toContain(decision.grant);
        expect(decide([decision.grant], asked, now).reason).toBe(
          decision.reason === 'denied' ? 'denied' : decision.reason,
        );
      }),
    );
  });

  it('lets a deny of a toolbox beat an allow of one tool in it', () => {
    const narrow = {
      scope: 'offering',
      instanceId: 'instance-a',
      kind: 'tool',
      name: 'write',
    } as const;
    const rules = [
      allow({ id: '1', target: narrow }),
      allow({ id: '2', effect: 'deny', level: 'read' }),
    ];
    expect(decide(rules, tool, now)).toMatchObject({ reason: 'denied', grant: { id: '2' } });
  });

  it('lets what needs less pass a deny at a level', () => {
    const rules = [allow(), allow({ id: '2', effect: 'deny', level: 'execute' })];
    expect(decide(rules, tool, now).allowed).toBe(true);
    expect(decide(rules, { ...tool, level: 'execute' }, now).reason).toBe('denied');
  });

  it.each<[Level, boolean]>([
    ['read', false],
    ['write', true],
    ['execute', true],
    ['admin', true],
  ])('with a grant at %s permits a tool that needs write: %s', (held, permitted) => {
    const decision = decide([allow({ level: held })], tool, now);
    expect(decision.allowed).toBe(permitted);
    if (!permitted) expect(decision.reason).toBe('level_too_low');
  });

  it('ends with its grant, at the millisecond', () => {
    const rules = [allow({ expiresAt: now + 1 })];
    expect(decide(rules, tool, now).allowed).toBe(true);
    expect(decide(rules, tool, now + 1)).toMatchObject({ allowed: false, reason: 'no_grant' });
  });
});
