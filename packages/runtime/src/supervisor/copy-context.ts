import type { Copy } from './copy.ts';
import type { SupervisorLimits } from './limits.ts';
import type { SupervisorOptions, UpstreamListener, UpstreamRequestListener } from './options.ts';
import type { OwnConnection } from './own-connection.ts';
import type { StartQueue } from './start-queue.ts';

/** What all copies share. */
export interface CopyContext {
  readonly options: SupervisorOptions;
  readonly limits: SupervisorLimits;
  readonly queue: StartQueue;
  readonly clock: () => number;
  /** Hear what servers say by themselves, from their first byte on. */
  readonly onMessage: UpstreamListener;
  readonly onRequest: UpstreamRequestListener;
  /** Sets `copy.place` once there is room for it. */
  makeRoom(copy: Copy, place: 'process' | 'remote'): Promise<void>;
  /** Nothing would be lost any more with the copy. */
  onForgettable(copy: Copy): void;
  /** Whether nothing may be started any more. */
  isClosing(): boolean;
}

export interface CopyKey {
  readonly organizationId: string;
  readonly instanceId: string;
  readonly credentialSet: string;
  /** Undefined for the copy that all share. */
  readonly own: OwnConnection | undefined;
}

/** Whether the credentials are one member's or one agent's own, not those of all. */
export function isOneAccount({ credentialSet }: Pick<CopyKey, 'credentialSet'>): boolean {
  return credentialSet.startsWith('member:') || credentialSet.startsWith('agent:');
}

/** Whether the copy serves one client or one account, of which any number may come and go. */
export function isPersonal(key: Pick<CopyKey, 'credentialSet' | 'own'>): boolean {
  return key.own !== undefined || isOneAccount(key);
}
