import { AppError } from '@plugboard/contracts';

import { commitChange } from '../../change.ts';
import { noSuch } from '../../reference.ts';
import { selectToolbox } from '../../toolboxes/queries.ts';
import { createToolbox, removeToolbox } from '../../toolboxes/service.ts';
import type { Step } from '../plan-lock.ts';
import { type ApplyContext, wantedOf } from './apply-context.ts';

export async function applyToolbox(
  { services, author, wanted }: ApplyContext,
  { action, id: slug }: Step,
): Promise<void> {
  if (action === 'delete') {
    await removeToolbox(services, author, slug);
    return;
  }
  const { name, environment } = wantedOf(wanted.toolboxes, slug);
  if (action === 'create') {
    await createToolbox(services, author, { slug, name, environment });
    return;
  }
  await commitChange(services, author, async (db) => {
    const before = await selectToolbox(db, slug);
    if (!before) throw noSuch('toolbox', slug);
    if (before.environment !== environment && before.instances > 0) {
      throw new AppError(
        'conflict',
        `Toolbox "${slug}" holds instances, whose configuration comes from its environment.`,
      );
    }
    await db
      .updateTable('toolboxes')
      .set({ name, environment })
      .where('id', '=', before.id)
      .execute();
    return {
      result: undefined,
      record: {
        kind: 'toolbox.changed',
        change: {
          id: before.id,
          slug,
          before: { name: before.name, environment: before.environment },
          after: { name, environment },
        },
      },
      events: [{ kind: 'access', organizationId: author.organizationId }],
    };
  });
}
