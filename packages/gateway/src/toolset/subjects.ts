import { type Level, levelCovers } from '@plugboard/contracts';

import type { Grant, Subject } from '../access/decide.ts';
import type { OfferedInstance, Offering } from '../ports.ts';
import { canonicalTemplate, canonicalUri } from './canonical-uri.ts';
import { mayExpandTo } from './uri-template.ts';

/** All that a call may turn out to be about. */
export interface Subjects {
  /** The level that the call needs, whichever of them permits it. */
  readonly level: Level;
  /** One of them must be allowed, and none denied. */
  readonly subjects: readonly Subject[];
  /** A server may take the call for one of these too: a deny forbids it, an allow permits nothing. */
  readonly lookAlikes: readonly Subject[];
}

export function templatesOf(instance: OfferedInstance): readonly Offering[] {
  return instance.offerings.filter(({ kind }) => kind === 'resource_template');
}

/**
 * The templates that a grant names: no other decides on a resource, and to compare each of a server's
 * resources with each of its templates would let a server hold up the gateway.
 */
export function rulingTemplates(
  grants: readonly Grant[],
  instance: OfferedInstance,
): readonly Offering[] {
  const named = new Set(
    grants.flatMap(({ target }) =>
      target.scope === 'offering' &&
      target.kind === 'resource_template' &&
      target.instanceId === instance.id
        ? [target.name]
        : [],
    ),
  );
  return named.size === 0 ? [] : templatesOf(instance).filter(({ name }) => named.has(name));
}

/** What a call of a listed offering is about: itself, and those of `templates` that it comes from. */
export function subjectsOf(
  instance: OfferedInstance,
  offering: Offering,
  templates: readonly Offering[],
): Subjects {
  const own = subjectOf(instance, offering);
  if (offering.kind !== 'resource') {
    return { level: offering.level, subjects: [own], lookAlikes: [] };
  }
  return withTemplates(instance, own, templates, []);
}

/**
 * What reading a URI is about that a server did not list. It needs the highest level of the templates
 * that it may come from and of the listed resources that it may be another spelling of.
 */
export function subjectsOfUnlisted(instance: OfferedInstance, uri: string): Subjects {
  const templates = templatesOf(instance);
  const canonical = canonicalUri(uri);
  const spelledOtherwise = spellingsOf(instance).get(canonical) ?? [];
  const levels = [
    ...spelledOtherwise,
    ...templates.filter((it) => isTemplateOf(it, uri, canonical) !== 'no'),
  ].map(({ level }) => level);
  const level = levels.reduce<Level>((high, it) => (levelCovers(it, high) ? it : high), 'read');
  const own: Subject = {
    toolboxId: instance.toolboxId,
    instanceId: instance.id,
    kind: 'resource',
    name: uri,
    level,
  };
  return withTemplates(instance, own, templates, spelledOtherwise);
}

const spellings = new WeakMap<OfferedInstance, ReadonlyMap<string, readonly Offering[]>>();

/** Listed resources by their canonical spelling, made once for what an instance lists. */
function spellingsOf(instance: OfferedInstance): ReadonlyMap<string, readonly Offering[]> {
  let found = spellings.get(instance);
  if (!found) {
    const resources = instance.offerings.filter(({ kind }) => kind === 'resource');
    found = Map.groupBy(resources, ({ name }) => canonicalUri(name));
    spellings.set(instance, found);
  }
  return found;
}

/** The offering as access decisions see it. */
function subjectOf(instance: OfferedInstance, offering: Offering, level = offering.level): Subject {
  return {
    toolboxId: instance.toolboxId,
    instanceId: instance.id,
    kind: offering.kind,
    name: offering.name,
    level,
  };
}

function withTemplates(
  instance: OfferedInstance,
  own: Subject,
  templates: readonly Offering[],
  spelledOtherwise: readonly Offering[],
): Subjects {
  const { level } = own;
  const canonical = canonicalUri(own.name);
  const subjects = [own];
  const lookAlikes = spelledOtherwise.map((offering) => subjectOf(instance, offering, level));
  for (const offering of templates) {
    const match = isTemplateOf(offering, own.name, canonical);
    if (match === 'surely') subjects.push(subjectOf(instance, offering, level));
    if (match === 'maybe') lookAlikes.push(subjectOf(instance, offering, level));
  }
  return { level, subjects, lookAlikes };
}

/**
 * Whether a URI comes from a template: `surely` when it does as written and as servers may read it,
 * so that `file:///pub/{name}` does not permit `file:///pub/../key`.
 */
function isTemplateOf(
  { name }: Offering,
  uri: string,
  canonical: string,
): 'surely' | 'maybe' | 'no' {
  const asWritten = mayExpandTo(name, uri);
  const asRead = mayExpandTo(canonicalTemplate(name), canonical);
  if (asWritten && asRead) return 'surely';
  return asWritten || asRead ? 'maybe' : 'no';
}
