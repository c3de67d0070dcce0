import { statfs } from 'node:fs/promises';

import { AppError, isAppError } from '@plugboard/contracts';
import type { DoctorCheck, DoctorReport } from '@plugboard/contracts/api';

import type { AppServices } from '../../app/services.ts';
import { withTenant } from '../../store/tenant.ts';
import { checkCredentials } from '../credentials/check-credentials.ts';

type Services = Pick<
  AppServices,
  'db' | 'audit' | 'clock' | 'keyring' | 'readiness' | 'server' | 'supervisor'
>;

type Check = (services: Services, organizationId: string) => Promise<DoctorCheck[]>;

const checks: readonly Check[] = [
  checkParts,
  checkVault,
  checkCredentials,
  checkSandbox,
  checkDisk,
  checkInstances,
  checkMemory,
  checkBaseUrl,
];

const worstFirst = ['failed', 'warning', 'ok'] as const;

/** Runs every check. One that cannot be run counts as failed. */
export async function runDoctor(services: Services, organizationId: string): Promise<DoctorReport> {
  const found = await Promise.all(
    checks.map(async (check): Promise<DoctorCheck[]> => {
      try {
        return await check(services, organizationId);
      } catch (error) {
        const name = check.name.replace('check', '').toLowerCase();
        const message = isAppError(error) ? error.message : 'The check itself failed.';
        return [{ name, result: 'failed', message, cure: "See the server's log." }];
      }
    }),
  );
  const all = found.flat();
  const result = worstFirst.find((each) => all.some((check) => check.result === each)) ?? 'ok';
  return { result, checks: all };
}

async function checkParts({ readiness, server }: Services): Promise<DoctorCheck[]> {
  const parts = (await readiness()).filter(({ name }) => name !== 'vault');
  return parts.map(({ name, ready, detail }) =>
    ready
      ? {
          name,
          result: 'ok',
          message:
            name === 'database'
              ? `PostgreSQL ${server.database.version}, ${server.database.mode}.`
              : 'Works.',
        }
      : {
          name,
          result: 'failed',
          message: detail ?? 'Does not work now.',
          cure:
            name === 'database'
              ? 'Check that PostgreSQL runs and that DATABASE_URL is right; service resumes by itself.'
              : "See the server's log.",
        },
  );
}

async function checkVault({ keyring }: Services, organizationId: string): Promise<DoctorCheck[]> {
  try {
    await keyring.ownerKey(organizationId);
    return [{ name: 'vault', result: 'ok', message: "The organization's key opens." }];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [
      {
        name: 'vault',
        result: 'failed',
        message: `The organization's key does not open: ${error.message}`,
        cure: 'Start with the master key that sealed it: PLUGBOARD_MASTER_KEY, or master.key in the data directory.',
      },
    ];
  }
}

async function checkSandbox({ server: { sandbox } }: Services): Promise<DoctorCheck[]> {
  const { tier, reasons, allowUnsandboxed } = sandbox;
  if (tier === 'process') {
    return [
      {
        name: 'sandbox',
        result: allowUnsandboxed ? 'warning' : 'failed',
        message: `Servers cannot be isolated on this machine: ${reasons.join('; ')}`,
        cure: 'Install bubblewrap, and allow unprivileged user namespaces when not running as root.',
      },
    ];
  }
  return [
    {
      name: 'sandbox',
      result: reasons.length === 0 ? 'ok' : 'warning',
      message:
        reasons.length === 0
          ? `Servers are isolated (${tier}).`
          : `Servers are isolated (${tier}), with less than all: ${reasons.join('; ')}`,
    },
  ];
}

const lowDiskBytes = 1024 ** 3;

async function checkDisk({ server: { dataDir } }: Services): Promise<DoctorCheck[]> {
  const { bavail, bsize } = await statfs(dataDir);
  const free = bavail * bsize;
  const told = `${(free / 1024 ** 3).toFixed(1)} GB free in ${dataDir}.`;
  if (free >= lowDiskBytes) return [{ name: 'disk', result: 'ok', message: told }];
  return [
    {
      name: 'disk',
      result: 'warning',
      message: told,
      cure: 'Free some space, or move the data directory to a larger disk.',
    },
  ];
}

async function checkInstances(
  { db, supervisor }: Services,
  organizationId: string,
): Promise<DoctorCheck[]> {
  const statuses = await supervisor.statuses(organizationId);
  const rows = await withTenant(db, organizationId, (tx) =>
    tx.selectFrom('instances').select(['id', 'slug']).orderBy('slug').execute(),
  );
  return rows.flatMap(({ id, slug }) =>
    statuses
      .filter((status) => status.instanceId === id)
      .flatMap(({ state }): DoctorCheck[] =>
        state.name === 'failing'
          ? [
              {
                name: `instance ${slug}`,
                result: 'failed',
                message: `Failed ${state.failures} times: ${state.reason}`,
                cure: `See what it wrote: plugboard logs ${slug}`,
              },
            ]
          : [],
      ),
  );
}

const muchMemoryBytes = 512 * 1024 ** 2;

async function checkMemory(): Promise<DoctorCheck[]> {
  const used = process.memoryUsage.rss();
  const message = `The server uses ${Math.round(used / 1024 ** 2)} MB.`;
  if (used < muchMemoryBytes) return [{ name: 'memory', result: 'ok', message }];
  return [
    {
      name: 'memory',
      result: 'warning',
      message,
      cure: 'Restart it, and report what it was doing.',
    },
  ];
}

async function checkBaseUrl({ server: { urls } }: Services): Promise<DoctorCheck[]> {
  const { protocol, hostname } = new URL(urls.base);
  const isLocal = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  if (protocol === 'https:' || isLocal) {
    return [{ name: 'base URL', result: 'ok', message: `Reached at ${urls.base}.` }];
  }
  return [
    {
      name: 'base URL',
      result: 'warning',
      message: `${urls.base} is not https: tokens travel in the clear.`,
      cure: 'Put a TLS-terminating proxy in front and set PLUGBOARD_BASE_URL to its https URL.',
    },
  ];
}
