import type { ConnectionView } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';
import { ChevronDown } from 'lucide-react';
import { useState } from 'react';

import { orpc } from '../../api/client.ts';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { TextInput } from '../../ui/TextInput.tsx';
import { ScopeChoice } from './ScopeChoice.tsx';
import { SignInButton } from './SignInButton.tsx';

/** Asks for more than was granted: what a server wanted, what the service offers, or any by name. */
export function WiderScopes({ connection }: { readonly connection: ConnectionView }) {
  const { id, provider, scopes, wantedScopes } = connection;
  const [open, setOpen] = useState(wantedScopes.length > 0);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(wantedScopes));
  const [typed, setTyped] = useState('');
  const known = useQuery({
    ...orpc.providers.get.queryOptions({ input: { provider: provider?.slug ?? '' } }),
    enabled: open && provider !== undefined,
  });
  if (!open) {
    return (
      <div>
        <Button
          size="small"
          variant="quiet"
          icon={<ChevronDown className="size-4" aria-hidden />}
          onClick={() => setOpen(true)}
        >
          Ask for more
        </Button>
      </div>
    );
  }
  const named = typed.split(/\s+/).filter((scope) => scope !== '');
  const asked = [...new Set([...chosen, ...named])].filter((scope) => !scopes.includes(scope));
  return (
    <div className="flex flex-col items-start gap-3 rounded-xl border border-line px-4 py-3">
      {known.data && (
        <ScopeChoice provider={known.data} held={scopes} chosen={chosen} onChosen={setChosen} />
      )}
      <Field
        label="By name"
        about="As the service’s documentation names them, with spaces between."
      >
        <TextInput
          value={typed}
          placeholder={wantedScopes.join(' ') || 'repo read:org'}
          autoComplete="off"
          spellCheck={false}
          className="font-mono"
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      </Field>
      {asked.length > 0 && (
        <SignInButton
          variant="primary"
          size="small"
          connection={id}
          scopes={asked}
          label={`Sign in with ${asked.length} more`}
        />
      )}
    </div>
  );
}
