import { AppError } from '@plugboard/contracts';
import { type Context, Hono } from 'hono';

import { answerPage } from '../../../pages/answer-page.ts';
import { csrfField, requireCsrf } from '../../../pages/csrf.ts';
import { failurePage } from '../../../pages/page-failure.ts';
import { localPath } from '../../people/next-path.ts';
import { requireSignIn, type SignedInEnv } from '../../people/require-sign-in.ts';
import type { AppServices } from '../../../app/services.ts';
import { clientKey, clientKeysPath } from '../clients/client-key.ts';
import {
  clientMetadataDocument,
  clientMetadataPath,
  signingMetadataDocument,
  signingMetadataPath,
} from '../clients/client-metadata.ts';
import { authorize } from '../flow/authorize.ts';
import { beginConnection, beginReconnect } from '../flow/begin.ts';
import { receiveCallback } from '../flow/callback.ts';
import { requestState } from '../flow/request-state.ts';
import { recordingRefusals } from '../refusals.ts';
import { refuseRequest } from '../flow/refuse-request.ts';
import { beginPage } from './begin-page.ts';
import { browserCookie, endedCookie, readClaims } from './browser-cookie.ts';
import { consentPage } from './consent-page.ts';
import { findBeginning } from './find-beginning.ts';
import { findRequest, readConsent } from './read-consent.ts';
import { connectedPage, refusedPage } from './result-page.ts';

/** The pages on which people connect accounts, and what authorization servers read of us. */
export function createConnectApp(services: AppServices, stopping: AbortSignal): Hono<SignedInEnv> {
  const app = new Hono<SignedInEnv>();
  const signIn = requireSignIn(services);
  const csrf = requireCsrf(services);
  const prefix = services.people.cookiePrefix;
  const signalOf = (c: Context) => AbortSignal.any([c.req.raw.signal, stopping]);
  app.onError((error, c) => failurePage(c, error, services.log));

  // What authorization servers read: they have no session.
  for (const [path, documentOf] of [
    [clientMetadataPath, clientMetadataDocument],
    [signingMetadataPath, signingMetadataDocument],
  ] as const) {
    app.get(path, (c) => {
      const document = documentOf(services);
      if (!document) {
        throw new AppError('not_found', 'This server has no client metadata document.');
      }
      return c.json(document, 200, { 'cache-control': 'public, max-age=300' });
    });
  }

  app.get(clientKeysPath, async (c) => {
    const { publicJwk } = await clientKey(services);
    return c.json({ keys: [publicJwk] }, 200, { 'cache-control': 'public, max-age=300' });
  });

  // Before all others: it must be reached by who is signed out, to be told so.
  app.get('/connect/callback', async (c) => {
    const { headers } = c.req.raw;
    const outcome = await receiveCallback(services, {
      query: new URL(c.req.url).searchParams,
      claims: readClaims(headers, prefix),
      signedIn: await services.people.signedIn(headers),
      signal: signalOf(c),
    });
    if (outcome.outcome === 'refused') return answerPage(c, refusedPage(outcome.reason), 403);
    c.header('set-cookie', endedCookie(prefix, outcome.requestId), { append: true });
    // So that no code stays in the history.
    return c.redirect(`/connect/requests/${outcome.requestId}`, 303);
  });

  app.use('/connect/*', signIn, csrf);

  app.get('/connect/requests/:request', async (c) => {
    const signedIn = c.get('signedIn');
    const { row, actor } = await findRequest(services, signedIn, c.req.param('request'));
    switch (requestState(row, services.clock())) {
      case 'waiting': {
        const view = await readConsent(services, signedIn, actor, row);
        const page = consentPage({
          ...view,
          action: `/connect/requests/${row.id}`,
          csrf: await csrfField(services, signedIn),
        });
        return answerPage(c, page, 200, view.formTargets);
      }
      case 'connected':
        return answerPage(
          c,
          connectedPage('Your account', `/connections?connection=${row.connection_id ?? ''}`),
        );
      case 'expired':
        return answerPage(c, refusedPage('expired'), 410);
      case 'failed':
        return answerPage(c, refusedPage(row.failure ?? 'internal'), 403);
    }
  });

  app.post('/connect/requests/:request', async (c) => {
    const { row, actor } = await findRequest(services, c.get('signedIn'), c.req.param('request'));
    if (requestState(row, services.clock()) !== 'waiting') {
      return c.redirect(`/connect/requests/${row.id}`, 303);
    }
    const form = await c.req.parseBody({ all: true });
    if (form['answer'] !== 'yes') {
      await refuseRequest(services, actor, row, 'not_consented');
      return answerPage(c, refusedPage('not_consented'));
    }
    const { agents } = await readConsent(services, c.get('signedIn'), actor, row);
    const chosen = [form['agent'] ?? []].flat();
    const permitted = agents.filter(({ id }) => chosen.includes(id)).map(({ id }) => id);
    const { url, browserSecret } = await authorize(services, actor, row, permitted);
    const claim = {
      organizationId: row.organization_id,
      requestId: row.id,
      secret: browserSecret,
    };
    c.header('set-cookie', browserCookie(prefix, claim), { append: true });
    return c.redirect(url, 303);
  });

  app.get('/connect/:ref', async (c) => {
    const signedIn = c.get('signedIn');
    const found = await findBeginning(services, signedIn, c.req.param('ref'), c.req.query('agent'));
    const query = new URLSearchParams();
    if (found.agentId !== undefined) query.set('agent', found.agentId);
    const next = c.req.query('next');
    if (next !== undefined) query.set('next', localPath(next));
    const suffix = query.size === 0 ? '' : `?${query.toString()}`;
    return answerPage(
      c,
      beginPage({
        ...found.view,
        action: `/connect/${encodeURIComponent(c.req.param('ref'))}${suffix}`,
        csrf: await csrfField(services, signedIn),
      }),
    );
  });

  app.post('/connect/:ref', async (c) => {
    const signedIn = c.get('signedIn');
    const found = await findBeginning(services, signedIn, c.req.param('ref'), c.req.query('agent'));
    const next = c.req.query('next');
    const local = next === undefined ? undefined : localPath(next);
    const signal = signalOf(c);
    const { actor, id, agentId } = found;
    const { requestId } = await recordingRefusals(services, actor, () =>
      found.kind === 'connection'
        ? beginReconnect(services, actor, { connection: id, next: local }, { signal })
        : beginConnection(
            services,
            actor,
            { instance: id, owner: found.owner, next: local },
            { signal, agentId },
          ),
    );
    return c.redirect(`/connect/requests/${requestId}`, 303);
  });

  return app;
}
