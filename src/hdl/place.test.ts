import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { Place } from './place.js'

test('a place keeps nothing of its author alive', async () => {
  const author = () =>
    new (class {
      write(): Place {
        return Place.here()
      }
    })()
  let one: ReturnType<typeof author> | undefined = author()
  const reference = new WeakRef(one)
  const place = one.write()
  one = undefined
  setFlagsFromString('--expose-gc')
  await new Promise((resolve) => setTimeout(resolve))
  runInNewContext('gc')()
  expect(reference.deref()).toBeUndefined()
  expect(place.line?.file).toBe('src/hdl/place.test.ts')
})
