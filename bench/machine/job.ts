import type { RunningProcess } from './service.ts'

/** What a program does for its parent: one job, one answer. Both go through IPC, as JSON. */
export type Program<Job, Done> = (job: Job) => Promise<Done>

type Answer<Done> = { readonly done: Done } | { readonly failed: string }

/** In a program: says that it is ready, does each job that its parent sends, one after the other, and answers. */
export function answerJob(work: Program<never, unknown>): void {
  process.on('message', (job) => {
    void work(job as never)
      .then((done): Answer<unknown> => ({ done }))
      .catch((error: unknown): Answer<unknown> => ({ failed: String((error as Error).stack) }))
      .then((answer) => process.send!(answer))
  })
  // Its parent is gone, and with it whoever wanted to know.
  process.on('disconnect', () => process.exit(0))
  process.send!('ready')
}

/** In its parent: gives it a job and waits. @throws Error with what the program failed with */
export function giveJob<P extends Program<never, unknown>>(
  { child }: RunningProcess,
  job: Parameters<P>[0] & object,
): Promise<Awaited<ReturnType<P>>> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error('the program ended in the middle of its job'))
    child.once('exit', ended)
    child.once('message', (message) => {
      child.off('exit', ended)
      const answer = message as Answer<Awaited<ReturnType<P>>>
      if ('done' in answer) resolve(answer.done)
      else reject(new Error(answer.failed))
    })
    child.send(job)
  })
}
