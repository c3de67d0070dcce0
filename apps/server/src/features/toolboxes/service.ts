import { AppError, type Level, newId } from '@plugboard/contracts';

import { type Author, type ChangeServices, commitChange } from '../change.ts';
import { noSuch, slugTaken } from '../reference.ts';
import {
  deleteToolbox,
  insertToolbox,
  selectToolbox,
  type ToolboxRow,
  updateToolbox,
} from './queries.ts';

type Environment = ToolboxRow['environment'];

export interface CreateToolboxInput {
  readonly slug: string;
  readonly name?: string | undefined;
  readonly environment?: Environment | undefined;
}

export function createToolbox(
  services: ChangeServices,
  author: Author,
  input: CreateToolboxInput,
): Promise<ToolboxRow> {
  const { slug, name = slug, environment = 'dev' } = input;
  return commitChange(services, author, async (db) => {
    const id = newId();
    const { organizationId } = author;
    const row = await insertToolbox(db, { id, organizationId, slug, name, environment });
    if (!row) throw slugTaken('toolbox', slug);
    return {
      result: row,
      record: { kind: 'toolbox.created', change: { id, slug, name, environment } },
      events: [{ kind: 'access', organizationId }],
    };
  });
}

/** Agents keep what they were granted: it is about what members may give from now on. */
export function changeToolbox(
  services: ChangeServices,
  author: Author,
  input: { readonly toolbox: string; readonly memberLevel: Level | null },
): Promise<ToolboxRow> {
  return commitChange(services, author, async (db) => {
    const row = await selectToolbox(db, input.toolbox);
    if (!row) throw noSuch('toolbox', input.toolbox);
    const { id, slug } = row;
    await updateToolbox(db, id, { member_level: input.memberLevel });
    return {
      result: { ...row, member_level: input.memberLevel },
      record: {
        kind: 'toolbox.changed',
        change: { id, slug, memberLevel: input.memberLevel, before: row.member_level },
      },
      events: [],
    };
  });
}

/** Only an empty one: its instances have processes and folders, which removing them ends. */
export function removeToolbox(
  services: ChangeServices,
  author: Author,
  ref: string,
): Promise<string> {
  return commitChange(services, author, async (db) => {
    const row = await selectToolbox(db, ref);
    if (!row) throw noSuch('toolbox', ref);
    const { id, slug, instances } = row;
    if (instances > 0) {
      throw new AppError(
        'conflict',
        `Toolbox "${slug}" still holds ${instances} instance${instances === 1 ? '' : 's'}. Remove them first.`,
      );
    }
    await deleteToolbox(db, id);
    return {
      result: id,
      record: { kind: 'toolbox.deleted', change: { id, slug } },
      events: [{ kind: 'access', organizationId: author.organizationId }],
    };
  });
}
