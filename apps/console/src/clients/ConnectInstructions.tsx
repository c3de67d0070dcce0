import { KeyRound } from 'lucide-react';
import { type ReactNode, useState } from 'react';

import { useMay } from '../shell/use-me.ts';
import { Button } from '../ui/Button.tsx';
import { SegmentedControl } from '../ui/SegmentedControl.tsx';
import { usePhone } from '../ui/use-media.ts';
import { findChoice } from './client-choices.ts';
import { ClientPicker } from './ClientPicker.tsx';
import { ClientSteps } from './ClientSteps.tsx';
import { TokenMaker } from './TokenMaker.tsx';

export interface ConnectInstructionsProps {
  /** The endpoint: of everything, of a toolbox, or of an instance. */
  readonly url: string;
  /** An agent's token, as long as it is known: then it is in what is copied. */
  readonly token?: string | undefined;
  /** Whose token can be made here, by id or slug; who makes one chooses the agent when absent. */
  readonly agent?: string | undefined;
  /** The chosen client, where the URL says it; else it is remembered here. */
  readonly client?: string | undefined;
  readonly onClient?: ((id: string) => void) | undefined;
  /** What stands below the steps of the chosen client. */
  readonly children?: ReactNode;
}

type Method = 'sign-in' | 'token';

/** How to connect any client to an endpoint: choose it, then copy what it needs. */
export function ConnectInstructions({
  url,
  token: given,
  agent,
  client,
  onClient,
  children,
}: ConnectInstructionsProps) {
  const [own, setOwn] = useState<string>();
  const [made, setMade] = useState<string>();
  // On a phone the clients that were not chosen would push the steps out of sight.
  const [choosing, setChoosing] = useState(false);
  const phone = usePhone();
  const may = useMay();
  const token = given ?? made;
  const [chosenMethod, setMethod] = useState<Method>();
  const choice = findChoice(onClient ? client : own);
  const method = chosenMethod ?? (given === undefined ? 'sign-in' : 'token');
  const hasToken = token !== undefined || may('token.create');
  return (
    <div className="flex flex-col gap-5">
      {choice && phone && !choosing ? (
        <p className="flex items-center justify-between gap-3 text-sm font-medium">
          {choice.title}
          <Button size="small" onClick={() => setChoosing(true)}>
            Another client
          </Button>
        </p>
      ) : (
        <ClientPicker
          value={choice?.id}
          onValue={(id) => {
            setChoosing(false);
            (onClient ?? setOwn)(id);
          }}
        />
      )}
      {choice && hasToken && (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          <SegmentedControl<Method>
            label="How the client shows who it is"
            options={[
              { value: 'sign-in', label: 'Sign in with a browser' },
              { value: 'token', label: 'With a token' },
            ]}
            value={method}
            onValue={setMethod}
          />
          <p className="text-xs text-faint">
            {method === 'sign-in'
              ? 'Nothing secret to copy. Best where you use the client yourself.'
              : 'For scripts, servers and clients that cannot open a browser.'}
          </p>
        </div>
      )}
      {choice && method === 'token' && token === undefined && (
        <TokenMaker key={choice.id} title={choice.title} agent={agent} onToken={setMade} />
      )}
      {choice && method === 'token' && made !== undefined && (
        <p role="status" className="flex items-center gap-2 text-sm text-warn">
          <KeyRound className="size-4 shrink-0" aria-hidden /> The token is in what you copy below.
          It is shown this once.
        </p>
      )}
      {choice && (method === 'sign-in' || token !== undefined) && (
        <ClientSteps choice={choice} endpoint={method === 'token' ? { url, token } : { url }} />
      )}
      {choice && children}
    </div>
  );
}
