import { z } from 'zod';

const remoteSchema = z.object({
  driver: z.literal('remote'),
  url: z.string(),
  allowPrivateNetwork: z.boolean(),
});

/** Where an instance's server is, when it is somewhere else; `launch` as it is stored. */
export function remoteOf(
  launch: unknown,
): { readonly url: string; readonly allowPrivateNetwork: boolean } | undefined {
  const parsed = remoteSchema.safeParse(launch);
  return parsed.success ? parsed.data : undefined;
}
