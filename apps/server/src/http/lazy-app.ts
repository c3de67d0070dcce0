import type { RawHandler } from './server.ts';

/**
 * Loads the framework and the API at the first request that needs them: agents never do, and they
 * are a good part of the memory of a server that only serves agents.
 */
export function createLazyApp(
  load: () => Promise<RawHandler>,
  onError: (error: unknown) => void,
): RawHandler {
  let loading: Promise<RawHandler> | undefined;
  return (request, response) => {
    loading ??= load();
    loading
      .then((handle) => handle(request, response))
      .catch((error: unknown) => {
        loading = undefined;
        onError(error);
        response.writeHead(500, { connection: 'close' }).end();
      });
  };
}
