import { text } from 'node:stream/consumers';

import { listenOnLoopback } from './listen.ts';

/** What its token endpoint was sent. */
export interface OddRequest {
  readonly type: string;
  readonly authorization: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** How its token endpoint answers: as services do that were there before RFC 6749 was. */
export type OddAnswer = (refreshToken: string) => {
  readonly status?: number;
  readonly type: string;
  readonly body: string;
};

/** A small service that has a token endpoint (`/token`) and one to revoke (`/revoke`), and no manners. */
export interface OddService extends AsyncDisposable {
  readonly origin: string;
  readonly requests: OddRequest[];
  answer: OddAnswer;
}

export async function startOddService(): Promise<OddService> {
  const requests: OddRequest[] = [];
  const listening = await listenOnLoopback((request, response) => {
    void text(request).then((sent) => {
      const type = request.headers['content-type'] ?? '';
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the tests look at
      const fields = (
        type.startsWith('application/json')
          ? JSON.parse(sent)
          : Object.fromEntries(new URLSearchParams(sent))
      ) as Record<string, unknown>;
      requests.push({ type, authorization: request.headers.authorization, fields });
      const {
        status = 200,
        type: answered,
        body,
      } = service.answer(String(fields['refresh_token']));
      response.writeHead(status, { 'content-type': answered }).end(body);
    });
  }, undefined);
  const service: OddService = {
    origin: listening.origin,
    requests,
    answer: () => ({ status: 404, type: 'text/plain', body: '' }),
    [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose](),
  };
  return service;
}
