import Table from 'cli-table3'
import { Random } from '../src/common/random.js'
import { cacheErrors } from './errors/cache.js'
import { functionErrors } from './errors/functions.js'
import { operationErrors } from './errors/operations.js'

const seed = 1

const table = new Table({
  head: ['operation', 'cases', 'largest error', 'bound', 'in units of'],
  colAligns: ['left', 'right', 'right', 'right', 'left'],
  style: { head: [], border: [] },
})
const digits = (value: number) => String(Number(value.toPrecision(3)))
for (const { what, cases, largest, unit, bound } of [
  ...functionErrors(1),
  ...cacheErrors(20_000, new Random(seed)),
  ...operationErrors(4000, new Random(seed)),
]) {
  table.push([what, cases, digits(largest), bound === undefined ? '' : digits(bound), unit])
}
console.log(table.toString())
