import type { Agent } from '@plugboard/contracts/api';

import { ConnectInstructions } from '../../clients/ConnectInstructions.tsx';
import { SecretOnce } from '../../ui/SecretOnce.tsx';
import { TextLink } from '../../ui/TextLink.tsx';
import { useMcpUrl } from './use-mcp-url.ts';

export interface AgentReadyProps {
  readonly agent: Agent;
  readonly token: string | undefined;
}

/** What comes after an agent was made: its token, this once, and how a client is told of it. */
export function AgentReady({ agent, token }: AgentReadyProps) {
  const url = useMcpUrl();
  return (
    <div className="flex flex-col gap-5">
      {token !== undefined && (
        <SecretOnce secret={token} what="the token">
          <p className="text-soft">
            Whoever has it is {agent.name}. Revoke it on{' '}
            <TextLink
              to="/agents/$agent"
              params={{ agent: agent.slug }}
              search={{ tab: 'tokens' }}
              className="underline"
            >
              the agent’s page
            </TextLink>{' '}
            when it gets lost.
          </p>
        </SecretOnce>
      )}
      <ConnectInstructions url={url} token={token} agent={agent.slug} />
    </div>
  );
}
