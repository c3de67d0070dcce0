import type { Organization } from '@plugboard/contracts/api';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { useMay } from '../../../shell/use-me.ts';
import { Section } from '../../../ui/Card.tsx';
import { ConfirmDialog } from '../../../ui/ConfirmDialog.tsx';
import { Switch } from '../../../ui/Switch.tsx';

/** Whether a password alone is enough. */
export function SecondFactorSection({ organization }: { readonly organization: Organization }) {
  const may = useMay();
  const client = useQueryClient();
  const [asking, setAsking] = useState<boolean>();
  const required = organization.secondFactorRequired;
  return (
    <Section
      title="Second factor"
      about="Beside the password: a code of an app, or a passkey, which counts as both."
    >
      <div className="flex items-start gap-3 text-sm">
        <Switch
          label="Ask everybody for a second factor"
          checked={required}
          disabled={!may('organization.change')}
          onChecked={setAsking}
        />
        <p>
          {required
            ? 'Everybody needs one to come in.'
            : 'Members may sign in by a password alone.'}
          {!may('organization.change') && (
            <span className="text-soft"> Only owners change this.</span>
          )}
        </p>
      </div>
      <ConfirmDialog
        open={asking !== undefined}
        onOpen={(open) => !open && setAsking(undefined)}
        title={
          required ? 'Ask for no second factor any more?' : 'Ask everybody for a second factor?'
        }
        action={required ? 'Let passwords be enough' : 'Ask everybody'}
        danger={required}
        onConfirm={async () => {
          await api.organization.change({ secondFactorRequired: !required });
          await client.invalidateQueries({ queryKey: orpc.organization.key() });
          tellDone(
            required ? 'A password is enough again' : 'Everybody needs a second factor from now on',
          );
        }}
      >
        {required
          ? 'Whoever learns somebody’s password is in.'
          : 'Whoever signed in by a password alone sees nothing here until they have set a second factor up on their account’s page. That is true of you as well.'}
      </ConfirmDialog>
    </Section>
  );
}
