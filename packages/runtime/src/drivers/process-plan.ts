import type { ProcessLaunch } from '../instance.ts';
import type { SecretSource } from '../sandbox/bubblewrap-arguments.ts';
import {
  encodeArguments,
  isolatingArguments,
  stagingArguments,
} from '../sandbox/bubblewrap-arguments.ts';
import { insideBootstrap, insideNode } from '../sandbox/filesystem-view.ts';
import type { FilesystemView } from '../sandbox/filesystem-view.ts';
import type { InstanceFolders } from '../sandbox/folders.ts';
import type { MemoryFile } from '../sandbox/memory-folder.ts';
import type { SandboxTools } from '../sandbox/probe.ts';
import { inheritingCommand } from './place-secrets.ts';
import type { PlacedSecrets, SecretFolders } from './place-secrets.ts';

/** What a descriptor beyond the standard streams is for; the position in the list is its number less 3. */
export type Channel =
  /** The bytes are written once the process is in its control groups, and the channel closed. */
  | { readonly kind: 'input'; readonly bytes: Buffer }
  /** bubblewrap tells on it what it started; the first is the one around all others. */
  | { readonly kind: 'status' }
  /** The bootstrap hands its listening socket over. */
  | { readonly kind: 'ipc' };

/** A process to spawn: a chain of programs, each becoming the next. */
export interface ProcessPlan {
  readonly command: readonly string[];
  /** Of the outermost program; a sandboxed server's own comes by a channel. */
  readonly env: Readonly<Record<string, string>>;
  readonly channels: readonly Channel[];
  readonly cwd: string;
  /** How many bubblewraps there are, one around the other. */
  readonly layers: number;
}

export interface PlanOptions {
  readonly tools: SandboxTools;
  readonly uid: number | undefined;
  readonly launch: ProcessLaunch;
  readonly folders: InstanceFolders;
  /** The server's program and arguments. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: PlacedSecrets;
  /** The `prlimit` command, or nothing. */
  readonly limits: readonly string[];
}

/** The port on which a sandbox with an allow-list finds its proxy, in a network of its own. */
export const proxyPort = 3128;

const firstDescriptor = 3;
/** Where a sandbox has its secrets; those to be inherited are there for a moment. */
export const insideSecrets: SecretFolders = { files: '/run/secrets', descriptors: '/tmp' };

const environmentPrefix = 'PLUGBOARD_SERVER_ENV_';

/** A server in a sandbox of bubblewrap. */
export function sandboxedPlan(
  options: PlanOptions & {
    readonly view: FilesystemView;
    readonly filter: Buffer | undefined;
    /** Whether root must make the view reachable first. */
    readonly staged: boolean;
  },
): ProcessPlan {
  const { tools, uid, launch, folders, view, filter, env, staged, secrets } = options;
  const { path: bubblewrap = '', disableUserns = false } = tools.bubblewrap ?? {};
  const filtered = launch.network.mode === 'allow';

  const channels: Channel[] = [];
  const addChannel = (channel: Channel): number => firstDescriptor + channels.push(channel) - 1;

  // First of all, so that the outermost program waits for it.
  const outerStatus = staged ? addChannel({ kind: 'status' }) : undefined;
  const stage =
    outerStatus &&
    addChannel({ kind: 'input', bytes: encodeArguments(stagingArguments(view, outerStatus)) });
  const status = addChannel({ kind: 'status' });
  const seccomp = filter && addChannel({ kind: 'input', bytes: filter });
  const ipc = filtered ? addChannel({ kind: 'ipc' }) : undefined;
  const addFile = ({ path, bytes }: MemoryFile): SecretSource => ({
    path,
    descriptor: addChannel({ kind: 'input', bytes }),
    size: bytes.length,
  });
  const isolating = isolatingArguments(
    {
      view,
      env: ipc === undefined ? env : bootstrapEnvironment(env, ipc),
      workFolder: folders.work,
      hostNetwork: launch.network.mode === 'open',
      secretFolder: insideSecrets.files,
      secretFiles: secrets.files.map(addFile),
      inheritedFiles: secrets.descriptors.map(addFile),
      temporaryBytes: launch.limits.memoryMb * 2 ** 20,
      seccompDescriptor: seccomp,
      statusDescriptor: status,
      disableUserns,
    },
    staged,
  );
  const isolate = addChannel({ kind: 'input', bytes: encodeArguments(isolating) });
  const command = [
    stage === undefined ? [] : [bubblewrap, '--args', String(stage), '--'],
    uid === undefined ? [] : dropTo(tools.setpriv, uid),
    [bubblewrap, '--args', String(isolate), '--'],
    options.limits,
    filtered
      ? [insideNode, '--disable-warning=ExperimentalWarning', insideBootstrap, String(proxyPort)]
      : [],
    // After the bootstrap, which is a Node and lets no descriptor through.
    inheritingCommand(secrets.descriptors),
    options.command,
  ].flat();
  return { command, channels, cwd: '/', env: {}, layers: staged ? 2 : 1 };
}

/** A server as a plain process, for when an admin allows that. */
export function plainPlan(options: PlanOptions): ProcessPlan {
  const { tools, uid, folders, env, secrets } = options;
  const command = [
    // A constant script: it waits until the process is in its control groups.
    ['/bin/sh', '-c', 'read -r _ <&3; exec 3<&- "$@"', 'sh'],
    dropTo(tools.setpriv, uid),
    options.limits,
    inheritingCommand(secrets.descriptors),
    options.command,
  ].flat();
  return {
    command,
    channels: [{ kind: 'input', bytes: Buffer.from('\n') }],
    cwd: folders.work,
    env,
    layers: 0,
  };
}

/** Processes that make the sandbox at most: each bubblewrap waits, and begins a namespace. */
export const sandboxHelpers = 4;

function dropTo(setpriv: string | undefined, uid: number | undefined): string[] {
  if (setpriv === undefined) return [];
  const user = uid === undefined ? [] : [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  return [setpriv, ...user, '--pdeathsig=KILL', '--'];
}

function bootstrapEnvironment(
  env: Readonly<Record<string, string>>,
  ipc: number,
): Record<string, string> {
  return {
    NODE_CHANNEL_FD: String(ipc),
    ...Object.fromEntries(
      Object.entries(env).map(([name, value]) => [`${environmentPrefix}${name}`, value]),
    ),
  };
}
