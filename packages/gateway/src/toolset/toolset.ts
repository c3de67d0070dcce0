import type { OfferingKind } from '@plugboard/contracts';
import type { Range } from '@plugboard/protocol';

import { authorize } from '../access/authorize.ts';
import type { Grant } from '../access/decide.ts';
import { reachesInstance } from '../access/reaches-instance.ts';
import type { Endpoint } from '../endpoint.ts';
import type { AccessSnapshot, OfferedInstance, Offering } from '../ports.ts';
import { exposeDefinition } from './expose-definition.ts';
import { exposeName, exposeUri } from './naming.ts';
import { rulingTemplates, subjectsOf } from './subjects.ts';
import { headerParametersOf } from './tool-traits.ts';

/** An offering under the name that this endpoint gives it. */
export interface Entry {
  readonly exposed: string;
  readonly instance: OfferedInstance;
  readonly offering: Offering;
}

/** An offering that the agent may use, and where its definition lies in the list's text. */
export interface Shown {
  readonly offering: Offering;
  readonly range: Range;
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
  /**
   * All that the agent may use, but for what is stopped, for telling whether it changed. What a client is shown of it depends
   * on the client: see `listResult`.
   */
  readonly lists: Readonly<Record<OfferingKind, Buffer>>;
  readonly shown: Readonly<Record<OfferingKind, readonly Shown[]>>;
  /** Epoch milliseconds at which a grant runs out and the lists must be made again. */
  readonly validUntil: number;
}

/** The member of a list's result that holds the definitions. */
export const listMember: Readonly<Record<OfferingKind, string>> = {
  tool: 'tools',
  prompt: 'prompts',
  resource: 'resources',
  resource_template: 'resourceTemplates',
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
  const texts = {
    tool: new ListText('tool'),
    prompt: new ListText('prompt'),
    resource: new ListText('resource'),
    resource_template: new ListText('resource_template'),
  };
  for (const instance of served) {
    const templates = rulingTemplates(snapshot.grants, instance);
    for (const offering of instance.offerings) {
      if (!isUsable(instance, offering)) continue;
      const exposed = exposedName(endpoint, instance, offering);
      if (entries[offering.kind].has(exposed)) continue;
      entries[offering.kind].set(exposed, { exposed, instance, offering });
      if (instance.stopped === true) continue;
      const subjects = subjectsOf(instance, offering, templates);
      if (!authorize(snapshot.grants, subjects, now).allowed) continue;
      const definition =
        endpoint.instance === undefined
          ? exposeDefinition(offering, exposed, instance.slug)
          : offering.definition;
      if (definition) texts[offering.kind].add(offering, definition);
    }
  }
  return {
    endpoint,
    grants: snapshot.grants,
    instances: served.filter((instance) => reachesInstance(snapshot.grants, instance, now)),
    entries,
    lists: {
      tool: texts.tool.end(),
      prompt: texts.prompt.end(),
      resource: texts.resource.end(),
      resource_template: texts.resource_template.end(),
    },
    shown: {
      tool: texts.tool.shown,
      prompt: texts.prompt.shown,
      resource: texts.resource.shown,
      resource_template: texts.resource_template.shown,
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

/**
 * Over HTTP no client may use a tool whose header annotations break the rules (MCP 2026-07-28,
 * tools), and towards a modern remote server Plugboard is one.
 */
function isUsable(instance: OfferedInstance, offering: Offering): boolean {
  if (instance.era !== 'modern' || !instance.isRemote) return true;
  return headerParametersOf(offering) !== undefined;
}

/** The text of one list while it is put together. */
class ListText {
  readonly shown: Shown[] = [];
  readonly #parts: Buffer[];
  #length: number;

  constructor(kind: OfferingKind) {
    const head = Buffer.from(`{"${listMember[kind]}":[`);
    this.#parts = [head];
    this.#length = head.length;
  }

  add(offering: Offering, definition: Buffer): void {
    if (this.shown.length > 0) this.#push(comma);
    const start = this.#length;
    this.#push(definition);
    this.shown.push({ offering, range: { start, end: this.#length } });
  }

  end(): Buffer {
    return Buffer.concat([...this.#parts, closing]);
  }

  #push(part: Buffer): void {
    this.#parts.push(part);
    this.#length += part.length;
  }
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
