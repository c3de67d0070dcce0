import { type AppError, isAppError } from '@plugboard/contracts';
import type { Context } from 'hono';
import { html } from 'hono/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Logger } from 'pino';

import { answerPage } from './answer-page.ts';

/** Answers with a page that says what failed: for `onError` of apps of pages. */
export function failurePage(c: Context, error: unknown, log: Logger): Promise<Response> {
  if (!isAppError(error) || error.code === 'internal') {
    const reference = crypto.randomUUID();
    log.error({ err: error, reference }, 'a page failed');
    return answerPage(
      c,
      {
        title: 'Something failed',
        body: html`<p class="problem" role="alert">
          Something failed inside Plugboard. Its log tells more under ${reference}.
        </p>`,
      },
      500,
    );
  }
  return answerPage(
    c,
    {
      title: 'This did not work',
      body: html`<p class="problem" role="alert">${error.message}</p>
        <p><a href="/account">To your account</a></p>`,
    },
    statusOf(error),
  );
}

function statusOf({ status }: AppError): ContentfulStatusCode {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the codes of errors all have bodies
  return status as ContentfulStatusCode;
}
