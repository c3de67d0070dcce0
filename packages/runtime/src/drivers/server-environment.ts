import { AppError } from '@plugboard/contracts';

import type { ProcessLaunch } from '../instance.ts';
import type { InstanceFolders } from '../sandbox/folders.ts';
import { ownerVariable } from '../sandbox/processes.ts';
import { systemPath } from '../sandbox/tools.ts';

export interface EnvironmentOptions {
  readonly launch: ProcessLaunch;
  /** Variables that hold secrets, or say where they are; they win over plain ones. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly folders: InstanceFolders;
  /** The folder that holds the `node` to be found on the path. */
  readonly nodeFolder: string;
  /** Names the data directory and this start, for finding what is left of it. */
  readonly owner: string;
  /** Where the allow-list proxy listens inside, when there is one. */
  readonly proxyUrl: string | undefined;
}

/** Linux takes 128 KiB for a variable with its name (MAX_ARG_STRLEN). */
const maxValueBytes = 120_000;

/** All that a server finds in its environment; nothing of Plugboard's own is among it. */
export function serverEnvironment(options: EnvironmentOptions): Record<string, string> {
  const { launch, secrets, folders, nodeFolder, owner, proxyUrl } = options;
  const env: Record<string, string> = {
    PATH: `${nodeFolder}:${systemPath}`,
    HOME: folders.home,
    TMPDIR: '/tmp',
    LANG: 'C.UTF-8',
    USER: 'plugboard',
    LOGNAME: 'plugboard',
    ...launch.env,
    ...secrets,
  };
  for (const [name, value] of Object.entries(env)) checkVariable(name, value);
  return { ...env, ...proxyVariables(proxyUrl), [ownerVariable]: owner };
}

/** Both spellings, since programs differ in which one they read. */
function proxyVariables(url: string | undefined): Record<string, string> {
  if (url === undefined) return {};
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'];
  return {
    ...Object.fromEntries(
      names.flatMap((name) => [name, name.toLowerCase()]).map((it) => [it, url]),
    ),
    NO_PROXY: 'localhost,127.0.0.1,::1',
    no_proxy: 'localhost,127.0.0.1,::1',
    NODE_USE_ENV_PROXY: '1',
  };
}

function checkVariable(name: string, value: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name)) {
    throw new AppError(
      'invalid_input',
      `${JSON.stringify(name)} cannot name an environment variable: letters, digits and underscores, not beginning with a digit.`,
    );
  }
  if (value.includes('\0')) {
    throw new AppError('invalid_input', `The value of ${name} holds a NUL character.`);
  }
  if (Buffer.byteLength(value) > maxValueBytes) {
    throw new AppError(
      'invalid_input',
      `The value of ${name} is too long for an environment variable (${maxValueBytes} bytes at most); a secret can be given as a file.`,
    );
  }
}
