import type { InstanceSource, Supervisor } from '@plugboard/runtime';
import type { OnChange } from '@plugboard/gateway';
import type { Logger } from 'pino';

export interface FollowOptions {
  readonly onChange: OnChange;
  readonly source: InstanceSource;
  readonly supervisor: Supervisor;
  readonly log: Logger;
}

/** Restarts running instances that changed and stops those that were removed, here or on another node. */
export function followInstanceChanges(options: FollowOptions): Disposable {
  const { onChange, source, supervisor, log } = options;

  async function follow(organizationId: string, instanceId: string): Promise<void> {
    try {
      const spec = await source.find(organizationId, instanceId);
      await (spec ? supervisor.restart(instanceId) : supervisor.stop(instanceId));
    } catch (error) {
      log.warn({ err: error, instanceId }, 'a changed instance could not be followed');
    }
  }

  const stop = onChange((event) => {
    if (event.kind === 'instance') void follow(event.organizationId, event.instanceId);
  });
  return { [Symbol.dispose]: stop };
}
