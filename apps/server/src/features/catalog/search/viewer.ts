import { type Viewer, viewers } from '@plugboard/catalog';
import { type RawBuilder, sql } from 'kysely';

import type { Role } from '../../members/policy.ts';

/** How much of the catalog a member sees. */
export function viewerOf(role: Role): Viewer {
  return role === 'owner' || role === 'admin' ? 'admin' : 'member';
}

/** That a row of catalog_servers, called `s`, is what this viewer sees. */
export function visibleTo(viewer: Viewer): RawBuilder<boolean> {
  const number = viewers.indexOf(viewer);
  return sql<boolean>`(s.viewer_from <= ${number} and s.viewer_to >= ${number})`;
}

/** In how many servers this viewer sees a word of catalog_words, called `w`. */
export function seenBy(viewer: Viewer): RawBuilder<number> {
  const columns = {
    anybody: 'w.seen_by_anybody',
    member: 'w.seen_by_members',
    admin: 'w.seen_by_admins',
  } as const;
  return sql.ref(columns[viewer]);
}
