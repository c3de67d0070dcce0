import type { InstallPlan } from '@plugboard/contracts/api';
import { useState } from 'react';

import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';

type Package = InstallPlan['fetch']['packages'][number];

const most = 500;

/** Every package that would be fetched, beside the plan. */
export function PackageList({ packages }: { readonly packages: readonly Package[] }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="small" className="mt-3" onClick={() => setOpen(true)}>
        See them all
      </Button>
      <Dialog open={open} onOpen={setOpen} kind="side" title="Packages" width="medium">
        <ul tabIndex={-1}>
          {packages.slice(0, most).map((each) => (
            <li
              key={`${each.name} ${each.version}`}
              className="flex flex-wrap items-baseline gap-x-2 border-b border-line py-1.5 text-sm"
            >
              <span className="font-mono text-xs">
                <Untrusted>{each.name}</Untrusted>
              </span>
              <span className="text-xs text-faint tabular-nums">
                <Untrusted>{each.version}</Untrusted>
              </span>
              <span className="ml-auto text-xs text-soft">
                <Untrusted>{each.license ?? 'licence not told'}</Untrusted>
              </span>
              {each.deprecated !== undefined && (
                <span className="w-full text-xs text-warn">
                  Deprecated: <Untrusted>{each.deprecated}</Untrusted>
                </span>
              )}
              {each.hasScripts && (
                <span className="w-full text-xs text-warn">Has install scripts</span>
              )}
            </li>
          ))}
        </ul>
        {packages.length > most && (
          <p className="py-2 text-sm text-faint">And {packages.length - most} more.</p>
        )}
      </Dialog>
    </>
  );
}
