import type { Offering } from '@plugboard/gateway';

/**
 * Whether somebody should look twice before an agent may use it: it needs admin; or it may write or
 * execute, and does not say of itself that it destroys nothing (MCP, tool annotations: a tool that
 * says nothing of that may).
 */
export function isDangerous({ kind, level, definition }: Omit<Offering, 'name'>): boolean {
  if (level === 'read') return false;
  if (level === 'admin' || kind !== 'tool') return true;
  return !destroysNothing(definition);
}

function destroysNothing(definition: Buffer): boolean {
  if (definition.length === 0) return false;
  const parsed: unknown = JSON.parse(definition.toString());
  const annotations = memberOf(parsed, 'annotations');
  return memberOf(annotations, 'destructiveHint') === false;
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}
