import { randomBytes } from 'node:crypto';

import { AppError, type ChangeEvent, isAppError } from '@plugboard/contracts';
import {
  buildNotification,
  type Envelope,
  idText,
  paramsText,
  readEnvelope,
  stringParam,
} from '@plugboard/protocol';

import type { ClientOfAgent } from '../bridge/own-connections.ts';
import type { ClientQuestion } from '../call/call-client.ts';
import type { IncomingMail, SessionMail, StateSealer, StreamStore } from '../ports.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';
import type { StoreBudget } from './store-budget.ts';

/** How long a question may take to a node where the client has a stream, in milliseconds. */
const deliveryMs = 5_000;
/** Between nodes: a question was sent on to the client. No client can send it, for it is never taken from one. */
const delivered = 'notifications/plugboard/delivered';

export interface RelayServices {
  readonly sessions: Sessions;
  readonly sessionMail: SessionMail;
  readonly streamStore: StreamStore;
  readonly sealer: StateSealer;
  readonly budget: StoreBudget;
  /** Another node changed what the store has of a session in use here. */
  readonly onChanged: (session: Session) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** Joins what this node holds of sessions with what other nodes hold of them. */
export interface SessionRelay extends Disposable {
  /**
   * Asks the client of a session: by `send` if that can (it answers false when not), else on a stream
   * that the client has open by GET, here or elsewhere. Rejects as `CallClient.ask`.
   */
  ask(
    session: Session,
    question: ClientQuestion,
    send: (message: Buffer) => boolean,
  ): Promise<Envelope>;
  /** Takes a response from the client to whoever asked; one to nothing is dropped. */
  answer(session: Session, answer: Envelope): Promise<void>;
  /** Stops the request with that id, given as JSON text, wherever it is under way. */
  cancel(session: Session, requestId: string): Promise<void>;
  /** Sends to the client on its open stream, wherever that is. */
  tell(session: Session, message: Buffer): Promise<void>;
  /** Passes on what a server says to the session whose own its connection is. */
  tellOwner(owner: ClientOfAgent | undefined, message: Envelope): void;
  /** Hears of changes that other nodes made to sessions. */
  hear(event: ChangeEvent): void;
}

/** Listens for mail until it is disposed of. */
export function createSessionRelay(services: RelayServices): SessionRelay {
  const { sessions, sessionMail, streamStore, sealer, onError } = services;

  /** An id that nobody can guess or make up, for this session alone. */
  const newQuestionId = (session: Session): string =>
    sealer.seal(randomBytes(12), questionContext(session));

  async function post(session: Session, kind: 'answer' | 'message', body: Buffer): Promise<void> {
    if (!services.budget.spend(session.identity.agentId, body.length)) {
      throw new AppError(
        'rate_limited',
        'This agent has too much on its way between the nodes of Plugboard. Try again later.',
        { retryAfterMs: 60_000 },
      );
    }
    await sessionMail.send({ to: addressOf(session), kind, body });
  }

  async function deliver(
    session: Session,
    message: Buffer,
    send: (message: Buffer) => boolean,
  ): Promise<void> {
    if (send(message) || session.send(message)) return;
    await post(session, 'message', message);
  }

  async function ask(
    session: Session,
    question: ClientQuestion,
    send: (message: Buffer) => boolean,
  ): Promise<Envelope> {
    const { questions } = session;
    const id = newQuestionId(session);
    let patience: NodeJS.Timeout | undefined;
    try {
      return await questions.ask(id, question, async (message) => {
        if (send(message) || session.send(message)) return;
        await post(session, 'message', message);
        patience ??= setTimeout(() => questions.failUndelivered(id), deliveryMs).unref();
      });
    } finally {
      clearTimeout(patience);
    }
  }

  async function hearMail(mail: IncomingMail): Promise<void> {
    const session = sessions.byKey(mail.to.idHash.toString('base64url'));
    if (session?.organizationId !== mail.to.organizationId) return;
    if (mail.kind === 'answer') {
      // A copy of it may be for another node as well.
      const body = await mail.read();
      if (body) takeAnswer(session, readEnvelope(body));
    } else if (session.hasStream) {
      const body = await mail.take();
      if (body) await sendOn(session, body);
    }
  }

  async function sendOn(session: Session, body: Buffer): Promise<void> {
    if (!session.send(body)) {
      // Its stream ended while the message was fetched: there may be one elsewhere still.
      await post(session, 'message', body);
      return;
    }
    const message = readEnvelope(body);
    if (message.kind !== 'request') return;
    const params = Buffer.from(`{"id":${idText(message)}}`);
    await post(session, 'answer', buildNotification(delivered, params));
  }

  function takeAnswer(session: Session, message: Envelope): void {
    if (message.kind === 'result' || message.kind === 'error') {
      session.questions.settle(questionIdOf(message) ?? '', message);
      return;
    }
    const params = paramsText(message);
    if (!params) return;
    if (message.method === delivered) {
      session.questions.noteDelivered(stringParam(params, 'id') ?? '');
    } else if (message.method === 'notifications/cancelled') {
      session.cancel(JSON.stringify(readRequestId(params)));
    }
  }

  async function hearChange(event: Extract<ChangeEvent, { kind: 'session' }>): Promise<void> {
    const session = sessions.byKey(event.session);
    if (session?.organizationId !== event.organizationId) return;
    if (event.about === 'ended') sessions.release(session);
    else if (event.about === 'changed') {
      if (await sessions.refresh(session)) await services.onChanged(session);
      else sessions.release(session);
    }
  }

  /** While the database is away mail and changes are missed; calls say so themselves. */
  const report = (error: unknown): void => {
    if (!isAppError(error, 'unavailable') && !isAppError(error, 'rate_limited')) onError(error);
  };
  /** One after another for each session, for they come in the order of their sending. */
  const hearing = new Map<string, Promise<void>>();
  function inTurn(mail: IncomingMail): void {
    const key = mail.to.idHash.toString('base64url');
    if (!sessions.byKey(key)) return;
    const before = hearing.get(key) ?? Promise.resolve();
    const turn = before.then(() => hearMail(mail)).catch(report);
    hearing.set(key, turn);
    void turn.then(() => {
      if (hearing.get(key) === turn) hearing.delete(key);
    });
  }

  const stops = [
    sessionMail.onMail(inTurn),
    streamStore.onWanted(({ organizationId, idHash }, stream) => {
      const session = sessions.byKey(idHash.toString('base64url'));
      const log = session?.logs.get(stream);
      if (log && session?.organizationId === organizationId) log.handOver().catch(report);
    }),
  ];

  return {
    ask,
    async answer(session, answer) {
      const id = questionIdOf(answer);
      if (id === undefined || session.questions.settle(id, answer)) return;
      if (sealer.open(id, questionContext(session))) await post(session, 'answer', answer.bytes);
    },
    async cancel(session, requestId) {
      if (session.cancel(requestId)) return;
      const params = Buffer.from(`{"requestId":${requestId}}`);
      await post(session, 'answer', buildNotification('notifications/cancelled', params));
    },
    tell: (session, message) => deliver(session, message, () => false),
    tellOwner(owner, message) {
      const session = owner && sessions.byKey(owner.clientKey);
      if (!session || session.identity.agentId !== owner.agentId) return;
      deliver(session, message.bytes, () => false).catch(report);
    },
    hear(event) {
      if (event.kind === 'session') hearChange(event).catch(report);
    },
    [Symbol.dispose]() {
      for (const stop of stops) stop();
    },
  };
}

function addressOf({ organizationId, idHash }: Session) {
  return { organizationId, idHash };
}

function questionContext({ key }: Session): string {
  return `question of session ${key}`;
}

/** Ours are strings; longer ones are nobody's. */
function questionIdOf(answer: Envelope): string | undefined {
  const { id, bytes } = answer;
  if (id === undefined || id.end - id.start > 256 || bytes[id.start] !== 0x22) return undefined;
  const parsed: unknown = JSON.parse(bytes.toString('utf8', id.start, id.end));
  return typeof parsed === 'string' ? parsed : undefined;
}

function readRequestId(params: Buffer): unknown {
  const parsed: unknown = JSON.parse(params.toString());
  return parsed !== null && typeof parsed === 'object' && 'requestId' in parsed
    ? parsed.requestId
    : undefined;
}
