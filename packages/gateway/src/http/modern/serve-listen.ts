import { AppError } from '@plugboard/contracts';
import { findPath, serverInfoKey } from '@plugboard/protocol';

import type { ListNoun } from '../../session/session.ts';
import type { Toolset } from '../../toolset/toolset.ts';
import type { HttpServices } from '../post.ts';
import { type ListenFilter, readListenFilter } from './listen-filter.ts';
import { Listening } from './listening.ts';
import type { ModernCall } from './modern-call.ts';
import { declaresTasks } from './require-extension.ts';
import { subscribeResource } from './subscribe-resource.ts';
import { subscribeTask } from './subscribe-task.ts';

/** It is repeated with every message. */
const maxIdLength = 256;

/**
 * `subscriptions/listen` (MCP 2026-07-28): the response stays open and tells the client what it opted
 * into. Resolves when it is open. Each resource and task is decided and put on record like a call; a
 * resource that the agent may not read refuses the whole, a task that is not the agent's, or what
 * nobody there can tell, is left out of the acknowledgement.
 */
export async function serveListen(services: HttpServices, call: ModernCall): Promise<void> {
  const { exchange, id, reply, toolset } = call;
  const { identity, endpoint, response } = exchange;
  if (!reply.accepts.stream) {
    throw new AppError('invalid_input', 'Listening needs "Accept: text/event-stream".');
  }
  if (id.length > maxIdLength) {
    throw new AppError('invalid_input', `"id" may have ${maxIdLength} characters at most here.`);
  }
  const filter = readListenFilter(call.params);
  if (response.destroyed) return;
  const place = services.streams.enter(identity.agentId);
  response.once('close', () => place[Symbol.dispose]());
  const lists = filter.lists.filter((noun) => isAnnounced(toolset, noun));
  const taskIds = declaresTasks(call.client.capabilities) ? filter.tasks : [];
  const resultMeta = `"${serverInfoKey}":${JSON.stringify(services.serverInfo)}`;
  const listening = new Listening({ identity, endpoint, id, reply, lists, resultMeta });
  const stop = (): void => {
    services.listenings.delete(listening);
    listening[Symbol.dispose]();
  };
  response.once('close', stop);
  try {
    const resources = await subscribeAll(filter.resources, (uri) =>
      subscribeResource(services, call, listening, uri),
    );
    const tasks = await subscribeAll(taskIds, (taskId) =>
      subscribeTask(services, call, listening, taskId),
    );
    await services.listenings.add(listening);
    const honored: ListenFilter = { lists, resources, tasks };
    listening.acknowledge(honored);
    if (lists.length + resources.length + tasks.length === 0) listening.end();
  } catch (error) {
    stop();
    throw error;
  }
}

/** Whether the server of a transparent endpoint has such lists at all; an aggregate has them all. */
function isAnnounced({ endpoint, instances }: Toolset, noun: ListNoun): boolean {
  const hello = endpoint.instance === undefined ? undefined : instances[0]?.hello;
  if (!hello) return true;
  return findPath(hello, { start: 0, end: hello.length }, ['capabilities', noun]) !== undefined;
}

/**
 * Those of `names` that could be subscribed to, all tried at once. Rejects with the first refusal when
 * all have been tried.
 */
async function subscribeAll(
  names: readonly string[],
  subscribe: (name: string) => Promise<boolean>,
): Promise<string[]> {
  const tried = await Promise.allSettled(names.map(subscribe));
  return names.filter((_, index) => {
    const result = tried[index];
    if (result?.status === 'rejected') throw result.reason;
    return result?.value;
  });
}
