import type { OwnConnection } from './own-connection.ts';

/** The states of one running copy of an instance (an instance and a credential set). */
export type InstanceState =
  | { readonly name: 'stopped' }
  | { readonly name: 'starting'; readonly since: number }
  | { readonly name: 'ready'; readonly since: number; readonly pid: number | undefined }
  | { readonly name: 'sleeping'; readonly since: number }
  /** Failed to start or died; the next call after `retryAt` (epoch ms) tries again. */
  | {
      readonly name: 'failing';
      readonly since: number;
      readonly failures: number;
      readonly reason: string;
      readonly retryAt: number;
    };

export interface InstanceStatus {
  readonly organizationId: string;
  readonly instanceId: string;
  readonly credentialSet: string;
  /** Undefined for the copy that all share; else the one client's that has it for itself. */
  readonly own: OwnConnection | undefined;
  readonly state: InstanceState;
  readonly restarts: number;
  readonly lastUsedAt: number | undefined;
  /** Resident memory of the whole process tree in bytes, when known. */
  readonly memoryBytes: number | undefined;
}
