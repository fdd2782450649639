import { z } from 'zod'
import { InputError } from '../../common/input-error.js'
import { printable } from '../../common/printable.js'
import { readJsonFile } from '../huggingface-config.js'
import { parseSettings, sizeSetting } from '../settings.js'
import { isProjection, tensorRole } from '../tensor-names.js'

const LARGEST_CONFIG = 2 ** 20
const LONGEST_PATTERN = 200

/** Source: `LoraConfig` of https://github.com/huggingface/peft (`src/peft/tuners/lora/config.py`). */
const schema = z.object({
  peft_type: z.string(),
  r: sizeSetting,
  lora_alpha: z.number(),
  rank_pattern: z.record(z.string(), sizeSetting).nullish(),
  alpha_pattern: z.record(z.string(), z.number()).nullish(),
  use_rslora: z.boolean().nullish(),
  target_modules: z.union([z.string(), z.array(z.string())]).nullish(),
  init_lora_weights: z.union([z.boolean(), z.string()]).nullish(),
  bias: z.string().nullish(),
  use_dora: z.boolean().nullish(),
  use_qalora: z.boolean().nullish(),
  lora_bias: z.boolean().nullish(),
  fan_in_fan_out: z.boolean().nullish(),
  modules_to_save: z.array(z.string()).nullish(),
  layer_replication: z.array(z.unknown()).nullish(),
  target_parameters: z.array(z.unknown()).nullish(),
  trainable_token_indices: z.unknown().optional(),
  alora_invocation_tokens: z.array(z.unknown()).nullish(),
})

type Settings = z.output<typeof schema>

/** Initialisations that leave the base model as it is; the others (PiSSA, OLoRA, CorDA, LoftQ) change its weights. */
const plainInitialisations: readonly unknown[] = [true, false, 'gaussian', 'eva', 'orthogonal']

/** What `adapter_config.json` says about the scale of an update. */
export interface PeftConfig {
  /** The rank that the module, such as `model.layers.0.self_attn.q_proj`, must have. */
  readonly rankOf: (module: string) => number
  readonly scaleOf: (module: string) => number
}

/** Reads an `adapter_config.json`. @throws InputError that names the first setting that is not supported */
export async function readPeftConfig(file: string): Promise<PeftConfig> {
  const settings = parseSettings(schema, await readJsonFile(file, LARGEST_CONFIG), file)
  const refused = unsupportedSetting(settings)
  if (refused !== undefined) {
    throw new InputError(`${refused.what} is not supported`, { file, field: refused.field })
  }
  checkTargets(settings.target_modules, file)
  const ranks = compiled(settings.rank_pattern, file, 'rank_pattern')
  const alphas = compiled(settings.alpha_pattern, file, 'alpha_pattern')
  const rankOf = (module: string) => matchingValue(ranks, module) ?? settings.r
  return {
    rankOf,
    scaleOf: (module) => {
      const rank = rankOf(module)
      const alpha = matchingValue(alphas, module) ?? settings.lora_alpha
      return alpha / (settings.use_rslora === true ? Math.sqrt(rank) : rank)
    },
  }
}

function unsupportedSetting(settings: Settings): { field: string; what: string } | undefined {
  const {
    peft_type: type,
    bias,
    init_lora_weights: initialisation,
    trainable_token_indices: trained,
  } = settings
  if (type !== 'LORA') return { field: 'peft_type', what: printable(type) }
  if (settings.use_dora) return { field: 'use_dora', what: 'DoRA' }
  if (settings.use_qalora) return { field: 'use_qalora', what: 'QA-LoRA' }
  if (bias != null && bias !== 'none') return { field: 'bias', what: 'a trained bias' }
  if (settings.lora_bias) return { field: 'lora_bias', what: 'a bias of B' }
  if (settings.fan_in_fan_out) return { field: 'fan_in_fan_out', what: 'a transposed base weight' }
  if (settings.modules_to_save?.length) {
    const modules = settings.modules_to_save.join(', ')
    return { field: 'modules_to_save', what: `a whole module (${printable(modules)})` }
  }
  if (settings.layer_replication != null) {
    return { field: 'layer_replication', what: 'replication of layers' }
  }
  if (settings.target_parameters?.length) {
    return { field: 'target_parameters', what: 'an adapter of single parameters' }
  }
  if (trained != null) return { field: 'trainable_token_indices', what: 'training of embeddings' }
  if (settings.alora_invocation_tokens != null) {
    return { field: 'alora_invocation_tokens', what: 'activated LoRA' }
  }
  if (initialisation != null && !plainInitialisations.includes(initialisation)) {
    return {
      field: 'init_lora_weights',
      what: `${printable(String(initialisation))}, which changes the base model,`,
    }
  }
  return undefined
}

function checkTargets(targets: Settings['target_modules'], file: string): void {
  for (const target of Array.isArray(targets) ? targets : []) {
    const name = target.split('.').at(-1)!
    const kinds = ['self_attn', 'mlp'].map((part) => tensorRole(`model.layers.0.${part}.${name}`))
    if (!kinds.some((role) => role !== undefined && isProjection(role.kind))) {
      throw new InputError(
        `${printable(target)} is not one of the seven projections of a layer`,
        { file, field: 'target_modules' },
        'only q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj and down_proj can be adapted',
      )
    }
  }
}

interface Pattern {
  readonly expression: RegExp
  readonly value: number
}

/**
 * Keys are regular expressions for the end of a module's name; the first that matches counts.
 * Source: `get_pattern_key` of PEFT. Expressions whose matching can take exponential time are refused.
 */
function compiled(
  patterns: Readonly<Record<string, number>> | null | undefined,
  file: string,
  field: string,
): Pattern[] {
  return Object.entries(patterns ?? {}).map(([key, value]) => {
    const quantifiers = key.match(/[*+?{]/g)?.length ?? 0
    const repeatedGroup = /\)[*+{]/.test(key)
    if (key.length <= LONGEST_PATTERN && quantifiers <= 4 && !repeatedGroup) {
      try {
        return { expression: new RegExp(`^(?:.*\\.)?(?:${key})$`), value }
      } catch {}
    }
    throw new InputError('the expression is not supported', {
      file,
      field: `${field}: ${printable(key)}`,
    })
  })
}

function matchingValue(patterns: readonly Pattern[], module: string): number | undefined {
  return patterns.find(({ expression }) => expression.test(module))?.value
}
