import type { SubjectKind } from '../access/decide.ts';
import type { OfferedInstance, Offering } from '../ports.ts';
import { parseExposedUri } from '../toolset/naming.ts';
import { type Subjects, subjectsOf, subjectsOfUnlisted, templatesOf } from '../toolset/subjects.ts';
import type { Entry, Toolset } from '../toolset/toolset.ts';
import { isForwardable, resolveMethod, resolveTask } from './resolve-other.ts';
import { textAt } from './value-at.ts';

/** The methods that name one offering each. All that Plugboard does not answer itself are calls. */
export const callMethods: readonly string[] = [
  'tools/call',
  'prompts/get',
  'resources/read',
  'completion/complete',
];

/** Where a call goes and what must be allowed for it to go there. */
export interface ResolvedCall extends Subjects {
  readonly instance: OfferedInstance;
  readonly kind: SubjectKind;
  /** The server's own name or URI; the method where no offering is meant. */
  readonly name: string;
  /**
   * The members to follow from `params` to what names it, whether its text must change, and to what.
   */
  readonly namePath: readonly string[];
  readonly renamed: boolean;
  readonly sentName: string;
  /** Where it was listed. */
  readonly offering: Offering | undefined;
  /** The server's own id of the task that it is about: whose that is must be asked still. */
  readonly taskId: string | undefined;
}

export type Resolution =
  | { readonly found: true; readonly call: ResolvedCall }
  | {
      readonly found: false;
      readonly reason: 'unknown' | 'unknown_method' | 'invalid';
      readonly message: string;
    };

/** Finds what a request names in the agent's toolset. `params` is the parsed `params` member. */
export function resolve(toolset: Toolset, method: string, params: unknown): Resolution {
  switch (method) {
    case 'tools/call':
      return resolveNamed(toolset, 'tool', textAt(params, ['name']), ['name']);
    case 'prompts/get':
      return resolveNamed(toolset, 'prompt', textAt(params, ['name']), ['name']);
    case 'resources/read':
    case 'resources/subscribe':
    case 'resources/unsubscribe':
    case 'resources/directory/read':
      return resolveUri(toolset, textAt(params, ['uri']), ['uri']);
    case 'completion/complete':
      return resolveReference(toolset, params);
    case 'subscriptions/listen':
      return resolveListening(toolset, method, params);
  }
  if (method.startsWith('tasks/') && isForwardable(method))
    return resolveTask(toolset, method, params);
  const call = resolveMethod(toolset, method, params);
  if (call) return { found: true, call };
  return { found: false, reason: 'unknown_method', message: unknownMessage('method', method) };
}

/** One of the things that a client wants to hear of: a resource by `uri`, or a task by `taskId`. */
function resolveListening(toolset: Toolset, method: string, params: unknown): Resolution {
  return textAt(params, ['taskId']) === undefined
    ? resolveUri(toolset, textAt(params, ['uri']), ['uri'])
    : resolveTask(toolset, method, params);
}

function resolveReference(toolset: Toolset, params: unknown): Resolution {
  const type = textAt(params, ['ref', 'type']);
  if (type === 'ref/prompt') {
    return resolveNamed(toolset, 'prompt', textAt(params, ['ref', 'name']), ['ref', 'name']);
  }
  if (type === 'ref/resource') {
    const uri = textAt(params, ['ref', 'uri']);
    const template = uri === undefined ? undefined : toolset.entries.resource_template.get(uri);
    return template
      ? { found: true, call: callTo(template, ['ref', 'uri']) }
      : resolveUri(toolset, uri, ['ref', 'uri']);
  }
  return invalid('params.ref.type must be "ref/prompt" or "ref/resource"');
}

function resolveNamed(
  toolset: Toolset,
  kind: 'tool' | 'prompt',
  name: string | undefined,
  namePath: readonly string[],
): Resolution {
  if (name === undefined) return invalid(`params.${namePath.join('.')} must be the ${kind}'s name`);
  const entry = toolset.entries[kind].get(name);
  if (!entry) return { found: false, reason: 'unknown', message: unknownMessage(kind, name) };
  return { found: true, call: callTo(entry, namePath) };
}

function callTo(entry: Entry, namePath: readonly string[]): ResolvedCall {
  const { instance, offering } = entry;
  return {
    instance,
    kind: offering.kind,
    name: offering.name,
    ...subjectsOf(instance, offering, offering.kind === 'resource' ? templatesOf(instance) : []),
    namePath,
    renamed: entry.exposed !== offering.name,
    sentName: offering.name,
    offering,
    taskId: undefined,
  };
}

/** Longer than any that is listed: it is compared with every template of a server. */
const maxUriLength = 8192;

function resolveUri(
  toolset: Toolset,
  uri: string | undefined,
  namePath: readonly string[],
): Resolution {
  if (uri === undefined) return invalid(`params.${namePath.join('.')} must be the resource's URI`);
  if (uri.length > maxUriLength) {
    return invalid(`params.${namePath.join('.')} may have ${maxUriLength} characters at most`);
  }
  const entry = toolset.entries.resource.get(uri) ?? soleOwner(toolset, uri);
  if (entry) {
    return {
      found: true,
      call: { ...callTo(entry, namePath), renamed: uri !== entry.offering.name },
    };
  }
  const unlisted = unlistedOwner(toolset, uri);
  if (!unlisted)
    return { found: false, reason: 'unknown', message: unknownMessage('resource', uri) };
  const { instance, name } = unlisted;
  return {
    found: true,
    call: {
      instance,
      kind: 'resource',
      name,
      ...subjectsOfUnlisted(instance, name),
      namePath,
      renamed: name !== uri,
      sentName: name,
      offering: undefined,
      taskId: undefined,
    },
  };
}

/**
 * A server's texts name its resources by its own URIs, which nobody rewrites there; such a URI is
 * understood on an aggregating endpoint when exactly one instance lists it.
 */
function soleOwner(toolset: Toolset, uri: string): Entry | undefined {
  if (toolset.endpoint.instance !== undefined) return undefined;
  let owner: Entry | undefined;
  for (const entry of toolset.entries.resource.values()) {
    if (entry.offering.name !== uri) continue;
    if (owner) return undefined;
    owner = entry;
  }
  return owner;
}

/** Servers may serve URIs they never listed; the endpoint or the URI's prefix says which server. */
function unlistedOwner(
  toolset: Toolset,
  uri: string,
): { instance: OfferedInstance; name: string } | undefined {
  const [only] = toolset.instances;
  if (toolset.endpoint.instance !== undefined) return only && { instance: only, name: uri };
  const parsed = parseExposedUri(uri);
  const instance = toolset.instances.find(({ slug }) => slug === parsed?.instanceSlug);
  return parsed && instance && { instance, name: parsed.uri };
}

/** One text for what does not exist and for what the agent may not know of. */
export function unknownMessage(kind: SubjectKind, name: string): string {
  const shown = name.length > 128 ? `${name.slice(0, 128)}…` : name;
  if (kind === 'method') return `Unknown method: ${shown}`;
  const noun = kind === 'resource_template' ? 'resource template' : kind;
  return `Unknown ${noun}: ${shown}. The list of ${noun}s shows what this agent may use.`;
}

function invalid(message: string): Resolution {
  return { found: false, reason: 'invalid', message };
}
