import type { InstanceRevisions } from '../../../store/schema.ts';

/** Why an instance became what it is. */
export type RevisionReason = InstanceRevisions['reason'];

/** So many of an instance's newest revisions can be gone back to: their packages and secrets stay. */
export const keptRevisions = 10;
