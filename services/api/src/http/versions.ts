import { z } from 'zod'
import { ApiError } from '../errors.ts'

/** Headers of a request that changes a record which several people may have open. */
export const ifMatchHeaders = z.looseObject({
  'if-match': z.string().max(200).optional().meta({ description: 'Required: the ETag of the record that was read' }),
})

/** The ETag of a record's version. */
export const versionTag = (version: number) => `"${version}"`

/**
 * Holds a change against the version that its author had read (RFC 9110, section 13.1.1): two people at one record never
 * overwrite each other unseen.
 *
 * @throws ApiError precondition-required, or version-mismatch with the record as it is now in `current`
 */
export function requireVersion(
  ifMatch: string | undefined,
  version: number,
  current: () => Record<string, unknown>,
): void {
  const versions = readVersions(ifMatch)
  if (versions === null || versions.includes(version)) return
  throw new ApiError('version-mismatch', `the record is at version ${version} by now; ${ifMatch} was sent`, {
    current: current(),
  })
}

/**
 * The versions that a change is for; null for any. What is no ETag of ours is no version.
 *
 * @throws ApiError precondition-required
 */
export function readVersions(ifMatch: string | undefined): readonly number[] | null {
  if (ifMatch === undefined) {
    throw new ApiError(
      'precondition-required',
      'headers.if-match: is missing; send the ETag of the record that you read',
    )
  }
  const tags = ifMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  if (tags.includes('*')) return null
  return tags.map((tag) => Number(/^"([1-9]\d{0,14})"$/.exec(tag)?.[1])).filter(Number.isInteger)
}
