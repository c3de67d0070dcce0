/** One classic BPF instruction (`struct sock_filter`). */
export interface Instruction {
  readonly code: number;
  /** Instructions to skip when the comparison holds. */
  readonly jumpTrue: number;
  /** Instructions to skip when it does not. */
  readonly jumpFalse: number;
  readonly operand: number;
}

/** Loads a 32-bit word of `struct seccomp_data` into the accumulator. */
export function load(offset: number): Instruction {
  return instruction(0x20, offset);
}

/** Skips the next `count` instructions unless the accumulator equals `value`. */
export function skipUnlessEqual(value: number, count: number): Instruction {
  return instruction(0x15, value, 0, count);
}

/** Skips the next `count` instructions if the accumulator equals `value`. */
export function skipIfEqual(value: number, count: number): Instruction {
  return instruction(0x15, value, count, 0);
}

/** Skips the next `count` instructions unless the accumulator is at least `value`, unsigned. */
export function skipUnlessAtLeast(value: number, count: number): Instruction {
  return instruction(0x35, value, 0, count);
}

/** Skips the next `count` instructions unless the accumulator has a bit of `mask`. */
export function skipUnlessAnyBit(mask: number, count: number): Instruction {
  return instruction(0x45, mask, 0, count);
}

/** Ends the program with a verdict. */
export function verdict(value: number): Instruction {
  return instruction(0x06, value);
}

/** The program in the kernel's layout for little-endian machines. */
export function assemble(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, { code, jumpTrue, jumpFalse, operand }] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(jumpTrue, index * 8 + 2);
    bytes.writeUInt8(jumpFalse, index * 8 + 3);
    bytes.writeUInt32LE(operand, index * 8 + 4);
  }
  return bytes;
}

function instruction(code: number, operand: number, jumpTrue = 0, jumpFalse = 0): Instruction {
  return { code, jumpTrue, jumpFalse, operand: operand >>> 0 };
}
