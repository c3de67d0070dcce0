import { commitChange } from '../../change.ts';
import { applyInheritance } from '../../configuration/apply-inheritance.ts';
import { settingPaths } from '../../configuration/merge-settings.ts';
import {
  deleteTemplate,
  templateChange,
  writeTemplate,
} from '../../configuration/template-changes.ts';
import { splitLast, type Step } from '../plan-lock.ts';
import type { ApplyContext } from './apply-context.ts';
import { refuseWentBack } from './refuse-went-back.ts';

export async function applyTemplate(
  { services, author, wanted, tell, signal }: ApplyContext,
  { action, id }: Step,
): Promise<void> {
  const { organizationId, memberId } = author;
  const [server, slug] = splitLast(id);
  if (action === 'delete') {
    await commitChange(services, author, async (db) => {
      await deleteTemplate(db, { server, slug });
      return {
        result: undefined,
        record: { kind: 'configuration.template_deleted', change: { server, slug } },
        events: [],
      };
    });
    return;
  }
  const template = wanted.templates?.find((each) => each.server === server && each.slug === slug);
  if (!template) throw new Error('a plan names what is not in its document');
  const { title, settings } = template;
  const done = await applyInheritance(
    services,
    author,
    templateChange({ server, slug }, settings),
    {
      note: `template ${slug}`,
      tell: (_step, message) => tell(message),
      signal,
      write: async (db) => {
        await writeTemplate(db, { organizationId, server, slug, title, settings, memberId });
        const change = { server, slug, settings: settingPaths(settings) };
        return { revision: undefined, kind: 'configuration.template_saved', change };
      },
    },
  );
  refuseWentBack(done);
}
