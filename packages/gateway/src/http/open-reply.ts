import type { ServerResponse } from 'node:http';

import type { Session } from '../session/session.ts';
import type { HttpServices } from './post.ts';
import { Reply, type ReplyOptions } from './reply.ts';

/** The answer to a POST of a session, whose stream, if it comes to one, the session's client may resume. */
export function openReply(
  { logs }: Pick<HttpServices, 'logs'>,
  session: Session,
  response: ServerResponse,
  { mayStream, batchOf, onGone }: Pick<ReplyOptions, 'mayStream' | 'batchOf' | 'onGone'>,
): Reply {
  return new Reply(response, {
    mayStream,
    batchOf,
    onGone,
    openLog: () => logs.create(session, 'answer'),
    retireLog: (log) => logs.retire(session, log),
  });
}
