import type { ServerJson } from '../server-json.ts';
import { defaultTarget, type LaunchTarget } from './launch-target.ts';

/** What is in place of a server: an npm package, a bundle by its checksum, or a remote. */
export type Installed =
  | { readonly type: 'npm'; readonly name: string }
  | { readonly type: 'mcpb'; readonly sha256: string }
  | { readonly type: 'remote'; readonly url: string; readonly transport: string };

/** Which way of running an entry has been taken; undefined when it has none like it. */
export function storedTarget(entry: ServerJson, installed: Installed): LaunchTarget | undefined {
  if (installed.type === 'remote') {
    const remotes = entry.remotes ?? [];
    const matches = remotes.map(({ url, type }) => {
      if (type !== installed.transport) return -1;
      const fixed = url.split('{')[0] ?? '';
      return installed.url.startsWith(fixed) ? fixed.length : -1;
    });
    const best = Math.max(-1, ...matches);
    if (best >= 0) return { kind: 'remote', index: matches.indexOf(best) };
    return remotes.length > 0 ? { kind: 'remote', index: 0 } : undefined;
  }
  const index = (entry.packages ?? []).findIndex((each) =>
    installed.type === 'npm'
      ? each.registryType === 'npm' && each.identifier === installed.name
      : each.registryType === 'mcpb' && each.fileSha256 === installed.sha256,
  );
  if (index >= 0) return { kind: 'package', index };
  const target = defaultTarget(entry);
  return target?.kind === 'package' ? target : undefined;
}
