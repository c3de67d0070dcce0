import type { ServerJson, ServerPackage, ServerRemote } from '../server-json.ts';

/** Which way of running a server is meant: one of its packages, or one of its remotes. */
export type LaunchTarget =
  | { readonly kind: 'package'; readonly index: number }
  | { readonly kind: 'remote'; readonly index: number };

/**
 * The way Plugboard runs a server when none is asked for: its first npm package, else its first
 * bundle, else its first remote that speaks streamable HTTP, else its first remote. Undefined when
 * it has none of them.
 */
export function defaultTarget(entry: ServerJson): LaunchTarget | undefined {
  const packages = entry.packages ?? [];
  for (const type of ['npm', 'mcpb']) {
    const index = packages.findIndex(({ registryType }) => registryType === type);
    if (index >= 0) return { kind: 'package', index };
  }
  const remotes = entry.remotes ?? [];
  const index = remotes.findIndex(({ type }) => type === 'streamable-http');
  return remotes.length > 0 ? { kind: 'remote', index: Math.max(index, 0) } : undefined;
}

/** The package that a target means; undefined when it means none. */
export function targetPackage(entry: ServerJson, target: LaunchTarget): ServerPackage | undefined {
  return target.kind === 'package' ? entry.packages?.[target.index] : undefined;
}

/** The remote that a target means; undefined when it means none. */
export function targetRemote(entry: ServerJson, target: LaunchTarget): ServerRemote | undefined {
  return target.kind === 'remote' ? entry.remotes?.[target.index] : undefined;
}
