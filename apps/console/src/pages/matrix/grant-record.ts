import { isLevel, type Level } from '../../access/levels.ts';
import type { AccessMatrix, AuditEntry, Grant, GrantChange } from '@plugboard/contracts/api';

/** What a record of the audit log says of a grant. */
export interface GrantRecord {
  readonly id: string;
  /** Made; else taken back. */
  readonly made: boolean;
  readonly agent: string;
  readonly effect: 'allow' | 'deny';
  readonly level: Level;
  /** Where, in words. */
  readonly what: string;
  readonly toolbox: string | undefined;
  readonly instance: string | undefined;
  readonly offering: { readonly kind: string; readonly name: string } | undefined;
  readonly expiresAt: string | undefined;
}

/** Reads a record; undefined for one that is about something else. */
export function readGrantRecord({ kind, record }: AuditEntry): GrantRecord | undefined {
  if (kind !== 'grant.created' && kind !== 'grant.revoked') return undefined;
  const change = asObject(record['change']);
  const text = (name: string) => asText(change[name]);
  const level = text('level');
  const [id, agent] = [text('id'), text('agent')];
  if (id === undefined || agent === undefined || !isLevel(level)) return undefined;
  const { kind: of, name } = asObject(change['offering']);
  const offering =
    typeof of === 'string' && typeof name === 'string' ? { kind: of, name } : undefined;
  const [toolbox, instance] = [text('toolbox'), text('instance')];
  return {
    id,
    made: kind === 'grant.created',
    agent,
    effect: text('effect') === 'deny' ? 'deny' : 'allow',
    level,
    what: offering
      ? `${instance ?? ''} ${offering.name}`
      : (instance ?? (toolbox === undefined ? 'something' : `all of ${toolbox}`)),
    toolbox,
    instance,
    offering,
    expiresAt: text('expiresAt'),
  };
}

/**
 * What takes a change back, where that is still possible: a grant that was made is still there; one that was taken
 * back has an agent and a place to go to, and is not there again.
 */
export function undoOf(
  entry: AuditEntry,
  matrix: AccessMatrix,
  grants: readonly Grant[],
  now: number,
): readonly GrantChange[] | undefined {
  const record = readGrantRecord(entry);
  const target = record && targetOf(record, matrix);
  const agent = matrix.agents.find(({ slug }) => slug === record?.agent);
  if (!record || !target || !agent) return undefined;
  const about = { agent: agent.id, target, effect: record.effect };
  if (record.made) {
    const isThere = grants.some(({ id, expired }) => id === record.id && !expired);
    return isThere ? [{ ...about, level: null }] : undefined;
  }
  const { expiresAt } = record;
  if (expiresAt !== undefined && Date.parse(expiresAt) <= now) return undefined;
  if (grants.some((grant) => !grant.expired && isSame(grant, record))) return undefined;
  return [{ ...about, level: record.level, ...(expiresAt !== undefined && { expiresAt }) }];
}

function targetOf(record: GrantRecord, matrix: AccessMatrix): GrantChange['target'] | undefined {
  const { toolbox, instance, offering } = record;
  const found = matrix.instances.find(({ slug }) => slug === instance);
  if (offering) {
    const kind = (['tool', 'prompt', 'resource', 'resource_template'] as const).find(
      (each) => each === offering.kind,
    );
    return found && kind && { scope: 'offering', instance: found.id, kind, name: offering.name };
  }
  if (instance !== undefined) return found && { scope: 'instance', instance: found.id };
  const box = matrix.toolboxes.find(({ slug }) => slug === toolbox);
  return box && { scope: 'toolbox', toolbox: box.id };
}

/** Whether something is granted at the same place already: putting the earlier one back would take that away. */
function isSame(
  grant: Grant,
  { agent, effect, toolbox, instance, offering }: GrantRecord,
): boolean {
  if (grant.agent.slug !== agent || grant.effect !== effect) return false;
  const { target } = grant;
  if (target.scope === 'toolbox') return instance === undefined && target.toolbox.slug === toolbox;
  if (target.instance.slug !== instance) return false;
  return target.scope === 'instance' ? !offering : target.name === offering?.name;
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
