import type { ChangeEvent } from '@plugboard/contracts';
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

type CredentialsEvent = Extract<ChangeEvent, { kind: 'instance_credentials' }>;

/** Restarts running instances that changed and stops those that were removed or stopped, here or on another node. */
export function followInstanceChanges(options: FollowOptions): Disposable {
  const { onChange, source, supervisor, log, changes } = options;

  async function follow(
    organizationId: string,
    instanceId: string,
    isUnderWay: boolean,
  ): Promise<void> {
    try {
      const spec = await source.find(organizationId, instanceId);
      if (!spec || spec.stopped === true) await supervisor.stop(instanceId);
      else if (!isUnderWay) await supervisor.restart(instanceId);
    } catch (error) {
      log.warn({ err: error, instanceId }, 'a changed instance could not be followed');
    }
  }

  async function followCredentials(event: CredentialsEvent): Promise<void> {
    const { instanceId, credentialSet, about } = event;
    try {
      if (about === 'removed') await supervisor.stop(instanceId, credentialSet);
      else await supervisor.restart(instanceId, credentialSet);
    } catch (error) {
      log.warn({ err: error, instanceId }, 'changed credentials could not be followed');
    }
  }

  const stop = onChange((event) => {
    if (event.kind === 'instance_credentials') void followCredentials(event);
    if (event.kind !== 'instance') return;
    const { organizationId, instanceId } = event;
    void follow(organizationId, instanceId, changes.isUnderWay(instanceId));
  });
  return { [Symbol.dispose]: stop };
}
