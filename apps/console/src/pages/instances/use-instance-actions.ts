import type { Instance } from '@plugboard/contracts/api';
import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';

import { api, orpc } from '../../api/client.ts';
import { readError } from '../../api/errors.ts';
import { tellDone, tellFailed } from '../../shell/toast-manager.ts';

type Changing = (input: { instance: string }) => Promise<Instance>;

/** What is done to one instance at a press: nothing here asks first, as all of it can be taken back. */
export function useInstanceActions(instance: Instance) {
  const client = useQueryClient();
  const ref = { instance: instance.id };
  const take = (changed: Instance) => putInstance(client, changed);
  const restart = useMutation(
    orpc.instances.restart.mutationOptions({
      onSuccess(changed) {
        take(changed);
        tellDone(`Restarted ${instance.slug}`);
      },
    }),
  );
  const stop = useMutation({
    mutationFn: () => api.instances.stop(ref),
    onMutate: () => putState(client, instance, 'stopped'),
    onSuccess(changed) {
      take(changed);
      tellDone(`Stopped ${instance.slug}`, () => start.mutate());
    },
    onError: (error) => giveUp(client, error),
  });
  const start = useMutation({
    mutationFn: () => api.instances.start(ref),
    onMutate: () => putState(client, instance, 'starting'),
    onSuccess(changed) {
      take(changed);
      tellDone(`Started ${instance.slug}`, () => stop.mutate());
    },
    onError: (error) => giveUp(client, error),
  });
  const busy = restart.isPending || stop.isPending || start.isPending;
  return {
    busy,
    restart: () => restart.mutate(ref),
    stop: () => stop.mutate(),
    start: () => start.mutate(),
    restarting: restart.isPending,
  };
}

/** The same of many, four at a time; resolves with those that failed, each with its reason. */
export async function forEachInstance(
  instances: readonly Instance[],
  change: Changing | ((input: { instance: string }) => Promise<unknown>),
  onDone: (done: number) => void,
): Promise<readonly { readonly slug: string; readonly message: string }[]> {
  const waiting = [...instances];
  const failed: { slug: string; message: string }[] = [];
  let done = 0;
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        await change({ instance: next.id });
      } catch (error) {
        failed.push({ slug: next.slug, message: readError(error).message });
      }
      onDone((done += 1));
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  return failed;
}

/** Shows an instance as the server has just told of it, wherever it is shown. */
export function putInstance(client: QueryClient, changed: Instance): void {
  client.setQueriesData(
    { queryKey: orpc.instances.list.key() },
    (known: { instances: readonly Instance[] } | undefined) =>
      known && {
        instances: known.instances.map((each) => (each.id === changed.id ? changed : each)),
      },
  );
  client.setQueriesData({ queryKey: orpc.instances.get.key() }, (known: Instance | undefined) =>
    known?.id === changed.id ? changed : known,
  );
}

function putState(client: QueryClient, instance: Instance, name: Instance['state']['name']): void {
  const { restarts } = instance.state;
  putInstance(client, { ...instance, state: { name, restarts } });
}

/** What was shown before it was done is not so: asks what is. */
function giveUp(client: QueryClient, error: unknown): void {
  tellFailed(readError(error).message);
  void client.invalidateQueries({ queryKey: orpc.instances.key() });
}
