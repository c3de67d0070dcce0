import type { Envelope } from '@plugboard/protocol';

import { credentialSetOf } from '../../call/credential-set.ts';
import { readableResource } from '../../call/readable-resource.ts';
import { uriOf } from '../../subscriptions/uri-of.ts';
import { exposeUri } from '../../toolset/naming.ts';
import type { Toolset } from '../../toolset/toolset.ts';
import type { HttpServices } from '../post.ts';
import type { Listening } from './listening.ts';
import type { ModernCall } from './modern-call.ts';
import { runListenCall } from './run-listen-call.ts';

/**
 * Lets a client hear of updates of a resource, which it may as long as it may read it. Resolves to
 * whether it will. Rejects when the agent may not, as for a resource that does not exist.
 */
export function subscribeResource(
  services: HttpServices,
  call: ModernCall,
  listening: Listening,
  uri: string,
): Promise<boolean> {
  const { caller } = call.facts;
  let toolset: Toolset = call.toolset;
  const find = (named: string) => readableResource(toolset, named, services.clock());
  return runListenCall(services, call, { uri }, async (resolved) => {
    const { instance, sentName } = resolved;
    const nameOf = (own: string): string =>
      call.toolset.endpoint.instance === undefined ? exposeUri(instance.slug, own) : own;
    const onUpdated = (message: Envelope): void => {
      const own = uriOf(message);
      // A server may name a part of what is listened to; an agent that may not read it hears the whole.
      const part = own === undefined || own === sentName ? undefined : nameOf(own);
      const exposed = part !== undefined && find(part)?.instance.id === instance.id ? part : uri;
      listening.tell({ about: `uri ${exposed}`, message, rename: { member: 'uri', exposed } });
    };
    using held = new DisposableStack();
    held.use(services.listenings.enter(caller.agentId));
    held.use(
      await services.subscriptions.subscribe({
        organizationId: caller.organizationId,
        instance,
        uri: sentName,
        credentialSet: credentialSetOf(caller, instance),
        onUpdated,
        onLost: () => listening.end(),
      }),
    );
    listening.hold({
      subscription: held.move(),
      isPermitted(current) {
        toolset = current;
        return find(uri)?.instance.id === instance.id;
      },
    });
  });
}
