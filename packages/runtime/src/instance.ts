import type { Era, UpstreamAuthorization } from '@plugboard/protocol';
import type { Secret } from '@plugboard/vault';

/** Which hosts a server may reach. `open` needs no proxy and is the admin's explicit choice. */
export type NetworkPolicy =
  | { readonly mode: 'off' }
  /** Host names, optionally `*.example.com` for any depth below, optionally `:port` (443 and 80 otherwise). */
  | { readonly mode: 'allow'; readonly hosts: readonly string[] }
  | { readonly mode: 'open' };

export interface ResourceLimits {
  readonly memoryMb: number;
  /** Share of one core: 1 is a whole core. */
  readonly cpus: number;
  readonly pids: number;
}

export const defaultLimits: ResourceLimits = { memoryMb: 512, cpus: 1, pids: 128 };

/** A stdio server from an installed npm package. */
export interface ProcessLaunch {
  readonly driver: 'process';
  /** Where the package is installed: the folder that holds `node_modules`. */
  readonly installDir: string;
  /** The script or binary to run, relative to `installDir`. */
  readonly entry: string;
  readonly args: readonly string[];
  /** Plain values; secret ones come from `openSecrets`. */
  readonly env: Readonly<Record<string, string>>;
  readonly network: NetworkPolicy;
  readonly limits: ResourceLimits;
  /** More folders of the host shown inside, each at the same path; only an admin may name them. */
  readonly mounts: readonly { readonly path: string; readonly writable: boolean }[];
}

/** A server elsewhere, spoken to by HTTP. */
export interface RemoteLaunch {
  readonly driver: 'remote';
  readonly transport: 'streamable-http' | 'sse';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the address may be private or loopback; an admin's explicit choice (SSRF). */
  readonly allowPrivateNetwork: boolean;
}

export interface InstanceSpec {
  readonly id: string;
  readonly organizationId: string;
  readonly slug: string;
  readonly launch: ProcessLaunch | RemoteLaunch;
  /** Sleep after this many milliseconds without a request; 0 keeps it running. */
  readonly idleMs: number;
  readonly startTimeoutMs: number;
  /** Kept from running until an admin starts it: it is not started, whoever asks. */
  readonly stopped?: boolean;
  /**
   * Whether what it offers was ever stored. The first start of one that was not is over only when it
   * was; later starts refresh it beside the call that asked for the start.
   */
  readonly listed?: boolean;
  /** The protocol era that it spoke at its last start; it is tried first. */
  readonly era?: Era | undefined;
}

/**
 * How a server gets a secret. `env`: a variable of its environment. `header`: sent with each request
 * to a remote one. `file`: a file in memory that only the server reads; the variable holds its path.
 * `descriptor`: an inherited descriptor; the variable holds `/proc/self/fd/N`.
 */
export type SecretPlace = 'env' | 'header' | 'file' | 'descriptor';

/** A secret for one start of a server, and how it reaches it. */
export interface InjectedSecret {
  /** Names the variable or the header. */
  readonly slot: string;
  readonly place: SecretPlace;
  readonly value: Secret;
}

/**
 * Opens the secrets of an instance for a credential set. Called at each start; nothing of it is kept
 * beyond that start. Rejects with `AppError('sign_in_required')` while somebody must connect an
 * account first.
 */
export type OpenSecrets = (
  instance: InstanceSpec,
  credentialSet: string,
) => Promise<readonly InjectedSecret[]>;

/** Where the supervisor learns what to run. */
export interface InstanceSource {
  find(organizationId: string, instanceId: string): Promise<InstanceSpec | undefined>;
  openSecrets: OpenSecrets;
  /**
   * For a remote server whose token changes while it is connected: asked at each start, and then for
   * the headers of each request. Resolves to undefined where `openSecrets` has all there is.
   */
  authorization?(
    instance: InstanceSpec,
    credentialSet: string,
  ): Promise<UpstreamAuthorization | undefined>;
}

/** Secrets by name as an instance keeps them itself: variables of a process, headers of a remote. */
export function inlineSecrets(
  { driver }: ProcessLaunch | RemoteLaunch,
  secrets: Readonly<Record<string, Secret>>,
): InjectedSecret[] {
  const place = driver === 'process' ? 'env' : 'header';
  return Object.entries(secrets).map(([slot, value]) => ({ slot, place, value }));
}
