import type { InstallFailure } from './messages.ts';

/**
 * Which of a package's commands starts the server, as a path inside the package: the one asked for;
 * else the one named like the package; else the only one.
 */
export function chooseBinary(
  packageName: string,
  bin: Readonly<Record<string, string>>,
  command: string | undefined,
): { readonly path: string } | { readonly failure: InstallFailure } {
  const commands = Object.keys(bin);
  if (commands.length === 0) return { failure: { kind: 'no_binary' } };
  if (command !== undefined) {
    const asked = Object.hasOwn(bin, command) ? bin[command] : undefined;
    if (asked === undefined) return { failure: { kind: 'unknown_binary', commands } };
    return { path: asked };
  }
  const unscoped = packageName.replace(/^@[^/]*\//, '');
  const own = Object.hasOwn(bin, unscoped) ? bin[unscoped] : undefined;
  const [only] = commands;
  // Several names for one file are one command.
  const isOne = new Set(Object.values(bin)).size === 1;
  const path = own ?? (isOne && only !== undefined ? bin[only] : undefined);
  return path === undefined ? { failure: { kind: 'several_binaries', commands } } : { path };
}
