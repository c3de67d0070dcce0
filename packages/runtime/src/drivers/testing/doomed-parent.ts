// Starts a server whose grandchild leaves its session, tells both process ids, and waits to be killed.
import { probeSandbox } from '../../sandbox/probe.ts';
import { createProcessDriver } from '../process.ts';

const [, , dataDir = '', installDir = '', mode] = process.argv;
const plain = mode === 'plain';
const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

const sandbox = await probeSandbox(dataDir);
const driver = await createProcessDriver({
  dataDir,
  log,
  allowUnsandboxed: plain,
  sandbox: plain ? { ...sandbox, tier: 'process' } : sandbox,
});
await driver.start(
  {
    id: 'doomed',
    organizationId: 'organization',
    slug: 'doomed',
    idleMs: 0,
    startTimeoutMs: 20_000,
    launch: {
      driver: 'process',
      installDir,
      entry: 'fork-away.mjs',
      args: [],
      env: {},
      network: { mode: 'off' },
      limits: { memoryMb: 256, cpus: 1, pids: 64 },
      mounts: [],
    },
  },
  { secrets: [] },
  {
    onStderr: (line) => process.stdout.write(`${line.toString()}\n`),
    signal: new AbortController().signal,
  },
);
setInterval(ignore, 60_000);

function ignore(): void {}
