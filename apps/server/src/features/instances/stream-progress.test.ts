import { describe, expect, it } from 'vitest';

import { streamProgress } from './stream-progress.ts';

const never = new AbortController().signal;

describe('streamProgress', () => {
  it('yields what work tells, in order, then ends', async () => {
    const stream = streamProgress<number>(async (emit) => {
      emit(1);
      await Promise.resolve();
      emit(2);
      emit(3);
    }, never);
    const told: number[] = [];
    for await (const event of stream) told.push(event);
    expect(told).toEqual([1, 2, 3]);
  });

  it('fails as work fails, after all that it told', async () => {
    const told: number[] = [];
    const run = async () => {
      const stream = streamProgress<number>(async (emit) => {
        emit(1);
        throw new Error('broken');
      }, never);
      for await (const event of stream) told.push(event);
    };
    await expect(run()).rejects.toThrow('broken');
    expect(told).toEqual([1]);
  });

  it('aborts the work of a reader that leaves, and waits for it to clean up', async () => {
    let cleaned = false;
    const stream = streamProgress<number>(async (emit, signal) => {
      emit(1);
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve());
      });
      await Promise.resolve();
      cleaned = true;
      throw new Error('cancelled');
    }, never);
    for await (const event of stream) {
      expect(event).toBe(1);
      break;
    }
    expect(cleaned).toBe(true);
  });
});
