import { chooseVersion, mayView, type Viewer, viewers } from '@plugboard/catalog';

import type { VersionRow } from './read-versions.ts';

/** What some viewers, who all see the same, see of a server. */
export interface ServerView {
  readonly name: string;
  /** Numbers of the first and last of `viewers`. */
  readonly viewerFrom: number;
  readonly viewerTo: number;
  /** The same by their names. */
  readonly viewers: readonly Viewer[];
  readonly chosen: VersionRow;
  /** All that they see and that is not deleted. */
  readonly seen: readonly VersionRow[];
  /** The bundled entry that knows more of it. */
  readonly bundled: VersionRow | undefined;
  /** How many versions the chosen source has. */
  readonly versions: number;
}

/** Tells apart who sees what of one server: a view for each stretch of viewers that see the same. */
export function viewsOf(name: string, versions: readonly VersionRow[]): ServerView[] {
  const views: ServerView[] = [];
  let seenBefore = -1;
  viewers.forEach((viewer, number) => {
    const seen = versions.filter(({ source }) => mayView(viewer, source.audience));
    const last = views.at(-1);
    // Whoever sees more sees all that others see, so as many are the same.
    if (seen.length === seenBefore && last?.viewerTo === number - 1) {
      views[views.length - 1] = { ...last, viewerTo: number, viewers: [...last.viewers, viewer] };
      return;
    }
    seenBefore = seen.length;
    const chosen = chooseVersion(seen);
    if (!chosen) return;
    views.push({
      name,
      viewerFrom: number,
      viewerTo: number,
      viewers: [viewer],
      chosen,
      seen: seen.filter(({ status }) => status !== 'deleted'),
      bundled: chooseVersion(seen.filter(({ source }) => source.kind === 'bundled')),
      versions: seen.filter(
        ({ source, status }) => source.id === chosen.source.id && status !== 'deleted',
      ).length,
    });
  });
  return views;
}
