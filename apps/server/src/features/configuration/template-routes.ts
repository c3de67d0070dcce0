import { AppError } from '@plugboard/contracts';
import {
  type InheritEvent,
  type InstanceSettings,
  templateSettingsSchema,
} from '@plugboard/contracts/api';

import type { AppServices } from '../../app/services.ts';
import { api } from '../../http/api/context.ts';
import { withTenant } from '../../store/tenant.ts';
import { commitChange } from '../change.ts';
import { streamProgress } from '../instances/stream-progress.ts';
import { type Actor, can } from '../members/policy.ts';
import { requirePermission } from '../members/require.ts';
import { applyInheritance } from './apply-inheritance.ts';
import { findPresent } from './find-present.ts';
import { planInheritance, presentInheritance } from './inherit.ts';
import { settingPaths } from './merge-settings.ts';
import {
  deleteTemplate,
  presentTemplate,
  selectUsers,
  templateChange,
  writeTemplate,
} from './template-changes.ts';
import { selectTemplates } from './templates.ts';

const routes = api.configuration.templates;

export const templatesRouter = routes.router({
  list: routes.list.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'configuration.read');
    const showSettings = can(actor, 'configuration.read_values', actor);
    return withTenant(services.db, actor.organizationId, async (db) => {
      const users = await selectUsers(db);
      const templates = await selectTemplates(db, input?.server);
      return { templates: templates.map((each) => presentTemplate(each, users, showSettings)) };
    });
  }),

  plan: routes.plan.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'configuration.change');
    const change = templateChange(input, await settingsOf(services, actor, input));
    return presentInheritance(await planInheritance(services, actor.organizationId, change));
  }),

  save: routes.save.handler(({ context: { actor, services, signal }, input }) => {
    requirePermission(actor, 'configuration.change');
    const { organizationId, memberId } = actor;
    const { server, slug, title } = input;
    return streamProgress<InheritEvent>(async (emit, limited) => {
      const settings = await settingsOf(services, actor, input);
      const done = await applyInheritance(services, actor, templateChange(input, settings), {
        note: `template ${slug}`,
        tell: (step, message) => emit({ type: 'progress', step, message }),
        signal: limited,
        write: async (db) => {
          await writeTemplate(db, { organizationId, server, slug, title, settings, memberId });
          const change = { server, slug, settings: settingPaths(settings) };
          return { revision: undefined, kind: 'configuration.template_saved', change };
        },
      });
      emit({ type: 'done', ...done });
    }, signal);
  }),

  delete: routes.delete.handler(({ context: { actor, services }, input }) => {
    requirePermission(actor, 'configuration.change');
    return commitChange(services, actor, async (db) => {
      await deleteTemplate(db, input);
      const { server, slug } = input;
      const change = { server, slug };
      return {
        result: { server, slug },
        record: { kind: 'configuration.template_deleted', change },
        events: [],
      };
    });
  }),
});

interface SavedTemplate {
  readonly server: string;
  readonly settings?: InstanceSettings | undefined;
  readonly instance?: string | undefined;
}

/** Those given, or an instance's own; its secrets are not among settings. */
async function settingsOf(
  services: AppServices,
  actor: Actor,
  { server, settings, instance }: SavedTemplate,
): Promise<InstanceSettings> {
  if ((settings === undefined) === (instance === undefined)) {
    throw new AppError(
      'invalid_input',
      'settings: give either settings or an instance to take them from.',
    );
  }
  if (instance === undefined) return settings ?? {};
  const { stored } = await findPresent(services, actor, instance);
  if (stored.serverName !== server) {
    throw new AppError(
      'invalid_input',
      `instance: ${instance} runs ${stored.serverName}, and the template is for ${server}.`,
    );
  }
  const {
    template: _template,
    approveScripts: _scripts,
    command: _command,
    ...own
  } = stored.settings;
  return templateSettingsSchema.parse(own);
}
