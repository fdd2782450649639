/** `true` when two types are the same, also where one is assignable to the other without being it. */
export type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles when the condition is `true`. */
export function typeTrue<_Condition extends true>(): void {}
