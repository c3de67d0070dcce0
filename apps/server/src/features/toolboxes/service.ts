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

export interface ChangeToolboxInput {
  readonly toolbox: string;
  readonly name?: string | undefined;
  readonly environment?: Environment | undefined;
  readonly memberLevel?: Level | null | undefined;
}

/**
 * Changes what is named. Agents keep what they were granted: the members' level is about what they may
 * give from now on. Its slug stays: endpoints have it in their paths. Instances keep the settings that
 * they inherited from the layers of the environment before until those are next applied.
 */
export function changeToolbox(
  services: ChangeServices,
  author: Author,
  input: ChangeToolboxInput,
): Promise<ToolboxRow> {
  return commitChange(services, author, async (db) => {
    const row = await selectToolbox(db, input.toolbox);
    if (!row) throw noSuch('toolbox', input.toolbox);
    const { id, slug } = row;
    const { name = row.name, environment = row.environment } = input;
    const memberLevel = input.memberLevel === undefined ? row.member_level : input.memberLevel;
    await updateToolbox(db, id, { name, environment, member_level: memberLevel });
    return {
      result: { ...row, name, environment, member_level: memberLevel },
      record: {
        kind: 'toolbox.changed',
        change: {
          id,
          slug,
          ...(name !== row.name && { name }),
          ...(environment !== row.environment && { environment }),
          memberLevel,
          before: row.member_level,
          ...(name !== row.name && { nameBefore: row.name }),
          ...(environment !== row.environment && { environmentBefore: row.environment }),
        },
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
