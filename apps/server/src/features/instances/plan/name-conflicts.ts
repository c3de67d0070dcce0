import type { InstallConflict } from '@plugboard/contracts/api';
import { exposeName } from '@plugboard/gateway';

import { slugTaken } from '../../reference.ts';
import type { TenantDb } from '../../tenant-db.ts';

/** What is in the way of a slug and of the tool names made of it. */
export async function nameConflicts(
  db: TenantDb,
  slug: string,
  taken: boolean,
  tools: readonly string[],
): Promise<readonly InstallConflict[]> {
  if (taken) {
    return [
      {
        code: 'slug_taken',
        severity: 'error',
        message: slugTaken('instance', slug).message,
        cure: 'Give it another slug (--name).',
        subject: slug,
      },
    ];
  }
  const others = await db
    .selectFrom('offerings')
    .innerJoin('instances', 'instances.id', 'offerings.instance_id')
    .where('offerings.kind', '=', 'tool')
    .select(['instances.slug', 'offerings.name'])
    .execute();
  const exposed = new Map(others.map((each) => [exposeName(each.slug, each.name), each.slug]));
  const own = new Map<string, string>();
  return tools.flatMap((tool): readonly InstallConflict[] => {
    const name = exposeName(slug, tool);
    const other = exposed.get(name) ?? (own.has(name) ? slug : undefined);
    own.set(name, tool);
    if (other === undefined) return [];
    return [
      {
        code: 'tool_name_clash',
        severity: 'error',
        message: `Its tool ${tool} would be called ${name}, as one of ${other} is.`,
        cure: 'Give it another slug (--name).',
        subject: tool,
      },
    ];
  });
}
