import type { Need } from '@plugboard/contracts/api';

import { clipped, mayDo, type NeedContext, needId } from './need-context.ts';

/** That servers are not isolated on this machine. */
export async function findSandboxNeeds(context: NeedContext): Promise<Need[]> {
  const { tier, reasons, allowUnsandboxed } = context.services.server.sandbox;
  if (tier !== 'process' || !mayDo(context, 'doctor.run')) return [];
  const why = reasons.length === 0 ? '' : ` ${reasons.join('; ')}.`;
  return [
    {
      id: needId('sandbox_missing'),
      kind: 'sandbox_missing',
      severity: 'high',
      title: allowUnsandboxed ? 'Servers run without isolation' : 'Servers cannot be isolated',
      detail: clipped(
        `Install bubblewrap, and allow unprivileged user namespaces when not running as root.${why}`,
      ),
      action: { kind: 'open', href: '/settings' },
    },
  ];
}
