/**
 * Every diagnostic of the language: its stable code, what it means, and the hint that is printed with it.
 * One test a code, in `catalogue.test.ts`.
 */
export const catalogue = {
  WIDTH: {
    meaning: 'operands or an assignment differ in width, or a value does not fit its width',
    hint: 'make the change of width explicit with extend, truncate or saturate',
  },
  SIGN: {
    meaning: 'signed and unsigned are mixed',
    hint: 'convert explicitly with asSigned, asUnsigned or toSigned',
  },
  UNDRIVEN: {
    meaning: 'a wire or output is read or exported but never assigned',
    hint: 'assign it once, or remove it',
  },
  MULTIPLY_DRIVEN: {
    meaning: 'two assignments drive the same signal and the first one can have no effect',
    hint: 'keep one of them, or put the second into a when or switch below a default',
  },
  LATCH: {
    meaning: 'a wire or output keeps no value on some branch of a when or switch',
    hint: 'assign a default before the when, or add otherwise',
  },
  COMBINATIONAL_LOOP: {
    meaning: 'a bit depends on itself without a register between',
    hint: 'put a register on the path',
  },
  CHAINED_PORT: {
    meaning:
      'bits of one port feed other bits of the same port through an instance, without a register',
    hint: 'split the port in two, so that no simulator sees a loop',
  },
  CLOCK_CROSSING: {
    meaning: 'a register reads a value of another clock domain',
    hint: 'bring it over with m.synchronizer',
  },
  UNUSED: {
    meaning: 'an input, wire or register is never read',
    hint: 'remove it, or say m.unused(signal)',
  },
  NAME_CLASH: {
    meaning: 'a name is taken: by another declaration, another module, or a reserved word',
    hint: 'choose another name',
  },
  BAD_NAME: {
    meaning: 'a name is no identifier that every tool accepts',
    hint: 'use letters, digits and single underscores, and begin with a letter',
  },
  OUT_OF_RANGE: {
    meaning: 'an index, a bit range, a shift or a memory size lies outside its bounds',
    hint: 'stay within the width or depth that the message names',
  },
  ROM_CONTENTS: {
    meaning: 'contents do not fit the width or depth of their ROM or memory',
    hint: 'check the width, or mask the words before',
  },
  UNCONNECTED_PORT: {
    meaning: 'an input port of an instance is not connected, or a connection names no port',
    hint: 'connect every input by its name',
  },
  NOT_ASSIGNABLE: {
    meaning: 'the target cannot be assigned here',
    hint: 'assign outputs, wires, instance inputs and registers of the module that is being built',
  },
  FOREIGN_SIGNAL: {
    meaning: 'an expression uses a signal of another module',
    hint: 'pass it through a port',
  },
  NO_CLOCK: {
    meaning: 'a clock or reset is needed and there is none of that role',
    hint: 'pass a clock or reset signal of the module',
  },
  INCOMPLETE_STATE_MACHINE: {
    meaning: 'a state of a state machine is undefined, unreachable or defined twice',
    hint: 'define each named state once and enter it from somewhere',
  },
} as const satisfies Record<string, { meaning: string; hint: string }>

export type DiagnosticCode = keyof typeof catalogue
