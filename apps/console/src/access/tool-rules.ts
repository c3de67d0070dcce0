import type { AccessDecision, Grant, GrantChange } from '@plugboard/contracts/api';

/** What is said of one tool itself: allowed, forbidden, or left to what is set above it. */
export type ToolRule = 'above' | 'allow' | 'deny';

export interface RuledTool {
  readonly rule: ToolRule;
  readonly expiresAt: string | undefined;
}

/** What grants of an agent say of a tool itself. A deny beats an allow. */
export function ruleOf(
  grants: readonly Grant[],
  { instance, kind, name }: Pick<AccessDecision, 'instance' | 'kind' | 'name'>,
): RuledTool {
  const about = grants.filter(
    ({ target, expired }) =>
      !expired &&
      target.scope === 'offering' &&
      target.instance.slug === instance &&
      target.kind === kind &&
      target.name === name,
  );
  const grant = about.find(({ effect }) => effect === 'deny') ?? about[0];
  return { rule: grant?.effect ?? 'above', expiresAt: grant?.expiresAt };
}

/** What it takes for a tool to be under this rule. */
export function changesForTool(
  agent: string,
  { instance, kind, name, level }: Pick<AccessDecision, 'instance' | 'kind' | 'name' | 'level'>,
  rule: ToolRule,
  expiresAt?: string,
): GrantChange[] {
  const about = { agent, target: { scope: 'offering', instance, kind, name } } as const;
  const ends = expiresAt === undefined ? {} : { expiresAt };
  return [
    rule === 'allow'
      ? { ...about, level, effect: 'allow', ...ends }
      : { ...about, level: null, effect: 'allow' },
    rule === 'deny'
      ? { ...about, level: 'read', effect: 'deny', ...ends }
      : { ...about, level: null, effect: 'deny' },
  ];
}
