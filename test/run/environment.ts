import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';

/** How to reach package registries from this machine: the one thing tests take from it. */
const network = [
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'npm_config_registry',
  'npm_config_cafile',
  'npm_config_globalconfig',
];

const terminal = ['TERM', 'COLORTERM', 'NO_COLOR', 'FORCE_COLOR', 'CI'];

export interface TestEnvironment {
  readonly variables: Readonly<Record<string, string>>;
  /** TMPDIR of the run. Whoever still works in it afterwards was left behind. */
  readonly folder: string;
}

/** Makes a home and a temporary folder of the run's own, and an environment with nothing else of the host. */
export function createEnvironment(root: string): TestEnvironment {
  // Short, since Unix sockets in it may not have more than 107 characters; and as open as /tmp, since
  // some children run as another user.
  const folder = mkdtempSync(path.join(process.platform === 'linux' ? '/tmp' : tmpdir(), 'pbt-'));
  chmodSync(folder, 0o1777);
  const home = path.join(folder, 'home');
  mkdirSync(home, { mode: 0o711 });
  const userconfig = process.env.npm_config_userconfig ?? path.join(homedir(), '.npmrc');
  return {
    folder,
    variables: {
      PATH: [
        path.join(root, 'node_modules/.bin'),
        path.dirname(process.execPath),
        '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      ].join(':'),
      HOME: home,
      TMPDIR: folder,
      LANG: 'C.UTF-8',
      TZ: 'UTC',
      ...(existsSync(userconfig) && { npm_config_userconfig: userconfig }),
      ...trustedAuthorities(),
      ...pick([...network, ...terminal]),
      // What CI keeps is read as plain text.
      ...(process.env['CI'] !== undefined && { NO_COLOR: '1' }),
    },
  };
}

/** The authorities that npm trusts on this machine, for what reaches a registry without npm. */
function trustedAuthorities(): Record<string, string> {
  const { stdout } = spawnSync('npm', ['config', 'get', 'cafile'], { encoding: 'utf8' });
  const file = stdout?.trim() ?? '';
  return path.isAbsolute(file) ? { NODE_EXTRA_CA_CERTS: file } : {};
}

function pick(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
