import type { Random } from '../../../src/common/random.js'
import {
  animals,
  animalTempers,
  boys,
  type Character,
  colours,
  foods,
  girls,
  he,
  hidingPlaces,
  homes,
  type Place,
  places,
  she,
  things,
  weathers,
} from './words.js'

/** Everything that one story says more than once: whoever and whatever it names stays the same to its end. */
export interface Story {
  readonly hero: Character
  /** Not the hero, and with another name. */
  readonly friend: Character
  readonly thing: string
  readonly colour: string
  readonly food: string
  readonly home: string
  readonly place: Place
  /** Another place. */
  readonly farPlace: Place
  readonly hidingPlace: string
  readonly weather: string
}

/** Draws the parts of a story. */
export function drawStory(random: Random): Story {
  const hero = drawCharacter(random)
  const place = choice(random, places)
  return {
    hero,
    friend: drawOther(
      () => drawCharacter(random),
      (other) => other.name !== hero.name,
    ),
    thing: choice(random, things),
    colour: choice(random, colours),
    food: choice(random, foods),
    home: choice(random, homes),
    place,
    farPlace: drawOther(
      () => choice(random, places),
      (other) => other !== place,
    ),
    hidingPlace: choice(random, hidingPlaces),
    weather: choice(random, weathers),
  }
}

/** One of the choices, uniformly. */
export function choice<T>(random: Random, choices: readonly T[]): T {
  return choices[random.integer(0, choices.length - 1)]!
}

function drawCharacter(random: Random): Character {
  if (random.chance(0.35)) {
    const animal = choice(random, animals)
    const temper = choice(random, animalTempers)
    return {
      name: `the ${animal}`,
      introduction: `${temper === 'old' ? 'an' : 'a'} ${temper} ${animal}`,
      pronouns: random.chance(0.5) ? she : he,
    }
  }
  const isGirl = random.chance(0.5)
  const name = choice<string>(random, isGirl ? girls : boys)
  return {
    name,
    introduction: `a ${isGirl ? 'girl' : 'boy'} named ${name}`,
    pronouns: isGirl ? she : he,
  }
}

function drawOther<T>(draw: () => T, isOther: (value: T) => boolean): T {
  for (;;) {
    const value = draw()
    if (isOther(value)) return value
  }
}
