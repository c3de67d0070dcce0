import type { InstallPlan } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { orpc } from '../../api/client.ts';
import { Field } from '../../ui/Field.tsx';
import { SecretInput } from '../../ui/SecretInput.tsx';
import { SegmentedControl } from '../../ui/SegmentedControl.tsx';
import { Select } from '../../ui/Select.tsx';
import { OutsideLink } from '../../ui/TextLink.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';

export interface CredentialSlotProps {
  readonly slot: InstallPlan['credentials'][number] & { readonly key: string };
  readonly secret: string;
  readonly onSecret: (value: string) => void;
  /** The one of the vault that was chosen. */
  readonly credential: string | undefined;
  readonly onCredential: (id: string | undefined) => void;
}

/** One credential that a server asks for. */
export function CredentialSlot(props: CredentialSlotProps) {
  const { slot, secret, onSecret, credential, onCredential } = props;
  const { data } = useQuery(orpc.credentials.list.queryOptions());
  const known = data?.credentials ?? [];
  const [way, setWay] = useState<'new' | 'vault'>(credential === undefined ? 'new' : 'vault');
  const label = <Untrusted>{slot.title}</Untrusted>;
  const about = (
    <>
      <code className="font-mono">
        <Untrusted>{slot.key}</Untrusted>
      </code>
      {slot.url !== undefined && (
        <>
          {' · '}
          <OutsideLink href={slot.url} className="underline">
            Where to get one
          </OutsideLink>
        </>
      )}
    </>
  );
  return (
    <div className="flex flex-col gap-2.5">
      {known.length > 0 && (
        <SegmentedControl
          label={`How to give ${slot.title}`}
          options={[
            { value: 'new', label: 'Type it' },
            { value: 'vault', label: 'From the vault' },
          ]}
          value={way}
          onValue={(next) => {
            setWay(next);
            if (next === 'new') onCredential(undefined);
            else onSecret('');
          }}
        />
      )}
      <Field
        label={label}
        about={about}
        required={slot.required}
        className="flex max-w-xl flex-col gap-1.5"
      >
        {way === 'vault' ? (
          <Select
            options={[
              { value: '', label: 'Choose a credential' },
              ...known.map(({ id, name, kind, provider }) => ({
                value: id,
                label: name,
                about: [provider, kind.replaceAll('_', ' ')].filter(Boolean).join(' · '),
              })),
            ]}
            value={credential ?? ''}
            onValue={(id) => onCredential(id === '' ? undefined : id)}
          />
        ) : (
          <SecretInput
            value={secret}
            placeholder={slot.required ? undefined : 'Not required'}
            onChange={(event) => onSecret(event.currentTarget.value)}
          />
        )}
      </Field>
    </div>
  );
}
