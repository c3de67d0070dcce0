import { useQuery } from '@tanstack/react-query';
import { AppWindow, WifiOff } from 'lucide-react';
import { useRef, useState } from 'react';

import { api } from '../../../api/client.ts';
import { Button } from '../../../ui/Button.tsx';
import { Section } from '../../../ui/Card.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { Untrusted } from '../../../ui/Untrusted.tsx';
import { type TriedCall, useTryCall } from '../call-history.ts';
import { JsonTree } from '../JsonTree.tsx';
import { readAppDocument } from './app-definition.ts';
import { AppFrame } from './AppFrame.tsx';
import { useAppCalls } from './use-app-calls.ts';

export interface AppPanelProps {
  readonly tried: TriedCall;
  /** Of the tool that was called. */
  readonly definition: unknown;
  /** Of its App. */
  readonly uri: string;
}

/** What a person is asked on behalf of an App. */
export interface AppQuestion {
  readonly title: string;
  readonly action: string;
  readonly what: string;
  readonly input?: unknown;
  readonly answer: (yes: boolean) => void;
}

/** The App of a tool, showing the call that was tried. */
export function AppPanel({ tried, definition, uri }: AppPanelProps) {
  const { call, result } = tried;
  const tryCall = useTryCall();
  const [question, setQuestion] = useState<AppQuestion>();
  // Who said no is not asked again by the same App.
  const saidNo = useRef(false);
  const app = useQuery({
    queryKey: ['playground', 'app', call.agent, call.instance, uri, tried.id],
    queryFn: async () => {
      const read = await api.calls.create({
        agent: call.agent,
        instance: call.instance,
        kind: 'resource',
        name: uri,
      });
      return readAppDocument(read.result);
    },
    staleTime: Infinity,
    retry: false,
  });
  const ask = (about: Omit<AppQuestion, 'answer'>): Promise<boolean> => {
    if (saidNo.current) return Promise.resolve(false);
    return new Promise((resolve) => {
      setQuestion({
        ...about,
        answer(yes) {
          saidNo.current = !yes;
          setQuestion(undefined);
          resolve(yes);
        },
      });
    });
  };
  const { callTool, openLink } = useAppCalls(call, tryCall, ask);

  return (
    <Section
      title={
        <span className="flex items-center gap-2">
          <AppWindow className="size-4.5 text-violet" aria-hidden /> App
        </span>
      }
      about="Drawn by the server, in a frame that reaches nothing: not this page, not the network."
    >
      {app.error ? (
        <ErrorState
          title="The App could not be shown"
          error={app.error}
          onRetry={() => void app.refetch()}
        />
      ) : !app.data ? (
        <Skeleton className="h-60 w-full" />
      ) : (
        <div className="flex flex-col gap-2">
          <AppFrame
            key={tried.id}
            html={app.data.html}
            title={`App of ${call.name}`}
            tool={definition}
            input={call.input}
            result={result?.result}
            callTool={callTool}
            openLink={openLink}
          />
          {app.data.wants.length > 0 && (
            <p className="flex items-start gap-2 text-xs text-soft">
              <WifiOff className="mt-0.5 size-3.5 shrink-0" aria-hidden />
              <span>
                It asks for <Untrusted>{app.data.wants.join(', ')}</Untrusted>, and is given no
                network here: parts of it may be missing.
              </span>
            </p>
          )}
        </div>
      )}
      {question && <Question question={question} />}
    </Section>
  );
}

function Question({ question }: { readonly question: AppQuestion }) {
  const { title, action, what, input, answer } = question;
  return (
    <Dialog
      open
      onOpen={(open) => !open && answer(false)}
      title={title}
      about="The App asks for it, not you. It is not asked again once you say no."
      footer={
        <>
          <Button onClick={() => answer(false)}>No</Button>
          <Button variant="primary" onClick={() => answer(true)}>
            {action}
          </Button>
        </>
      }
    >
      <p className="mb-3 font-mono text-sm [overflow-wrap:anywhere]">
        <Untrusted>{what}</Untrusted>
      </p>
      {input !== undefined && <JsonTree value={input} label="With these arguments" />}
    </Dialog>
  );
}
