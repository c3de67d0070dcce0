import type { OfferingKind } from '@plugboard/contracts';
import { findMember, splice } from '@plugboard/protocol';

import { authorize } from '../access/authorize.ts';
import type { Grant } from '../access/decide.ts';
import { reachesInstance } from '../access/reaches-instance.ts';
import type { Endpoint } from '../endpoint.ts';
import type { AccessSnapshot, OfferedInstance, Offering } from '../ports.ts';
import { exposeName, exposeUri } from './naming.ts';
import { rulingTemplates, subjectsOf } from './subjects.ts';

/** An offering under the name that this endpoint gives it. */
export interface Entry {
  readonly exposed: string;
  readonly instance: OfferedInstance;
  readonly offering: Offering;
}

/**
 * What one agent sees at one endpoint: entries to resolve calls with, and each list's `result` as
 * ready JSON text. Immutable; a change of grants or definitions makes a new one.
 */
export interface Toolset {
  readonly endpoint: Endpoint;
  readonly grants: readonly Grant[];
  /** Those that a grant reaches now: the others do not exist for this agent. */
  readonly instances: readonly OfferedInstance[];
  /** By exposed name. Holds what the agent may not call too: the decision comes later, at each call. */
  readonly entries: Readonly<Record<OfferingKind, ReadonlyMap<string, Entry>>>;
  readonly lists: Readonly<Record<OfferingKind, Buffer>>;
  /** Epoch milliseconds at which a grant runs out and the lists must be made again. */
  readonly validUntil: number;
}

const listMember: Readonly<Record<OfferingKind, string>> = {
  tool: 'tools',
  prompt: 'prompts',
  resource: 'resources',
  resource_template: 'resourceTemplates',
};

/** The definition's member that holds its name. */
const nameMember: Readonly<Record<OfferingKind, string>> = {
  tool: 'name',
  prompt: 'name',
  resource: 'uri',
  resource_template: 'uriTemplate',
};

/** Makes the toolset of an agent at an endpoint as of `now` (epoch ms). */
export function buildToolset(snapshot: AccessSnapshot, endpoint: Endpoint, now: number): Toolset {
  const served = snapshot.instances.filter((instance) => serves(endpoint, instance));
  const entries = {
    tool: new Map<string, Entry>(),
    prompt: new Map<string, Entry>(),
    resource: new Map<string, Entry>(),
    resource_template: new Map<string, Entry>(),
  };
  const shown: Record<OfferingKind, Buffer[]> = {
    tool: [],
    prompt: [],
    resource: [],
    resource_template: [],
  };
  for (const instance of served) {
    const templates = rulingTemplates(snapshot.grants, instance);
    for (const offering of instance.offerings) {
      const exposed = exposedName(endpoint, instance, offering);
      if (entries[offering.kind].has(exposed)) continue;
      entries[offering.kind].set(exposed, { exposed, instance, offering });
      const subjects = subjectsOf(instance, offering, templates);
      if (!authorize(snapshot.grants, subjects, now).allowed) continue;
      shown[offering.kind].push(renamed(offering, exposed));
    }
  }
  return {
    endpoint,
    grants: snapshot.grants,
    instances: served.filter((instance) => reachesInstance(snapshot.grants, instance, now)),
    entries,
    lists: {
      tool: listResult('tool', shown.tool),
      prompt: listResult('prompt', shown.prompt),
      resource: listResult('resource', shown.resource),
      resource_template: listResult('resource_template', shown.resource_template),
    },
    validUntil: nextExpiry(snapshot.grants, now),
  };
}

function serves(endpoint: Endpoint, instance: OfferedInstance): boolean {
  if (endpoint.toolbox !== undefined && endpoint.toolbox !== instance.toolboxSlug) return false;
  return endpoint.instance === undefined || endpoint.instance === instance.slug;
}

function exposedName(endpoint: Endpoint, instance: OfferedInstance, offering: Offering): string {
  if (endpoint.instance !== undefined) return offering.name;
  return offering.kind === 'tool' || offering.kind === 'prompt'
    ? exposeName(instance.slug, offering.name)
    : exposeUri(instance.slug, offering.name);
}

/** The definition with its name replaced, every other byte as the server wrote it. */
function renamed(offering: Offering, exposed: string): Buffer {
  if (exposed === offering.name) return offering.definition;
  const bytes = offering.definition;
  const name = findMember(bytes, { start: 0, end: bytes.length }, nameMember[offering.kind]);
  if (!name) return bytes;
  return splice(bytes, [{ range: name, replacement: Buffer.from(JSON.stringify(exposed)) }]);
}

function listResult(kind: OfferingKind, definitions: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`{"${listMember[kind]}":[`)];
  for (const [index, definition] of definitions.entries()) {
    if (index > 0) parts.push(comma);
    parts.push(definition);
  }
  parts.push(closing);
  return Buffer.concat(parts);
}

const comma = Buffer.from(',');
const closing = Buffer.from(']}');

function nextExpiry(grants: readonly Grant[], now: number): number {
  let soonest = Number.POSITIVE_INFINITY;
  for (const { expiresAt } of grants) {
    if (expiresAt !== undefined && expiresAt > now && expiresAt < soonest) soonest = expiresAt;
  }
  return soonest;
}
