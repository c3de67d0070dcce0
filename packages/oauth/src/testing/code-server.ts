import { createHash } from 'node:crypto';

import { startTestServer, type Answer, type Seen, type TestServer } from './test-server.ts';

/** An authorization server that gives codes at once and holds what is sent for them against what began. */
export interface CodeServer extends TestServer {
  /** What a browser that is sent to an address comes back with. */
  visit(url: string): URLSearchParams;
  /** Answers to good token requests besides the tokens. */
  extra: Readonly<Record<string, unknown>>;
}

export async function startCodeServer(): Promise<CodeServer> {
  const server = await startTestServer();
  const begun = new Map<string, URLSearchParams>();
  let count = 0;
  const self: CodeServer = Object.assign(server, {
    extra: {},
    visit(url: string): URLSearchParams {
      const asked = new URL(url).searchParams;
      const code = `code-${(count += 1)}`;
      begun.set(code, asked);
      const state = asked.get('state') ?? '';
      return new URLSearchParams({ code, state, iss: server.origin });
    },
  });
  server.on('/token', (seen) => answerCode(seen, begun, () => self.extra));
  return self;
}

function answerCode(
  { form }: Seen,
  begun: Map<string, URLSearchParams>,
  extra: () => Readonly<Record<string, unknown>>,
): Answer {
  const asked = begun.get(form.get('code') ?? '');
  begun.delete(form.get('code') ?? '');
  const challenge = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url');
  const isGood =
    asked?.get('code_challenge') === challenge &&
    asked.get('redirect_uri') === form.get('redirect_uri') &&
    asked.get('resource') === form.get('resource') &&
    (form.get('client_id') ?? asked.get('client_id')) === asked.get('client_id');
  if (!isGood)
    return { status: 400, body: { error: 'invalid_grant', error_description: 'SECRET' } };
  return {
    body: { access_token: 'access', token_type: 'bearer', expires_in: 60, ...extra() },
  };
}
