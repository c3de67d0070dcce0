import type { LaunchTarget } from '../configuration/launch-target.ts';
import type { ServerJson, ServerRemote } from '../server-json.ts';
import type { ImportedRun } from './imported-server.ts';

export interface EntryMatch {
  readonly entry: ServerJson;
  /** The package or remote of it that is what was imported. */
  readonly target: LaunchTarget;
}

/**
 * The entries that an imported server may be, found by the package, image or address that it runs,
 * never by what the client happens to call it; the first entry given wins.
 */
export function matchEntry(
  run: ImportedRun,
  entries: readonly ServerJson[],
): EntryMatch | undefined {
  if (run.kind === 'command') return undefined;
  for (const entry of entries) {
    if (run.kind === 'entry') {
      if (entry.name !== run.name) continue;
      const kind = entry.packages?.length ? 'package' : 'remote';
      return { entry, target: { kind, index: 0 } };
    }
    const index =
      run.kind === 'remote'
        ? (entry.remotes ?? []).findIndex((remote) => isRemote(remote, run.url.text))
        : (entry.packages ?? []).findIndex(({ registryType, identifier }) =>
            run.kind === 'image'
              ? registryType === 'oci' && imageName(identifier) === imageName(run.image)
              : registryType === run.registry &&
                packageName(run.registry, identifier) === packageName(run.registry, run.name),
          );
    if (index < 0) continue;
    return { entry, target: { kind: run.kind === 'remote' ? 'remote' : 'package', index } };
  }
  return undefined;
}

/** PyPI takes `_`, `.` and `-`, and upper and lower case, for the same (PEP 503). */
function packageName(registry: 'npm' | 'pypi', name: string): string {
  return registry === 'npm' ? name : name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

/** Without tag and digest, and without what Docker adds by itself. */
function imageName(image: string): string {
  return image
    .replace(/@sha256:.*$/, '')
    .replace(/:[^/:]*$/, '')
    .replace(/^(?:docker:\/\/)?(?:(?:index\.)?docker\.io\/)?(?:library\/)?/, '')
    .toLowerCase();
}

/** Whether an address is one that the remote's template can come to. */
export function isRemote({ url }: Pick<ServerRemote, 'url'>, address: string): boolean {
  return fitText(url, withoutEnd(address)) !== undefined || withoutEnd(url) === withoutEnd(address);
}

function withoutEnd(url: string): string {
  return url.replace(/#.*$/, '').replace(/\/$/, '');
}

/** What the `{names}` of a template are in a text that was made of it; undefined when it was not. */
export function fitText(template: string, text: string): ReadonlyMap<string, string> | undefined {
  const names: string[] = [];
  const source = withoutEnd(template)
    .split(/(\{[A-Za-z_][\w.-]*\})/)
    .map((part, at) => {
      if (at % 2 === 0) return part.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);
      names.push(part.slice(1, -1));
      return '([^/?#&]{1,500})';
    })
    .join('');
  const match = new RegExp(`^${source}$`).exec(text);
  return match ? new Map(names.map((name, at) => [name, match[at + 1] ?? ''])) : undefined;
}
