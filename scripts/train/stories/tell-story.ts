import { Random } from '../../../src/common/random.js'
import { openings, type Plot, plots, type Step } from './plots.js'
import { questionOpenings, questionPlots } from './questions.js'
import { choice, drawStory, type Story } from './story.js'

const TRAINING_SEED = 1
const VALIDATION_SEED = 2

/** How stories are told. */
export interface Manner {
  readonly openings: readonly string[]
  readonly plots: readonly Plot[]
}

/** Six to ten sentences in one paragraph. */
export const prose: Manner = { openings, plots }

/** The same in questions and answers, of tokens that prose has. */
export const questions: Manner = { openings: questionOpenings, plots: questionPlots }

/** A story; equal seeds tell equal stories. */
export function tellStory(random: Random, { openings, plots } = prose): string {
  const story = drawStory(random)
  const plot = choice(random, plots)
  const templates = [openings, ...plot.steps, plot.endings].map((step) => chooseStep(random, step))
  const slots = slotsOf(story)
  return templates
    .filter((template) => template !== null)
    .map((template) => fill(template, slots))
    .join(' ')
}

/** `count` stories, the first of them from the seed alone. */
export function tellStories(seed: number, count: number, manner = prose): string[] {
  const random = new Random(seed)
  return Array.from({ length: count }, () => tellStory(random, manner))
}

/** Stories to train on, of seed 1, and to measure with, of seed 2 without those among the first. */
export function tellDataset(
  training: number,
  validation: number,
  manner = prose,
): { readonly training: string[]; readonly validation: string[] } {
  const stories = tellStories(TRAINING_SEED, training, manner)
  const told = new Set(stories)
  const others = tellStories(VALIDATION_SEED, validation, manner)
  return { training: stories, validation: others.filter((story) => !told.has(story)) }
}

function chooseStep(random: Random, step: Step): string | null {
  return typeof step === 'string' ? step : choice(random, step)
}

type Slots = ReadonlyMap<string, string>

function slotsOf(story: Story): Slots {
  const { hero, friend } = story
  const slots = new Map([
    ['hero', hero.name],
    ['heroIntroduction', hero.introduction],
    ['he', hero.pronouns.subject],
    ['him', hero.pronouns.object],
    ['his', hero.pronouns.possessive],
    ['friend', friend.name],
    ['friendIntroduction', friend.introduction],
    ['he2', friend.pronouns.subject],
    ['him2', friend.pronouns.object],
    ['his2', friend.pronouns.possessive],
    ['thing', story.thing],
    ['colour', story.colour],
    ['food', story.food],
    ['home', story.home],
    ['at', story.place.at],
    ['to', story.place.to],
    ['farAt', story.farPlace.at],
    ['farTo', story.farPlace.to],
    ['hidingPlace', story.hidingPlace],
    ['weather', story.weather],
  ])
  for (const [name, text] of [...slots]) slots.set(capitalised(name), capitalised(text))
  return slots
}

function fill(template: string, slots: Slots): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const text = slots.get(name)
    if (text === undefined) throw new RangeError(`no slot {${name}}`)
    return text
  })
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
