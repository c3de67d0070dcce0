import type { InstanceSource, Supervisor } from '@plugboard/runtime';
import type { OnChange } from '@plugboard/gateway';
import type { Logger } from 'pino';

import type { InstanceChanges } from './revisions/instance-changes.ts';

export interface FollowOptions {
  readonly onChange: OnChange;
  readonly source: InstanceSource;
  readonly supervisor: Supervisor;
  readonly log: Logger;
  /** Who changes an instance here restarts it, when it is right to. */
  readonly changes: InstanceChanges;
}

/** Restarts running instances that changed and stops those that were removed, here or on another node. */
export function followInstanceChanges(options: FollowOptions): Disposable {
  const { onChange, source, supervisor, log, changes } = options;

  async function follow(
    organizationId: string,
    instanceId: string,
    isUnderWay: boolean,
  ): Promise<void> {
    try {
      const spec = await source.find(organizationId, instanceId);
      if (!spec) await supervisor.stop(instanceId);
      else if (!isUnderWay) await supervisor.restart(instanceId);
    } catch (error) {
      log.warn({ err: error, instanceId }, 'a changed instance could not be followed');
    }
  }

  const stop = onChange((event) => {
    if (event.kind !== 'instance') return;
    const { organizationId, instanceId } = event;
    void follow(organizationId, instanceId, changes.isUnderWay(instanceId));
  });
  return { [Symbol.dispose]: stop };
}
