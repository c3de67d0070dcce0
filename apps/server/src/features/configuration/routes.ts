import type {
  ConfigurationTestEvent,
  ConfigurationView,
  ConfigureEvent,
} from '@plugboard/contracts/api';

import type { AppServices } from '../../app/services.ts';
import { api } from '../../http/api/context.ts';
import { streamProgress } from '../instances/stream-progress.ts';
import { type Actor, can } from '../members/policy.ts';
import { requirePermission } from '../members/require.ts';
import { configureInstance } from './configure-instance.ts';
import { describeServer } from './describe-server.ts';
import { findPresent } from './find-present.ts';
import { layersRouter } from './layer-routes.ts';
import { planChange, presentPlan } from './plan-change.ts';
import { describeConfiguration, presentConfiguration } from './present-configuration.ts';
import { environmentOf, reconfigure } from './reconfigure.ts';
import { targetOf } from './target-of.ts';
import { templatesRouter } from './template-routes.ts';
import { testConfiguration } from './test-configuration.ts';

const routes = api.configuration;

export const configurationRouter = routes.router({
  describe: routes.describe.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'configuration.read');
    const { stored } = await findPresent(services, actor, input.instance);
    const { serverName, version, entry, launch } = stored;
    const target = entry && targetOf(entry, stored);
    const remote = launch.driver === 'remote';
    return describeConfiguration({ serverName, version, entry, target, remote });
  }),

  describeServer: routes.describeServer.handler(({ context: { actor, services }, input }) => {
    requirePermission(actor, 'instance.add');
    return describeServer(services, actor, input);
  }),

  get: routes.get.handler(({ context: { actor, services }, input }) => {
    requirePermission(actor, 'configuration.read');
    return show(services, actor, input.instance);
  }),

  plan: routes.plan.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'configuration.change');
    const { instance, ...change } = input;
    const present = await findPresent(services, actor, instance);
    return presentPlan(
      present,
      await planChange(services, present, { change, by: actor.memberId }),
    );
  }),

  test: routes.test.handler(({ context: { actor, services, signal }, input }) => {
    requirePermission(actor, 'configuration.change');
    const { instance, ...change } = input;
    return streamProgress<ConfigurationTestEvent>(async (emit, limited) => {
      const present = await findPresent(services, actor, instance);
      const outcome = await testConfiguration(services, present, change, {
        author: actor,
        tell: (step, message) => emit({ type: 'progress', step, message }),
        signal: limited,
      });
      emit({ type: 'done', ...outcome });
    }, signal);
  }),

  configure: routes.configure.handler(({ context: { actor, services, signal }, input }) => {
    requirePermission(actor, 'configuration.change');
    const { instance, note, allowBreaking, ...change } = input;
    return streamProgress<ConfigureEvent>(async (emit, limited) => {
      const present = await findPresent(services, actor, instance);
      await configureInstance(services, actor, present, change, {
        note,
        allowBreaking,
        tell: (step, message) => emit({ type: 'progress', step, message }),
        signal: limited,
      });
      emit({ type: 'done', configuration: await show(services, actor, present.row.id) });
    }, signal);
  }),

  layers: layersRouter,
  templates: templatesRouter,
});

async function show(services: AppServices, actor: Actor, ref: string): Promise<ConfigurationView> {
  const present = await findPresent(services, actor, ref);
  const configured = await reconfigure(services, present, await environmentOf(services, present), {
    by: actor.memberId,
  });
  return presentConfiguration(present, configured, can(actor, 'configuration.read_values', actor));
}
