import { z } from 'zod';

import type { CatalogMeta } from '../catalog-meta.ts';
import type { MergedTool } from './merged-server.ts';

const maxTools = 2000;

const toolSchema = z.object({
  name: z.string().min(1).max(300),
  title: z.string().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  annotations: z
    .object({ readOnlyHint: z.boolean(), destructiveHint: z.boolean(), title: z.string() })
    .partial()
    .optional()
    .catch(undefined),
});

/**
 * A server's tools, each once: as its source lists them, with levels and missing words from our own
 * catalog. What is no tool is left out.
 */
export function mergeTools(
  listed: readonly unknown[],
  catalog: CatalogMeta['tools'] | undefined,
): MergedTool[] {
  const ours = new Map(catalog?.map((tool) => [tool.name, tool]));
  const tools = new Map<string, MergedTool>();
  for (const value of [...listed, ...(catalog ?? [])]) {
    const tool = toolSchema.safeParse(value).data;
    if (!tool || tools.has(tool.name) || tools.size >= maxTools) continue;
    const known = ours.get(tool.name);
    tools.set(tool.name, {
      name: tool.name,
      title: tool.title ?? tool.annotations?.title,
      description: tool.description ?? known?.description,
      ...(known ? { level: known.level, levelFrom: 'catalog' } : levelOf(tool.annotations)),
    });
  }
  return [...tools.values()];
}

/** As trust reads annotations: what is not said is the worst that it can be. */
function levelOf(
  annotations: z.output<typeof toolSchema>['annotations'],
): Pick<MergedTool, 'level' | 'levelFrom'> {
  if (annotations?.readOnlyHint === true && annotations.destructiveHint !== true)
    return { level: 'read', levelFrom: 'annotations' };
  if (annotations?.readOnlyHint === false && annotations.destructiveHint === false) {
    return { level: 'write', levelFrom: 'annotations' };
  }
  return { level: 'execute', levelFrom: 'assumed' };
}
