import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';

interface SystemProgram {
  readonly program: string;
  readonly packageName: string;
  /** Which tests cannot run without it. */
  readonly without: string;
}

const programs: readonly SystemProgram[] = [
  { program: '/usr/bin/bwrap', packageName: 'bubblewrap', without: 'sandbox tests are skipped' },
  {
    program: '/usr/lib/postgresql/15/bin/postgres',
    packageName: 'postgresql-15',
    without: 'the external database is not tested',
  },
  { program: '/usr/bin/git', packageName: 'git', without: 'git checkouts are not tested' },
  { program: '/usr/bin/openssl', packageName: 'openssl', without: 'tests over https fail' },
  { program: '/usr/bin/chromium', packageName: 'chromium', without: 'browser tests are skipped' },
];

const createCluster = '/etc/postgresql-common/createcluster.conf';

/**
 * Installs the Debian packages that tests use where that is possible, and otherwise says what to
 * install and what is skipped without it. Returns whether nothing went wrong.
 */
export function installDebianPackages(say: (line: string) => void): boolean {
  const missing = programs.filter(({ program }) => !existsSync(program));
  if (missing.length === 0) return true;
  const names = missing.map(({ packageName }) => packageName);
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !existsSync('/usr/bin/apt-get')) {
    for (const { program, without } of missing) say(`${program} is missing: ${without}`);
    say(`to run them all: ${isRoot ? '' : 'sudo '}apt-get install ${names.join(' ')}`);
    return true;
  }
  say(`installing ${names.join(', ')} …`);
  // Tests start servers of their own: the package must not make one and run it.
  if (names.includes('postgresql-15') && !existsSync(createCluster)) {
    mkdirSync('/etc/postgresql-common', { recursive: true });
    writeFileSync(createCluster, 'create_main_cluster = false\n');
  }
  const install = ['install', '-y', '--no-install-recommends', ...names];
  return aptGet(['update'], say) && aptGet(install, say);
}

function aptGet(args: readonly string[], say: (line: string) => void): boolean {
  // What is configured already stays, without a question.
  const options = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Options::=--force-confold'];
  const done = spawnSync('apt-get', ['-q', ...options, ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', UCF_FORCE_CONFFOLD: '1' },
    encoding: 'utf8',
  });
  if (done.status === 0) return true;
  say(`apt-get ${args.join(' ')} failed:\n${done.stdout.slice(-2000)}${done.stderr.slice(-2000)}`);
  return false;
}
