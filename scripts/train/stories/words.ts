/** Someone or something that a story can be about, with the pronouns that refer to it. */
export interface Character {
  /** As it stands after its introduction: "Mia", "the fox". */
  readonly name: string
  /** As it is introduced: "a girl named Mia", "a small fox". */
  readonly introduction: string
  readonly pronouns: Pronouns
}

export interface Pronouns {
  readonly subject: 'he' | 'she'
  readonly object: 'him' | 'her'
  readonly possessive: 'his' | 'her'
}

export const she: Pronouns = { subject: 'she', object: 'her', possessive: 'her' }
export const he: Pronouns = { subject: 'he', object: 'him', possessive: 'his' }

export const girls = ['Mia', 'Nora', 'Ella', 'Ruth', 'Ivy', 'Clara', 'Tess', 'Hana'] as const
export const boys = ['Tom', 'Leo', 'Finn', 'Omar', 'Hugo', 'Sam', 'Jack', 'Emil'] as const

export const animals = [
  'fox',
  'bear',
  'mouse',
  'rabbit',
  'duck',
  'hedgehog',
  'frog',
  'squirrel',
  'goat',
  'owl',
] as const

/** Two words that no other character has, so that an animal stays recognisable. */
export const animalTempers = ['small', 'young', 'shy', 'brave', 'hungry', 'clever', 'old'] as const

/** Things that can be carried, lost, found and shared. */
export const things = [
  'ball',
  'kite',
  'lamp',
  'drum',
  'boat',
  'hat',
  'book',
  'bell',
  'key',
  'cup',
  'scarf',
  'basket',
] as const

export const colours = ['red', 'blue', 'green', 'yellow', 'white', 'golden', 'brown'] as const

export const foods = ['bread', 'soup', 'cake', 'apples', 'berries', 'honey', 'cheese'] as const

/** A place with the preposition of being there and of going there. */
export interface Place {
  readonly at: string
  readonly to: string
}

export const places: readonly Place[] = [
  { at: 'in the garden', to: 'to the garden' },
  { at: 'in the forest', to: 'to the forest' },
  { at: 'by the river', to: 'to the river' },
  { at: 'on the hill', to: 'up the hill' },
  { at: 'at the market', to: 'to the market' },
  { at: 'by the lake', to: 'to the lake' },
  { at: 'in the village', to: 'to the village' },
  { at: 'on the beach', to: 'to the beach' },
]

export const homes = [
  'in a small house near the forest',
  'in a village by the sea',
  'on a farm behind the hill',
  'at the edge of a wide field',
  'in an old mill by the river',
] as const

/** Where something small can be hidden. */
export const hidingPlaces = [
  'under a bush',
  'behind a big stone',
  'in the tall grass',
  'between two roots',
  'under the old bridge',
  'in a hollow tree',
] as const

export const weathers = [
  'The sun was shining',
  'It was a cold morning',
  'A soft wind was blowing',
  'The sky was grey',
  'It was a warm day',
  'Snow lay on the ground',
] as const
