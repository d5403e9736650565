/**
 * A promise that was not kept.
 *
 * | kind       | means                                                                                              |
 * |------------|----------------------------------------------------------------------------------------------------|
 * | lost       | committed, and a client's handlers never got it; or acknowledged, and not in the ledger            |
 * | doubled    | handlers got one event twice; or one key moved points twice                                        |
 * | reordered  | handlers got an older event after a newer one                                                      |
 * | leaked     | a client got an event of another tenant                                                            |
 * | wrong      | a balance, an answer or an entry that is not what it should be; a change that nobody asked for     |
 * | unpromised | an answer, a reset or the end of a process that nothing explains                                   |
 * | stuck      | not everything was well again in time                                                              |
 */
export type BreachKind = (typeof breachKinds)[number]

export const breachKinds = ['lost', 'doubled', 'reordered', 'leaked', 'wrong', 'unpromised', 'stuck'] as const

export type Breach = {
  readonly kind: BreachKind
  /** One sentence: who, what was found, what should have been. */
  readonly detail: string
}
