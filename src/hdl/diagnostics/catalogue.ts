/**
 * Every diagnostic of the language: its stable code, what it means, and the hint that is printed with it.
 * One test a code, in `catalogue.test.ts`.
 */
export const catalogue = {
  WIDTH: {
    meaning: 'operands, an assignment or a conversion differ in width',
    hint: 'make the change of width explicit with extend, truncate or saturate',
  },
  SIGN: {
    meaning: 'signed and unsigned are mixed',
    hint: 'convert explicitly with asSigned, asUnsigned or toSigned',
  },
  TYPE: {
    meaning: 'a value is no signal, or a vector or bundle of another shape than expected',
    hint: 'give a signal, number, boolean, array or object of the type that the message names',
  },
  LITERAL: {
    meaning:
      'a number does not fit its type: too large, negative for an unsigned type, or no integer',
    hint: 'use a wider or signed type, and a bigint beyond 2^53',
  },
  CONDITION: {
    meaning: 'a condition is not one bit',
    hint: 'compare it, or reduce it with reduceOr or reduceAnd',
  },
  OUT_OF_RANGE: {
    meaning: 'an index, bit range, shift, width, length or memory size lies outside its bounds',
    hint: 'stay within the bounds that the message names',
  },
  ROM_CONTENTS: {
    meaning: 'contents do not fit the width or depth of their ROM or memory',
    hint: 'check the width and depth, or mask the words before',
  },
  UNDRIVEN: {
    meaning: 'a wire, output or memory is never assigned',
    hint: 'assign it once, or remove it',
  },
  NEVER_ENABLED: {
    meaning: 'the enable or mask of a memory port is constantly zero, so that the port never works',
    hint: 'remove the port, or enable it from a signal',
  },
  MULTIPLY_DRIVEN: {
    meaning: 'two assignments drive the same signal and the first one can have no effect',
    hint: 'keep one of them, or put the second into a when or switch below a default',
  },
  LATCH: {
    meaning: 'a wire or output has no value on some branch of a when or switch',
    hint: 'assign a default before the when, or add otherwise',
  },
  MISPLACED_BRANCH: {
    meaning: 'a case or otherwise appears twice, or a when is continued where it cannot be',
    hint: 'write each case once, otherwise last, and elseWhen directly after its when',
  },
  COMBINATIONAL_LOOP: {
    meaning: 'a bit depends on itself without a register between',
    hint: 'put a register on the path',
  },
  CHAINED_PORT: {
    meaning:
      'no bit depends on itself, but a port as a whole does, through an instance and without a register',
    hint: 'split the port in two, so that no simulator sees a loop',
  },
  CLOCK_CROSSING: {
    meaning: 'a register or memory reads a value of another clock domain',
    hint: 'bring it over with m.synchronizer',
  },
  NO_CLOCK: {
    meaning: 'a clock or reset is needed, and what is given is none, or of another style',
    hint: 'pass a clock or reset port through; derive no clock from logic',
  },
  CLOCK_AS_DATA: {
    meaning: 'a clock or reset is used as a value',
    hint: 'use enables and reset values instead, or declare the port as bool',
  },
  UNUSED: {
    meaning: 'a signal, memory or ROM is never read',
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
  UNCONNECTED_PORT: {
    meaning: 'an input port of an instance is not connected, or a connection names no port',
    hint: 'connect every input by its name',
  },
  NOT_ASSIGNABLE: {
    meaning: 'the target of an assignment cannot be assigned, or a value must be constant',
    hint: 'assign outputs, wires, instance inputs and registers of the module that is being built',
  },
  FOREIGN_SIGNAL: {
    meaning: 'an expression uses a signal or ROM of another module',
    hint: 'pass it through a port',
  },
  CLOSED_MODULE: {
    meaning: 'a module is changed after its body has ended',
    hint: 'declare and assign within the function given to defineModule',
  },
  RECURSION: {
    meaning: 'a module contains an instance of itself',
    hint: 'make a module for each level of the recursion, with its parameter in the name',
  },
  INCOMPLETE_STATE_MACHINE: {
    meaning: 'a state of a state machine is undefined, unreachable or defined twice',
    hint: 'define each named state once and enter it from somewhere',
  },
} as const satisfies Record<string, { meaning: string; hint: string }>

export type DiagnosticCode = keyof typeof catalogue
