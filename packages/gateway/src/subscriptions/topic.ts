import {
  buildNotification,
  type Envelope,
  findMember,
  JsonSyntaxError,
  readEnvelope,
  readString,
} from '@plugboard/protocol';

/** One thing that a server tells of, by the server's own name for it. */
export interface Topic {
  readonly kind: 'resource' | 'task';
  /** The URI of a resource, the id of a task. */
  readonly name: string;
}

/** A topic as the key of a map. */
export function topicKey({ kind, name }: Topic): string {
  return `${kind} ${name}`;
}

/** What a notification is about; undefined when it is about neither. */
export function topicOf({ kind, method, bytes, params }: Envelope): Topic | undefined {
  if (kind !== 'notification' || params === undefined) return undefined;
  const about = subjects.get(method ?? '');
  if (about === undefined) return undefined;
  try {
    const range = findMember(bytes, params, about.member);
    const name = range && readString(bytes, range);
    return name === undefined ? undefined : { kind: about.kind, name };
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}

const subjects: ReadonlyMap<string, { readonly kind: Topic['kind']; readonly member: string }> =
  new Map([
    ['notifications/resources/updated', { kind: 'resource', member: 'uri' }],
    ['notifications/tasks', { kind: 'task', member: 'taskId' }],
  ]);

/** That a resource may have been updated, as its server would say it. */
export function updatedNotification(uri: string): Envelope {
  const params = Buffer.from(JSON.stringify({ uri }));
  return readEnvelope(buildNotification('notifications/resources/updated', params));
}

const maxDepth = 64;

/** The resources that a URI may be a part of, the nearest first, at most 64. */
export function* enclosingUris(uri: string): Iterable<string> {
  let end = uri.length;
  for (let depth = 0; depth < maxDepth; depth += 1) {
    let at = end - 1;
    while (at > 0 && !'/?#'.includes(uri.charAt(at))) at -= 1;
    if (at <= 0) return;
    // Both `notes://a` and `notes://a/` are named by those who mean all that is in it.
    if (at + 1 < uri.length) yield uri.slice(0, at + 1);
    yield uri.slice(0, at);
    end = at;
  }
}
