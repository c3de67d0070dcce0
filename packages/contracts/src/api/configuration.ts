import { eventIterator } from '@orpc/contract';
import { z } from 'zod';

import {
  configurationChangeSchema,
  configurationPlanSchema,
  configurationTestEventSchema,
  configurationViewSchema,
  configureEventSchema,
  describedSchema,
  environmentSchema,
  inheritancePlanSchema,
  inheritEventSchema,
  layerSettingsSchema,
  layerViewSchema,
  noteSchema,
  serverNameSchema,
  settingChangeSchema,
  templateSettingsSchema,
  templateViewSchema,
} from './configuration-values.ts';
import { procedure } from './errors.ts';
import { displayNameSchema, queryInteger, refSchema } from './values.ts';
import { slugSchema } from './vocabulary.ts';

const tags = ['configuration'];
const instance = z.strictObject({ instance: refSchema });
const changed = instance.extend(configurationChangeSchema.shape);
const layer = z.strictObject({ server: serverNameSchema, environment: environmentSchema });
const revision = queryInteger(1, 2_147_483_647);
const template = z.strictObject({ server: serverNameSchema, slug: slugSchema });

/** A template's settings are given, or taken from an instance: its own, without its secrets. */
const savedTemplate = template.extend({
  title: displayNameSchema.optional(),
  settings: templateSettingsSchema.optional(),
  instance: refSchema.optional(),
});

/** Names of servers may hold a slash: they are in queries and bodies, never in paths. */
export const configurationContract = {
  describe: procedure
    .route({
      method: 'GET',
      path: '/instances/{instance}/configuration/schema',
      tags,
      summary: 'What can be configured of an instance, as JSON Schema',
    })
    .input(instance)
    .output(describedSchema),
  describeServer: procedure
    .route({
      method: 'GET',
      path: '/configuration/schema',
      tags,
      summary: 'What can be configured of a server of the catalog, as JSON Schema',
    })
    .input(z.strictObject({ server: serverNameSchema, version: z.string().max(255).optional() }))
    .output(describedSchema),
  get: procedure
    .route({
      method: 'GET',
      path: '/instances/{instance}/configuration',
      tags,
      summary: 'The settings in force of an instance and where each comes from; no secret',
    })
    .input(instance)
    .output(configurationViewSchema),
  plan: procedure
    .route({
      method: 'POST',
      path: '/instances/{instance}/configuration/plan',
      tags,
      summary: 'Check a change of configuration, and tell what it would change; changes nothing',
    })
    .input(changed)
    .output(configurationPlanSchema),
  test: procedure
    .route({
      method: 'POST',
      path: '/instances/{instance}/configuration/test',
      tags,
      summary: 'Start the instance beside itself with a change of configuration, and put it away',
    })
    .input(changed)
    .output(eventIterator(configurationTestEventSchema)),
  configure: procedure
    .route({
      method: 'POST',
      path: '/instances/{instance}/configuration',
      tags,
      summary: 'Change the configuration of an instance, as a revision of it',
    })
    .input(
      changed.extend({
        note: noteSchema.optional(),
        /** Whether it goes on when agents may lose what they use; true when absent. */
        allowBreaking: z.boolean().optional(),
      }),
    )
    .output(eventIterator(configureEventSchema)),
  layers: {
    list: procedure
      .route({
        method: 'GET',
        path: '/configuration/layers',
        tags,
        summary: 'The settings of servers for whole environments that are in force',
      })
      .input(z.strictObject({ server: serverNameSchema.optional() }).optional())
      .output(z.object({ layers: z.array(layerViewSchema) })),
    plan: procedure
      .route({
        method: 'POST',
        path: '/configuration/layers/plan',
        tags,
        summary: 'Check a layer, and tell what it would change of which instances; changes nothing',
      })
      .input(layer.extend({ settings: layerSettingsSchema }))
      .output(inheritancePlanSchema),
    put: procedure
      .route({
        method: 'PUT',
        path: '/configuration/layers',
        tags,
        summary:
          'Replace the settings of a server for an environment, and restart what inherits them',
      })
      .input(layer.extend({ settings: layerSettingsSchema, note: noteSchema.optional() }))
      .output(eventIterator(inheritEventSchema)),
    history: procedure
      .route({
        method: 'GET',
        path: '/configuration/layers/history',
        tags,
        summary: 'All revisions of a layer, newest first',
      })
      .input(layer)
      .output(z.object({ revisions: z.array(layerViewSchema) })),
    diff: procedure
      .route({
        method: 'GET',
        path: '/configuration/layers/diff',
        tags,
        summary: 'What changed of a layer from one revision to another',
      })
      .input(layer.extend({ from: revision, to: revision }))
      .output(z.object({ changes: z.array(settingChangeSchema) })),
    rollback: procedure
      .route({
        method: 'POST',
        path: '/configuration/layers/rollback',
        tags,
        summary: 'Make a layer what it was at a revision, as a new revision',
      })
      .input(layer.extend({ revision, note: noteSchema.optional() }))
      .output(eventIterator(inheritEventSchema)),
  },
  templates: {
    list: procedure
      .route({
        method: 'GET',
        path: '/configuration/templates',
        tags,
        summary: 'Named settings to begin with',
      })
      .input(z.strictObject({ server: serverNameSchema.optional() }).optional())
      .output(z.object({ templates: z.array(templateViewSchema) })),
    plan: procedure
      .route({
        method: 'POST',
        path: '/configuration/templates/plan',
        tags,
        summary: 'Check a template, and tell what it would change of the instances that use it',
      })
      .input(savedTemplate)
      .output(inheritancePlanSchema),
    save: procedure
      .route({
        method: 'PUT',
        path: '/configuration/templates',
        tags,
        summary: 'Save a template, and restart the instances that use it',
      })
      .input(savedTemplate)
      .output(eventIterator(inheritEventSchema)),
    delete: procedure
      .route({
        method: 'DELETE',
        path: '/configuration/templates',
        tags,
        summary: 'Delete a template that no instance uses',
      })
      .input(template)
      .output(template),
  },
};
