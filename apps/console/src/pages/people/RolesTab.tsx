import { Check, X } from 'lucide-react';

import { useMe } from '../../shell/use-me.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Section } from '../../ui/Card.tsx';
import { roleWords } from './role-words.ts';

/** The roles in words. */
export function RolesTab() {
  const me = useMe();
  return (
    <div className="grid gap-5 lg:grid-cols-2">
      {roleWords.map(({ role, title, about, may, mayNot }) => (
        <Section
          key={role}
          title={title}
          about={about}
          actions={me.role === role && <Badge tone="accent">your role</Badge>}
        >
          <ul
            aria-label={`What ${title.toLowerCase()}s may do`}
            className="flex flex-col gap-1.5 text-sm"
          >
            {may.map((line) => (
              <li key={line} className="flex items-start gap-2">
                <Check className="mt-1 size-4 shrink-0 text-good" aria-label="may" />
                <span>{line}</span>
              </li>
            ))}
            {mayNot.map((line) => (
              <li key={line} className="flex items-start gap-2 text-soft">
                <X className="mt-1 size-4 shrink-0 text-faint" aria-label="may not" />
                <span>{line}</span>
              </li>
            ))}
          </ul>
        </Section>
      ))}
    </div>
  );
}
