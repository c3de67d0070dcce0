import { type ReactNode, useState } from 'react';

import { SegmentedControl } from '../ui/SegmentedControl.tsx';
import { findChoice } from './client-choices.ts';
import { ClientPicker } from './ClientPicker.tsx';
import { ClientSteps } from './ClientSteps.tsx';

export interface ConnectInstructionsProps {
  /** The endpoint: of everything, of a toolbox, or of an instance. */
  readonly url: string;
  /** An agent's token, as long as it is known: then it is in what is copied. */
  readonly token?: string | undefined;
  /**
   * How to get a token, for who wants one and has none yet; given the id of the chosen client. Without
   * it and without a token, clients sign in by OAuth.
   */
  readonly tokenSource?: ((client: string) => ReactNode) | undefined;
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
  token,
  tokenSource,
  client,
  onClient,
  children,
}: ConnectInstructionsProps) {
  const [own, setOwn] = useState<string>();
  const [chosenMethod, setMethod] = useState<Method>();
  const choice = findChoice(onClient ? client : own);
  const method = chosenMethod ?? (token === undefined ? 'sign-in' : 'token');
  const hasToken = token !== undefined || tokenSource !== undefined;
  return (
    <div className="flex flex-col gap-5">
      <ClientPicker value={choice?.id} onValue={onClient ?? setOwn} />
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
      {choice && method === 'token' && token === undefined && tokenSource?.(choice.id)}
      {choice && (method === 'sign-in' || token !== undefined) && (
        <ClientSteps choice={choice} endpoint={method === 'token' ? { url, token } : { url }} />
      )}
      {choice && children}
    </div>
  );
}
