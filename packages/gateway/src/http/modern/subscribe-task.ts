import { type Envelope, ModernError } from '@plugboard/protocol';

import { credentialSetOf } from '../../call/credential-set.ts';
import { exposeUris } from '../../call/expose-uris.ts';
import type { HttpServices } from '../post.ts';
import type { Listening } from './listening.ts';
import type { ModernCall } from './modern-call.ts';
import { runListenCall } from './run-listen-call.ts';

/**
 * Lets a client hear how a task of its agent goes on (io.modelcontextprotocol/tasks). Resolves to
 * whether it will: not of a task that is not the agent's, which does not exist for it.
 */
export async function subscribeTask(
  services: HttpServices,
  call: ModernCall,
  listening: Listening,
  taskId: string,
): Promise<boolean> {
  const { organizationId, agentId } = call.facts.caller;
  const isAggregate = call.toolset.endpoint.instance === undefined;
  try {
    return await runListenCall(services, call, { taskId }, async ({ instance, sentName }) => {
      const onMessage = (message: Envelope): void => {
        const shown = isAggregate
          ? exposeUris(message.method ?? '', message, instance.slug)
          : message;
        const rename = { member: 'taskId', exposed: taskId };
        listening.tell({ about: `task ${taskId}`, message: shown, rename });
      };
      using held = new DisposableStack();
      held.use(services.listenings.enter(agentId));
      held.use(
        await services.subscriptions.watchTasks({
          organizationId,
          instance,
          credentialSet: credentialSetOf(call.facts.caller, instance),
          taskIds: [sentName],
          onMessage,
          onLost: () => listening.end(),
        }),
      );
      listening.hold({
        subscription: held.move(),
        isPermitted: ({ instances }) => instances.some(({ id }) => id === instance.id),
      });
    });
  } catch (error) {
    if (error instanceof ModernError) return false;
    throw error;
  }
}
