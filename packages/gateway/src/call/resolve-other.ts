import type { Level } from '@plugboard/contracts';

import type { Subject } from '../access/decide.ts';
import type { OfferedInstance } from '../ports.ts';
import { parseExposedUri } from '../toolset/naming.ts';
import { subjectsOfUnlisted } from '../toolset/subjects.ts';
import type { Toolset } from '../toolset/toolset.ts';
import type { Resolution, ResolvedCall } from './resolve.ts';
import { textAt } from './value-at.ts';

/**
 * Methods that are no calls: Plugboard answers them itself, they belong to the other direction, or they
 * are of the tasks that servers of the legacy era tried out, which would show one agent what is another's.
 */
const reserved: ReadonlySet<string> = new Set([
  'initialize',
  'ping',
  'server/discover',
  'subscriptions/listen',
  'logging/setLevel',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/subscribe',
  'resources/unsubscribe',
  'tasks/list',
  'tasks/result',
  'roots/list',
  'sampling/createMessage',
  'elicitation/create',
]);

/** Whether a request with this method may go to a server at all. */
export function isForwardable(method: string): boolean {
  return !reserved.has(method) && !method.startsWith('notifications/');
}

const looksOnly: ReadonlySet<string> = new Set(['tasks/get', 'subscriptions/listen']);

/** The level that calls about a task need: what only looks changes nothing. */
function taskLevel(method: string): Level {
  return looksOnly.has(method) ? 'read' : 'write';
}

/** Finds the instance that a request about a task is for; whose task it is must be asked still. */
export function resolveTask(toolset: Toolset, method: string, params: unknown): Resolution {
  const exposed = textAt(params, ['taskId']);
  if (exposed === undefined) {
    return { found: false, reason: 'invalid', message: "params.taskId must be the task's id" };
  }
  const owner = ownerOf(toolset, exposed);
  if (!owner) return { found: false, reason: 'unknown', message: unknownTask(exposed) };
  const call = callOf(owner.instance, method, taskLevel(method), {
    namePath: ['taskId'],
    renamed: owner.own !== exposed,
    sentName: owner.own,
  });
  return { found: true, call: { ...call, taskId: owner.own } };
}

export function unknownTask(taskId: string): string {
  const shown = taskId.length > 128 ? `${taskId.slice(0, 128)}…` : taskId;
  return `Unknown task: ${shown}. It was not started by this agent, or is long over.`;
}

/**
 * A method that Plugboard does not know. On a transparent endpoint it goes to the server; where many
 * are behind one endpoint, to the one that its `uri` or `name` is of. Undefined where none can be told.
 */
export function resolveMethod(
  toolset: Toolset,
  method: string,
  params: unknown,
): ResolvedCall | undefined {
  if (!isForwardable(method)) return undefined;
  // Extensions that only read are known by their names; of others nobody knows what they do.
  const level = method.startsWith('skills/') ? 'read' : 'execute';
  for (const key of ['uri', 'name']) {
    const text = textAt(params, [key]);
    if (text === undefined) continue;
    const owner = key === 'uri' ? ownerOf(toolset, text) : ownerOfName(toolset, text);
    if (!owner) continue;
    const call = callOf(owner.instance, method, level, {
      namePath: [key],
      renamed: owner.own !== text,
      sentName: owner.own,
    });
    return { ...call, lookAlikes: lookAlikesOf(owner.instance, owner.own, level) };
  }
  const [only] = toolset.instances;
  if (toolset.endpoint.instance === undefined || !only) return undefined;
  return callOf(only, method, level, { namePath: [], renamed: false, sentName: '' });
}

function callOf(
  instance: OfferedInstance,
  method: string,
  level: Level,
  name: Pick<ResolvedCall, 'namePath' | 'renamed' | 'sentName'>,
): ResolvedCall {
  return {
    instance,
    kind: 'method',
    name: method,
    level,
    subjects: [subjectOf(instance, 'method', method, level)],
    lookAlikes: [],
    offering: undefined,
    taskId: undefined,
    ...name,
  };
}

interface Owner {
  readonly instance: OfferedInstance;
  /** The text as the server knows it. */
  readonly own: string;
}

function ownerOf(toolset: Toolset, text: string): Owner | undefined {
  const [only] = toolset.instances;
  if (toolset.endpoint.instance !== undefined) return only && { instance: only, own: text };
  const parsed = parseExposedUri(text);
  const instance = toolset.instances.find(({ slug }) => slug === parsed?.instanceSlug);
  return parsed && instance && { instance, own: parsed.uri };
}

function ownerOfName(toolset: Toolset, name: string): Owner | undefined {
  const [only] = toolset.instances;
  if (toolset.endpoint.instance !== undefined) return only && { instance: only, own: name };
  const entry = toolset.entries.tool.get(name) ?? toolset.entries.prompt.get(name);
  if (!entry || !toolset.instances.includes(entry.instance)) return undefined;
  return { instance: entry.instance, own: entry.offering.name };
}

/** A server may take the method for the use of what it names, so a deny on that counts here too. */
function lookAlikesOf(instance: OfferedInstance, name: string, level: Level): readonly Subject[] {
  const resource = subjectsOfUnlisted(instance, name);
  return [
    subjectOf(instance, 'tool', name, level),
    subjectOf(instance, 'prompt', name, level),
    ...[...resource.subjects, ...resource.lookAlikes].map((subject) => ({ ...subject, level })),
  ];
}

function subjectOf(
  { id, toolboxId }: OfferedInstance,
  kind: Subject['kind'],
  name: string,
  level: Level,
): Subject {
  return { toolboxId, instanceId: id, kind, name, level };
}
