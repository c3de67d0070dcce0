import { AppError } from '@plugboard/contracts';
import { type Envelope, lastMember, readString, spliceEnvelope } from '@plugboard/protocol';

import type { ResolvedCall } from '../call/resolve.ts';
import type { TaskStore } from '../ports.ts';
import { exposeUri } from '../toolset/naming.ts';

/** Ids of tasks are kept, and shown in records. */
const maxTaskId = 1024;

/** Remembers whose the task is that a call has become, before anybody learns its id. */
export async function noteTask(
  tasks: TaskStore,
  { organizationId, agentId }: { readonly organizationId: string; readonly agentId: string },
  call: ResolvedCall,
  answer: Envelope,
): Promise<void> {
  const taskId = taskIdOf(answer);
  if (taskId === undefined || taskId.length > maxTaskId || taskId.includes('\0')) {
    throw new AppError('upstream_failed', 'The server began a task without a usable id.');
  }
  await tasks.put(organizationId, { instanceId: call.instance.id, taskId, agentId });
}

/**
 * An answer or notification about a task as an endpoint that aggregates shows it: its id tells which
 * server's it is, as resources' URIs do.
 */
export function exposeTaskId(message: Envelope, instanceSlug: string): Envelope {
  const root = message.result ?? message.params;
  if (!root || message.bytes[root.start] !== 0x7b) return message;
  const range = lastMember(message.bytes, root, 'taskId');
  const taskId = range && readString(message.bytes, range);
  if (!range || taskId === undefined) return message;
  const replacement = JSON.stringify(exposeUri(instanceSlug, taskId));
  return spliceEnvelope(message, [{ range, replacement }]);
}

function taskIdOf({ bytes, result }: Envelope): string | undefined {
  const isObject = result && bytes[result.start] === 0x7b;
  const range = isObject ? lastMember(bytes, result, 'taskId') : undefined;
  return range && readString(bytes, range);
}
