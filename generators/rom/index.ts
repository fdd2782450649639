export {
  parseRomPolicy,
  printRomPolicy,
  type RomPolicy,
  romForm,
  romMacroName,
  romPolicyNames,
} from './policy.js'
export { type RomModuleOptions, romModule } from './rom-module.js'
