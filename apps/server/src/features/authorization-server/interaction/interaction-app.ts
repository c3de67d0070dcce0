import type { HttpBindings } from '@hono/node-server';
import { AppError, isAppError } from '@plugboard/contracts';
import { agentScope } from '@plugboard/gateway';
import { type Context, Hono } from 'hono';

import type { AppServices } from '../../../app/services.ts';
import { csrfField, requireCsrf } from '../../../pages/csrf.ts';
import { themeOf } from '../../../pages/page-theme.ts';
import { pageHeaders } from '../../../pages/page-headers.ts';
import type { Membership, SignedIn } from '../../people/people.ts';
import { requireSignIn, type SignedInEnv } from '../../people/require-sign-in.ts';
import { grantIdOf } from '../grants/grant-id.ts';
import { lifetimes } from '../lifetimes.ts';
import { type ConsentChoices, readChoices } from './choices.ts';
import { consentPage } from './consent-page.ts';
import { permitClient } from './permit-client.ts';
import { problemPage } from './problem-page.ts';
import { readAnswer } from './read-answer.ts';
import { type ConsentRequest, readConsentRequest, tooOld } from './read-request.ts';
import { formTarget } from './redirect-words.ts';

type Env = SignedInEnv & { Bindings: HttpBindings };

/** The pages on which a person permits a client, below `/oauth/interaction`. */
export function createInteractionApp(services: AppServices): Hono<Env> {
  const { refusals } = services.authorizationServer;
  const app = new Hono<Env>().basePath('/oauth/interaction');
  app.use(requireSignIn(services));

  app.get('/:uid', async (c) => {
    const { request, signedIn, membership } = await whatIsAsked(services, c);
    return showPage(services, c, { request, signedIn, membership, problem: undefined });
  });

  app.post('/:uid', requireCsrf(services), async (c) => {
    const { request, signedIn, membership } = await whatIsAsked(services, c);
    const form = await formOf(c);
    const choices = await choicesOf(services, membership, request);
    try {
      return await decide(services, c, { request, signedIn, membership, choices, form });
    } catch (error) {
      if (!isAppError(error, 'invalid_input')) throw error;
      return showPage(services, c, { request, signedIn, membership, problem: error.message });
    }
  });

  app.onError(async (error, c) => {
    if (!isAppError(error)) services.log.error({ err: error }, 'a consent page failed');
    const signedIn = await services.people.signedIn(c.req.raw.headers);
    const reason = isAppError(error) ? error.details?.['reason'] : undefined;
    const membership = signedIn && membershipOf(signedIn, signedIn.activeOrganizationId);
    if (membership && typeof reason === 'string') {
      const { organizationId, memberId } = membership;
      const clientId = await clientOf(services, c.req.param('uid') ?? '');
      await refusals.report({ organizationId, memberId, reason, clientId });
    }
    const message = isAppError(error) ? error.message : 'Something went wrong inside of Plugboard.';
    return c.html(await problemPage(message, themeOf(c.req.header('cookie'))), {
      status: isAppError(error, 'forbidden') ? 403 : isAppError(error, 'not_found') ? 404 : 400,
      headers: pageHeaders(),
    });
  });
  return app;
}

/** The client that a request is of, whoever began it. */
async function clientOf(
  { authorizationServer }: AppServices,
  uid: string,
): Promise<string | undefined> {
  const found = await authorizationServer.records.find('Interaction', uid);
  const { params } = found?.payload ?? {};
  if (typeof params !== 'object' || params === null || !('client_id' in params)) return undefined;
  return typeof params.client_id === 'string' ? params.client_id : undefined;
}

/** Every value of a field: a form has one for each toolbox that was ticked. */
async function formOf(c: Context<Env>): Promise<Readonly<Record<string, unknown>>> {
  const data = await c.req.formData();
  return { ...Object.fromEntries(data), toolbox: data.getAll('toolbox') };
}

interface Asked {
  readonly request: ConsentRequest;
  readonly signedIn: SignedIn;
  readonly membership: Membership;
}

async function whatIsAsked(
  { server, authorizationServer }: AppServices,
  c: Context<Env, '/:uid'>,
): Promise<Asked> {
  const { incoming, outgoing } = c.env;
  const provider = await authorizationServer.provider();
  const { base } = server.urls;
  const uid = c.req.param('uid');
  const request = await readConsentRequest(provider, base, uid, incoming, outgoing);
  if (!request) {
    const isOthers = (await authorizationServer.records.find('Interaction', uid)) !== undefined;
    throw tooOld(isOthers ? 'other_browser' : undefined);
  }
  const signedIn = c.get('signedIn');
  const form = c.req.method === 'POST' ? await c.req.parseBody() : c.req.query();
  const asked = form['organization'];
  const membership = membershipOf(
    signedIn,
    typeof asked === 'string' ? asked : signedIn.activeOrganizationId,
  );
  if (!membership) {
    const hasNone = signedIn.memberships.length === 0;
    throw new AppError(
      'forbidden',
      hasNone
        ? 'You are not a member of any organization here that would let you do this.'
        : 'You are not a member of that organization.',
      { details: { reason: hasNone ? 'no_membership' : 'foreign_organization' } },
    );
  }
  return { request, signedIn, membership };
}

function membershipOf(
  { memberships }: SignedIn,
  organizationId: string | undefined,
): Membership | undefined {
  return memberships.find((each) => each.organizationId === organizationId);
}

function choicesOf(
  services: AppServices,
  membership: Membership,
  { resources }: ConsentRequest,
): Promise<ConsentChoices> {
  return readChoices(services, membership, services.server.urls.base, resources);
}

async function showPage(
  services: AppServices,
  c: Context<Env>,
  asked: Asked & { readonly problem: string | undefined },
): Promise<Response> {
  const csrf = await csrfField(services, asked.signedIn);
  const choices = await choicesOf(services, asked.membership, asked.request);
  const theme = themeOf(c.req.header('cookie'));
  const page = await consentPage({ ...asked, choices, csrf, theme });
  const headers = pageHeaders([formTarget(asked.request.redirectUri)]);
  return c.html(page, { status: asked.problem === undefined ? 200 : 400, headers });
}

/** Carries out what the person decided, once, and sends the browser on. */
async function decide(
  services: AppServices,
  c: Context<Env>,
  asked: Asked & {
    readonly choices: ConsentChoices;
    readonly form: Readonly<Record<string, unknown>>;
  },
): Promise<Response> {
  const { request, signedIn, membership, choices, form } = asked;
  const answer = readAnswer(form);
  const { records } = services.authorizationServer;
  const provider = await services.authorizationServer.provider();
  const { incoming, outgoing } = c.env;
  const { clientId } = request;
  if (answer.decision === 'deny') {
    await answerOnce(services, request);
    const { organizationId, memberId } = membership;
    const { refusals } = services.authorizationServer;
    await refusals.report({ organizationId, memberId, reason: 'denied', clientId });
    const denial = { error: 'access_denied', error_description: 'the person did not permit it' };
    return c.redirect(await provider.interactionResult(incoming, outgoing, denial), 303);
  }
  await answerOnce(services, request);
  const tokenId = await permitClient(services, membership, request, choices, answer);
  const grantId = grantIdOf({ organizationId: membership.organizationId, tokenId });
  const grant = new provider.Grant({ accountId: signedIn.userId, clientId });
  grant.jti = grantId;
  grant.addOIDCScope(agentScope);
  for (const resource of request.asked) grant.addResourceScope(resource, agentScope);
  await grant.save();
  // A client that somebody permitted something is kept for longer than its grant.
  const until = new Date(services.clock() + lifetimes.usedClient * 1000);
  await records.keepUntil('Client', clientId, until);
  const result = { login: { accountId: signedIn.userId, remember: false }, consent: { grantId } };
  return c.redirect(await provider.interactionResult(incoming, outgoing, result), 303);
}

/** A form that is sent again, or in two windows, decides nothing. */
async function answerOnce(
  { authorizationServer }: AppServices,
  { uid }: ConsentRequest,
): Promise<void> {
  if (await authorizationServer.records.consume('Interaction', uid)) return;
  throw new AppError('forbidden', 'This was answered already.', {
    details: { reason: 'answered_twice' },
  });
}
