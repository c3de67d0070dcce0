/** Proxies commonly cut what is silent for 30 or 60 seconds. */
const intervalMs = 15_000;

interface Commentable {
  comment(): boolean;
}

const streams = new Set<Commentable>();
let timer: NodeJS.Timeout | undefined;

/** The open streams, all kept alive by one timer that runs only while there are any. */
export const keepAlive = {
  add(stream: Commentable): void {
    streams.add(stream);
    timer ??= setInterval(() => {
      for (const each of streams) each.comment();
    }, intervalMs).unref();
  },
  delete(stream: Commentable): void {
    streams.delete(stream);
    if (streams.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  },
};
