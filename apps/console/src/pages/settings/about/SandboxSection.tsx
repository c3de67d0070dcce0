import type { Status } from '@plugboard/contracts/api';
import { ShieldAlert, ShieldCheck } from 'lucide-react';

import { Section } from '../../../ui/Card.tsx';
import { Untrusted } from '../../../ui/Untrusted.tsx';

/** How servers are kept apart from the host, and why not better. */
export function SandboxSection({ sandbox }: { readonly sandbox: Status['sandbox'] }) {
  const { tier, reasons, allowUnsandboxed } = sandbox;
  const isolated = tier === 'bubblewrap';
  return (
    <Section title="Sandbox" about="How installed servers are kept apart from this machine.">
      <div className="flex flex-col gap-3 text-sm">
        <p className="flex items-start gap-2">
          {isolated ? (
            <ShieldCheck className="mt-0.5 size-5 shrink-0 text-good" aria-hidden />
          ) : (
            <ShieldAlert className="mt-0.5 size-5 shrink-0 text-warn" aria-hidden />
          )}
          <span>
            {isolated
              ? 'Each server runs isolated by bubblewrap: its own folders, processes and network rules.'
              : 'Servers run as plain processes, with what the user of Plugboard may do.'}
            {!isolated &&
              (allowUnsandboxed
                ? ' That was allowed when it was started.'
                : ' Those that need isolation are refused.')}
          </span>
        </p>
        {reasons.length > 0 && (
          <ul aria-label="Reasons" className="list-disc pl-5 text-soft">
            {reasons.map((reason) => (
              <li key={reason}>
                <Untrusted>{reason}</Untrusted>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Section>
  );
}
