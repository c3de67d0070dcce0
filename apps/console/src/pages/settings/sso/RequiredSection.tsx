import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { useMay } from '../../../shell/use-me.ts';
import { Section } from '../../../ui/Card.tsx';
import { ConfirmDialog } from '../../../ui/ConfirmDialog.tsx';
import { Switch } from '../../../ui/Switch.tsx';

/** Whether people come in by a provider alone. */
export function RequiredSection({ required }: { readonly required: boolean }) {
  const may = useMay();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const mayChange = may('sso.manage_as_owner');
  return (
    <Section title="Only by a provider">
      <div className="flex items-start gap-3 text-sm">
        <Switch
          label="Single sign-on is required"
          checked={required}
          disabled={!mayChange}
          onChecked={() => setAsking(true)}
        />
        <p>
          {required
            ? 'Passwords and passkeys open nothing here.'
            : 'Passwords and passkeys work beside the providers.'}
          {!mayChange && <span className="text-soft"> Only owners change this.</span>}
        </p>
      </div>
      <ConfirmDialog
        open={asking}
        onOpen={setAsking}
        title={required ? 'Let passwords in again?' : 'Require single sign-on?'}
        action={required ? 'Let them in' : 'Require it'}
        danger={!required}
        onConfirm={async () => {
          await api.sso.require({ required: !required });
          await client.invalidateQueries({ queryKey: orpc.sso.key() });
          tellDone(
            required
              ? 'Passwords and passkeys work again'
              : 'Single sign-on is required from now on',
          );
        }}
      >
        {required
          ? 'Members come in by a password or passkey, too.'
          : 'Sessions that were opened by a password or passkey see nothing here any more; that may be yours. On the host, “plugboard owner link” still lets an owner in.'}
      </ConfirmDialog>
    </Section>
  );
}
