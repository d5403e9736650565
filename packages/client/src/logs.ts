export { logPatches } from './query/log-rules.ts'
