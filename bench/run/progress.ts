const WIDTH = 30

/**
 * A bar on standard error: redrawn in place in a terminal, a line for each tenth elsewhere.
 *
 * @returns to be called with how much is done, of how much
 */
export function createProgress(title: string): (done: number, total: number) => void {
  const { isTTY } = process.stderr
  const since = performance.now()
  let toldTenth = -1
  return (done, total) => {
    const share = done / total
    const tenth = Math.floor(share * 10)
    const bar = '█'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH, '·')
    const line = `${title} ${bar} ${Math.floor(share * 100)} % ${Math.round((performance.now() - since) / 1000)} s`
    if (isTTY) process.stderr.write(`\r${line}${done === total ? '\n' : ''}`)
    else if (tenth > toldTenth) process.stderr.write(`${line}\n`)
    toldTenth = tenth
  }
}
