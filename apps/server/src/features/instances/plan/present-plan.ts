import type { InstallPlan } from '@plugboard/contracts/api';
import type { Secret } from '@plugboard/vault';

import type { ServerFacts } from '../../../app/services.ts';
import type { Planned } from './plan-instance.ts';

export function presentFetch({ package: plan, bundle }: Planned): InstallPlan['fetch'] {
  const packages = (plan?.packages ?? []).map(
    ({ name, version, integrity, bytes, license, deprecated, hasScripts }) => ({
      name,
      version,
      hasScripts,
      ...(integrity !== undefined && { integrity }),
      ...(bytes !== undefined && { bytes }),
      ...(license !== undefined && { license }),
      ...(deprecated !== undefined && { deprecated }),
    }),
  );
  const sizes = packages.map(({ bytes }) => bytes).filter((bytes) => bytes !== undefined);
  return {
    packages,
    bytes: sizes.reduce((sum, each) => sum + each, bundle?.bytes ?? 0),
    bytesUnknown: packages.length - sizes.length,
    ...(bundle && {
      bundle: { sha256: bundle.sha256, ...(bundle.url !== undefined && { url: bundle.url }) },
    }),
    present: plan?.present ?? bundle?.bytes !== undefined,
  };
}

export function presentRun(
  planned: Planned,
  { sandbox }: Pick<ServerFacts, 'sandbox'>,
  secrets: Readonly<Record<string, Secret>>,
): InstallPlan['run'] {
  const { configured, package: plan, settings, bundle } = planned;
  if (!configured) return undefined;
  const { launch } = configured;
  const mask = maskOf(secrets);
  if (launch.driver === 'remote') {
    const { driver, transport, headers } = launch;
    return {
      driver,
      transport,
      url: mask(launch.url),
      headers: [...new Set([...Object.keys(headers), ...Object.keys(configured.secrets)])],
    };
  }
  const isKnown = bundle === undefined || bundle.path !== undefined;
  return {
    driver: 'process',
    ...(isKnown && {
      entry: plan?.entry ?? bundle?.path ?? launch.entry,
      args: launch.args.map(mask),
      env: Object.fromEntries(Object.entries(launch.env).map(([name, text]) => [name, mask(text)])),
    }),
    isolation: sandbox.tier === 'process' ? 'process' : 'sandbox',
    limits: launch.limits,
    mounts: [...launch.mounts],
    node: {
      present: process.version,
      ...(plan?.nodeEngine !== undefined && { asked: plan.nodeEngine }),
    },
    scripts: settings.approveScripts === true ? [...(plan?.scripts ?? [])] : [],
  };
}

export function presentReach({ configured, facts, kind, bundle }: Planned): InstallPlan['reach'] {
  const whileInstalling =
    kind === 'package' ? 'registry' : bundle?.url === undefined ? 'none' : 'bundle';
  const reason = facts?.launch.networkReason;
  const launch = configured?.launch;
  const about = { whileInstalling, ...(reason !== undefined && { reason }) } as const;
  if (launch?.driver === 'remote') {
    const host = URL.parse(launch.url)?.host ?? '';
    // A URL that is not filled in yet has no host to tell.
    const isKnown = host !== '' && !host.includes('{');
    return { ...about, policy: isKnown ? { mode: 'allow', hosts: [host] } : { mode: 'off' } };
  }
  const policy = launch?.network ?? ({ mode: 'off' } as const);
  return {
    ...about,
    policy: policy.mode === 'allow' ? { mode: 'allow', hosts: [...policy.hosts] } : policy,
  };
}

const shortest = 4;

/** Hides values of secrets wherever somebody repeated one in the clear. */
function maskOf(secrets: Readonly<Record<string, Secret>>): (text: string) => string {
  const values = Object.values(secrets)
    .map((secret) => secret.reveal())
    .filter((value) => value.length >= shortest);
  return (text) => values.reduce((masked, value) => masked.replaceAll(value, '[secret]'), text);
}
