import { posix } from 'node:path';

import { AppError } from '@plugboard/contracts';
import semver from 'semver';

import type { BundleManifest } from './manifest.ts';

/** Stands in arguments and variables for the bundle's own folder, until an instance starts. */
export const bundleFolder = '{installDir}/bundle';

/** How a bundle is run here; `${user_config.…}` is still in arguments and variables. */
export interface BundleCommand {
  /** What to run, relative to the bundle's folder. */
  readonly entry: string;
  /** After the entry. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The machine that a bundle is to run on. */
export interface BundleHost {
  readonly platform: NodeJS.Platform;
  /** As `process.versions.node`. */
  readonly nodeVersion: string;
}

/**
 * Reads how to run a bundle on a machine. Throws `AppError('install_failed')` for what cannot run
 * there, and `invalid_input` for a command that is not of the bundle itself.
 */
export function bundleCommand(manifest: BundleManifest, host: BundleHost): BundleCommand {
  const { server, name } = manifest;
  refuseForeign(manifest, host);
  const { platform_overrides: overrides, ...plain } = server.mcp_config ?? {};
  const override = overrides?.[host.platform];
  const command = override?.command ?? plain.command;
  const args = (override?.args ?? plain.args ?? []).map(fillPlaces);
  const env = Object.fromEntries(
    Object.entries({ ...plain.env, ...override?.env }).map(([key, text]) => [
      key,
      fillPlaces(text),
    ]),
  );
  if (server.type === 'binary') {
    return { entry: insidePath(fillPlaces(command ?? server.entry_point), name), args, env };
  }
  if (command !== undefined && !/^(?:.*[/\\])?node(?:\.exe)?$/.test(command)) {
    throw new AppError(
      'install_failed',
      `The bundle "${name}" wants to be run by ${JSON.stringify(command.slice(0, 60))}; here a bundle's node server is run by Node alone.`,
    );
  }
  const at = args.findIndex((argument) => !argument.startsWith('-'));
  const options = at < 0 ? args : args.slice(0, at);
  const entry = insidePath(args[at] ?? fillPlaces(server.entry_point), name);
  return {
    entry,
    args: at < 0 ? [] : args.slice(at + 1),
    env: withNodeOptions(env, options, name),
  };
}

function refuseForeign({ server, name, compatibility }: BundleManifest, host: BundleHost): void {
  if (server.type === 'python' || server.type === 'uv') {
    throw new AppError(
      'install_failed',
      `The bundle "${name}" is a Python server (type ${server.type}), which Plugboard cannot run yet. Bundles of the types node and binary can be installed.`,
    );
  }
  const { platforms, runtimes } = compatibility ?? {};
  if (platforms && !platforms.includes(host.platform)) {
    throw new AppError(
      'install_failed',
      `The bundle "${name}" is for ${platforms.join(', ')}, and this machine is ${host.platform}.`,
    );
  }
  const wanted = runtimes?.node;
  const isRange = wanted !== undefined && semver.validRange(wanted) !== null;
  if (server.type === 'node' && isRange && !semver.satisfies(host.nodeVersion, wanted)) {
    throw new AppError(
      'install_failed',
      `The bundle "${name}" needs Node ${wanted}, and here is ${host.nodeVersion}.`,
    );
  }
}

/** Puts in what a manifest's own words for places mean here: a server's home is its work folder. */
function fillPlaces(text: string): string {
  return text
    .replaceAll('${__dirname}', bundleFolder)
    .replaceAll(/\$\{(?:\/|pathSeparator)\}/g, '/')
    .replaceAll('${HOME}', '{workDir}')
    .replaceAll('${DESKTOP}', '{workDir}/Desktop')
    .replaceAll('${DOCUMENTS}', '{workDir}/Documents')
    .replaceAll('${DOWNLOADS}', '{workDir}/Downloads');
}

/** A path of the bundle relative to its folder; the bundle must not name anything else to run. */
function insidePath(text: string, name: string): string {
  const own = text.startsWith(`${bundleFolder}/`) ? text.slice(bundleFolder.length + 1) : text;
  const path = posix.normalize(own.replaceAll('\\', '/'));
  if (path.startsWith('/') || path === '.' || /^\.\.(?:\/|$)/.test(path) || path.includes('${')) {
    throw new AppError(
      'invalid_input',
      `The bundle "${name}" wants to run ${JSON.stringify(text.slice(0, 100))}, which is not one of its own files.`,
    );
  }
  return path;
}

const harmlessOptions =
  /^--(?:no-warnings|no-deprecation|enable-source-maps|max-old-space-size=\d+|experimental-[a-z-]+|disable-warning=\w+)$/;

/** Options of Node itself stand before the entry; a few of them cannot change what is run. */
function withNodeOptions(
  env: Readonly<Record<string, string>>,
  options: readonly string[],
  name: string,
): Readonly<Record<string, string>> {
  if (options.length === 0) return env;
  const refused = options.find((option) => !harmlessOptions.test(option));
  if (refused !== undefined) {
    throw new AppError(
      'install_failed',
      `The bundle "${name}" gives Node the option ${JSON.stringify(refused.slice(0, 60))}, which is not allowed for bundles.`,
    );
  }
  const own = env.NODE_OPTIONS === undefined ? [] : [env.NODE_OPTIONS];
  return { ...env, NODE_OPTIONS: [...own, ...options].join(' ') };
}
