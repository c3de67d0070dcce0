import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import type { default as Provider } from 'oidc-provider';

interface Params {
  readonly client_id: string;
  readonly scope?: string;
  readonly resource?: string | string[];
}

/** The page where a person signs in and says yes, both at once: a form with `account`, `scope`, `deny`. */
export async function answerInteraction(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const details = await provider.interactionDetails(request, response);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parameters of a request are text, resources perhaps several
    const params = details.params as unknown as Params;
    const { session } = details;
    if (request.method !== 'POST') {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(page(params.client_id, params.scope ?? ''));
      return;
    }
    const form = new URLSearchParams(await text(request));
    if (form.has('deny')) {
      const result = { error: 'access_denied', error_description: 'The person said no' };
      await provider.interactionFinished(request, response, result);
      return;
    }
    const accountId = form.get('account') ?? session?.accountId ?? 'ann';
    const asked = (params.scope ?? '').split(' ').filter(Boolean);
    const given = form.has('scope') ? form.get('scope')!.split(' ') : asked;
    const grant = new provider.Grant({ accountId, clientId: params.client_id });
    const identity = new Set(['openid', 'offline_access', 'profile', 'email']);
    grant.addOIDCScope(asked.filter((scope) => identity.has(scope)).join(' '));
    for (const resource of [params.resource ?? []].flat()) {
      grant.addResourceScope(resource, given.filter((s) => !identity.has(s)).join(' '));
      const refused = asked.filter((scope) => !given.includes(scope));
      if (refused.length > 0) grant.rejectResourceScope(resource, refused.join(' '));
    }
    const result = { login: { accountId }, consent: { grantId: await grant.save() } };
    await provider.interactionFinished(request, response, result, {
      mergeWithLastSubmission: false,
    });
  } catch (error) {
    response.writeHead(400, { 'content-type': 'text/plain' }).end(String(error));
  }
}

function page(client: string, scope: string): string {
  const safe = (value: string) => value.replace(/[<>&"]/g, '');
  return `<!doctype html><html lang="en"><title>Sign in</title><h1>Sign in</h1>
<p>${safe(client)} asks for: ${safe(scope)}</p>
<form method="post"><label>Account <input name="account" value="ann"></label>
<button type="submit">Sign in and allow</button><button name="deny" value="1">Deny</button></form></html>`;
}
