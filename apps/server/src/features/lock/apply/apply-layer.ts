import { applyInheritance } from '../../configuration/apply-inheritance.ts';
import { layerChange, writeLayer } from '../../configuration/layer-changes.ts';
import { environments } from '../../configuration/layers.ts';
import { splitLast, type Step } from '../plan-lock.ts';
import type { ApplyContext } from './apply-context.ts';
import { refuseWentBack } from './refuse-went-back.ts';

const note = 'plugboard.lock';

/** A layer that is to go becomes empty, as its history stays. */
export async function applyLayer(
  { services, author, wanted, tell, signal }: ApplyContext,
  { action, id }: Step,
): Promise<void> {
  const { organizationId, memberId } = author;
  const [server, named] = splitLast(id);
  const environment = environments.find((each) => each === named);
  if (!environment) throw new Error('a plan names an environment that is none');
  const layer = wanted.layers?.find(
    (each) => each.server === server && each.environment === environment,
  );
  const settings = action === 'delete' ? {} : (layer?.settings ?? {});
  const done = await applyInheritance(
    services,
    author,
    layerChange({ server, environment }, settings),
    {
      note,
      tell: (_step, message) => tell(message),
      signal,
      write: async (db) => {
        const next = { organizationId, server, environment, settings, memberId, note };
        const { revision, changed } = await writeLayer(db, next);
        const change = { server, environment, revision, changed };
        return { revision, kind: 'configuration.layer_changed', change };
      },
    },
  );
  refuseWentBack(done);
}
